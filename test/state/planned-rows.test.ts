import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { plannedRows } from '../../engine/state/planned-rows.ts';
import { temporaryFolder } from './temporary-folder.ts';

const module = pathToFileURL(resolve(import.meta.dirname, '../../engine/state/planned-rows.ts')).href;

/** Megabytes that a process grows by from its 2,000th planned row to its last, with a question about a field before and behind. */
function growth(file: string): number {
  const script = `
    const { plannedRows } = await import('${module}');
    const rows = plannedRows(${JSON.stringify(file)});
    const ask = (field) =>
      rows.having({ place: 'shop rows', field, values: ['7'], valuesOf: ({ id }) => [String(id)] }, 'new', 5);
    let first = 0;
    for (let id = 0; id < 40_000; id += 1) {
      rows.put('shop rows', { key: 'k' + id, state: 'new', values: { id, text: 'x'.repeat(300) } });
      if (id !== 2_000) continue;
      ask('early');
      first = process.memoryUsage.rss();
    }
    ask('late');
    console.log(process.memoryUsage.rss() - first);
    rows.close();`;
  const argv = ['--max-semi-space-size=1', '--input-type=module', '--eval', script];
  return Number(execFileSync(process.execPath, argv, { encoding: 'utf8' })) / 1024 / 1024;
}

it('G8: rows a preview has planned take no more memory the more there are, asked about early or late', () => {
  expect(growth(join(temporaryFolder(), 'planned.db'))).toBeLessThan(12);
});

it('new rows come in the order they were made, page after page, and answer to what they were made with', () => {
  const rows = plannedRows(join(temporaryFolder(), 'planned.db'));
  for (let id = 0; id < 1_200; id += 1) {
    const place = id % 2 === 0 ? 'even' : 'odd';
    rows.put(place, { key: `k${1_200 - id}`, state: id % 6 === 0 ? 'gone' : 'new', values: { id: id % 7 } });
  }
  const keys: string[] = [];
  for (let after: number | undefined = 0; after !== undefined;) {
    const page = rows.made('even', after, 100);
    keys.push(...page.map(({ row }) => row.key));
    after = page.at(-1)?.number;
  }
  expect([keys.length, keys.slice(0, 3), keys.at(-1)]).toEqual([400, ['k1198', 'k1196', 'k1192'], 'k2']);
  const asked = {
    place: 'odd',
    field: 'id',
    values: ['3'],
    valuesOf: ({ id }: object & { id?: unknown }) => [String(id)],
  };
  expect(rows.having(asked, 'new', 1_000)).toHaveLength(
    Array.from({ length: 1_200 }, (_, id) => id).filter((id) => id % 2 === 1 && id % 7 === 3).length,
  );
  rows.close();
});
