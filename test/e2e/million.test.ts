import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { expect, it } from 'vitest';
import { place } from '../cli/pipe.ts';

const rows = 20_000;
const fields = { id: 'id', name: 'name', phone: 'phone', visit: 'visit' };
const pipeline = {
  version: 1,
  name: 'many',
  connections: { here: { connector: 'file' } },
  flows: {
    rows: {
      source: { connection: 'here', file: 'source.jsonl' },
      key: 'id',
      map: fields,
      targets: {
        target: { connection: 'here', file: 'target.jsonl', match: [{ name: 'id', by: ['id'] }], fields },
      },
    },
  },
};
const teller = `process.on('exit', () => process.stderr.write('peak ' + process.resourceUsage().maxRSS + '\\n'));`;

it('G8: a run from file to file takes less than 200 MB at its peak (a million rows: npm run bench -- million)', async () => {
  const { path, pipe } = place({ 'many.yaml': JSON.stringify(pipeline), 'teller.mjs': teller });
  const source = createWriteStream(path('source.jsonl'));
  for (let id = 1; id <= rows; id++) {
    const row = {
      id,
      name: `Пациент ${id}`,
      phone: `+7999${String(id).padStart(7, '0')}`,
      visit: '2026-03-01T10:00:00',
    };
    if (!source.write(`${JSON.stringify(row)}\n`)) await once(source, 'drain');
  }
  source.end();
  await finished(source);
  const { exit, stderr } = await pipe(['run', 'many.yaml'], { NODE_OPTIONS: '--import=./teller.mjs' });
  const peakMegabytes = Number(/^peak (\d+)$/m.exec(stderr)?.[1]) / 1024;
  const ids: number[] = [];
  for await (const line of createInterface({ input: createReadStream(path('target.jsonl')) })) {
    const { id }: { id: number } = JSON.parse(line);
    ids.push(id);
  }
  expect([exit, ids.length, new Set(ids).size]).toEqual([0, rows, rows]);
  expect(peakMegabytes).toBeLessThan(200);
}, 180_000);
