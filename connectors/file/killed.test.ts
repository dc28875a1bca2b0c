import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import type { Row, Write } from '../../engine/index.ts';
import { temporaryFolder } from '../../test/support/folder.ts';
import { testHost } from '../../test/support/host.ts';
import { connect } from './connection.ts';

const signal = new AbortController().signal;

/** Writes rows in calls of 50 for ever, and says after each call how many are written. */
const writer = `
  const [folder, index] = process.argv.slice(1);
  const { default: file } = await import(index);
  const sink = (await file.connect({}, { folder })).sink({ file: 'out.csv' });
  const { signal } = new AbortController();
  for (let rows = 0; ; rows += 50) {
    const fifty = Array.from({ length: 50 }, (_, n) => String(rows + n));
    await sink.write(fifty.map((id) => ({ operation: 'create', entity: 'out.csv', values: { id, text: 'я'.repeat(2000) } })), signal);
    if (rows > 0) await sink.write([{ operation: 'update', entity: 'out.csv', key: '0', values: { text: String(rows) } }], signal);
    console.log(rows + 50);
  }
`;

it.each([1, 3, 6])('a process killed during write %i leaves whole rows and loses none it reported', async (calls) => {
  const folder = temporaryFolder();
  const index = join(import.meta.dirname, 'index.ts');
  const child = spawn(process.execPath, ['--input-type=module', '-e', writer, folder, index], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  let reported = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    reported = Number(line);
    if (reported >= calls * 50) child.kill('SIGKILL');
  }
  await ended;

  // What an append left half is nobody's to read, and gone once the file is written to again.
  const { connection, rows } = await readBack(folder);
  expect(rows.map(({ id }) => id)).toEqual(rows.map((_, id) => String(id)));
  expect(rows.length).toBeGreaterThanOrEqual(reported);
  await connection.sink?.({ file: 'out.csv' }).write([create(String(rows.length))], signal);
  const [header, ...lines] = readFileSync(join(folder, 'out.csv'), 'utf8').split('\n');
  expect(header).toBe('id,text');
  expect(lines.pop()).toBe('');
  expect(lines.map((line) => line.split(',')[0])).toEqual(lines.map((_, id) => String(id)));
  expect(lines.length).toBe(rows.length + 1);
  expect(readdirSync(folder)).toEqual(['out.csv']);
  expect(lines.slice(1).filter((line) => !line.endsWith('я'.repeat(2000)))).toEqual([]);
});

async function readBack(folder: string) {
  const connection = connect({}, testHost(folder));
  const rows: Row[] = [];
  const request = { mode: 'full', batch: 1000, params: {}, signal } as const;
  for await (const batch of connection.source?.({ file: 'out.csv' }).read(request) ?? []) rows.push(...batch.rows);
  return { connection, rows };
}

function create(id: string): Write {
  return { operation: 'create', entity: 'out.csv', values: { id, text: 'я'.repeat(2000) } };
}
