import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { place } from './pipe.ts';

const visits = `version: 1
name: visits
connections:
  desk: { connector: file, key: visit }
flows:
  visits:
    source: { connection: desk, file: visits.csv, key: [id] }
    key: visit
    map: { visit: id, name: name }
    targets:
      copy:
        connection: desk
        file: copy.csv
        key: [visit]
        absent: delete
        within: $found.from = "pipe"
        fields: { visit: visit, name: name, from: { const: pipe } }
`;

const csv = (count: number) =>
  `id,name\n${Array.from({ length: count }, (_, index) => `V${index + 1},визит ${index + 1}\n`).join('')}`;
const files = {
  'visits.yaml': visits,
  'visits.csv': csv(12),
  'copy.csv': 'visit,name,from\nby hand,чужая строка,other\n',
};

it('DL-7 rows of a file go when their records do; other people’s stay', async () => {
  const { pipe, path } = place(files);
  await pipe(['run', 'visits.yaml']);
  writeFileSync(path('visits.csv'), csv(10));
  const { exit, stdout, stderr } = await pipe(['run', 'visits.yaml', '--json']);
  expect([exit, stderr.split('\n').at(-2)]).toEqual([
    0,
    expect.stringMatching(
      / - INFO - visits: read 10, mapped 10, created 0, updated 0, unchanged 10, skipped 0, queued 0, rejected 0$/,
    ),
  ]);
  expect(JSON.parse(stdout)).toMatchObject({
    flows: [{ read: 10, deleted: 2, targets: [{ name: 'copy', deleted: 2 }] }],
  });
  const left = readFileSync(path('copy.csv'), 'utf8').split('\n');
  expect(left.map((line) => line.split(',')[0])).toEqual([
    'visit',
    'by hand',
    ...Array.from({ length: 10 }, (_, index) => `V${index + 1}`),
    '',
  ]);
});

it('DL-7 too many are refused with the numbers and the way on', async () => {
  const { pipe, path } = place(files);
  await pipe(['run', 'visits.yaml']);
  writeFileSync(path('visits.csv'), csv(1));
  const refused = await pipe(['run', 'visits.yaml']);
  expect([refused.exit, refused.stderr.split('\n').slice(-4)]).toEqual([
    3,
    [
      'error plan.too_many_deletes',
      '  11 of 12 rows of target copy have no record in the source any more, at most 10 may go at once; none was touched',
      '  fix: see whether the source is whole; if it is, run again with `--allow deletes`, or set `brakes: { deletes: … }`',
      '',
    ],
  ]);
  const { exit, stdout } = await pipe(['run', 'visits.yaml', '--allow', 'deletes', '--lang', 'ru']);
  expect([exit, stdout]).toEqual([0, expect.stringContaining('copy: удалено 11')]);
  expect(readFileSync(path('copy.csv'), 'utf8')).toBe('visit,name,from\nby hand,чужая строка,other\nV1,визит 1,pipe\n');
});
