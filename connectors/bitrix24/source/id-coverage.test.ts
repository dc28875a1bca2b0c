import { expect, test } from 'vitest';
import { createCoverage } from './id-coverage.ts';
import type { PlacedRow } from './listing.ts';

/** The answer of a portal with these ids. */
function pageOf(ids: readonly number[], after: number): readonly PlacedRow[] {
  let [low, high] = [0, ids.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ids[middle] ?? Infinity) <= after) low = middle + 1;
    else high = middle;
  }
  return ids.slice(low, low + 50).map((id) => ({ id, row: { ID: String(id) } }));
}

/** Asks until the end, `pages` a request, and counts the pages it took. */
function walk(ids: readonly number[], pages = 50): { readonly taken: readonly number[]; readonly asked: number } {
  const coverage = createCoverage(0);
  const taken: number[] = [];
  let asked = 0;
  while (!coverage.ended) {
    const starts = coverage.plan(pages);
    if (starts.length === 0) throw new Error('nothing is asked for any more, and it has not ended');
    asked += starts.length;
    for (const after of starts) coverage.came(after, pageOf(ids, after));
    taken.push(...coverage.take().map(({ id }) => id));
  }
  return { taken, asked };
}

function dense(first: number, last: number, step = 1): readonly number[] {
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, index) => first + index * step);
}

test.each([
  ['none at all', []],
  ['one', [7]],
  ['a page and no more', dense(1, 50)],
  ['ids without a gap', dense(1, 20_000)],
  ['every second id, as two masters of a data base give them', dense(2, 20_000, 2)],
  ['a gap of a million ids', [...dense(1, 5_000), ...dense(1_000_000, 1_005_000)]],
  ['few, then many', [...dense(1, 2_000_000, 997), ...dense(2_000_001, 2_010_000)]],
  ['many, then few', [...dense(1, 10_000), ...dense(10_001, 2_000_000, 997)]],
])('takes every row once, in order: %s', (_name, ids) => {
  expect(walk(ids).taken).toEqual(ids);
});

test('rows without gaps take a full page each, and a few at the end', () => {
  expect(walk(dense(1, 100_000)).asked).toBeLessThanOrEqual(100_000 / 50 + 50);
  expect(walk(dense(2, 200_000, 2)).asked).toBeLessThanOrEqual(100_000 / 50 + 50);
});

test('a third of all rows deleted by chance costs less than half as many pages more', () => {
  let seed = 1;
  const random = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
  const ids = dense(1, 150_000).filter(() => random() > 1 / 3);
  const { taken, asked } = walk(ids);
  expect(taken).toEqual(ids);
  expect(asked).toBeLessThanOrEqual(1.5 * (ids.length / 50));
});

test('a gap of any width costs two requests at most', () => {
  const whole = walk(dense(1, 100_000)).asked;
  const torn = walk([...dense(1, 50_000), ...dense(50_000_000, 50_050_000)]).asked;
  expect(torn - whole).toBeLessThanOrEqual(100);
});

test('pages that come in any order are handed on in the order of their ids', () => {
  const ids = dense(1, 400);
  const coverage = createCoverage(0);
  for (const after of coverage.plan(1)) coverage.came(after, pageOf(ids, after));
  expect(coverage.take()).toHaveLength(50);
  const starts = [...coverage.plan(4), ...coverage.plan(4)];
  expect(starts).toEqual([50, 100, 150, 200, 250, 300, 350, 400]);
  for (const after of starts.slice(1).reverse()) {
    coverage.came(after, pageOf(ids, after));
    expect(coverage.take()).toEqual([]);
  }
  coverage.came(50, pageOf(ids, 50));
  expect(coverage.take().map(({ id }) => id)).toEqual(dense(51, 400));
  expect(coverage.ended).toBe(true);
});
