import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../test/support/folder.ts';

/** Writes rows in calls of 50 for ever, and says after each call how many are written. */
const writer = `
  const [folder, index] = process.argv.slice(1);
  const { default: file } = await import(index);
  const sink = file.connect({}, { folder }).sink({ file: 'out.csv' });
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

  const [header, ...lines] = readFileSync(join(folder, 'out.csv'), 'utf8').split('\n');
  expect(header).toBe('id,text');
  expect(lines.pop()).toBe('');
  expect(lines.map((line) => line.split(',')[0])).toEqual(lines.map((_, id) => String(id)));
  expect(lines.length).toBeGreaterThanOrEqual(reported);
  expect(lines.slice(1).filter((line) => !line.endsWith('я'.repeat(2000)))).toEqual([]);
});
