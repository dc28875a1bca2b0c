import type { Condition } from './filter.ts';
import { storedOf, type Row } from './row.ts';
import type { Scalar } from './values.ts';

type Index = Map<string, Set<number>>;
type Buckets = readonly ReadonlySet<number>[];

export interface Indexes {
  /** Ids, in ascending order, that the cheapest of these equalities leaves; undefined when it leaves more than `most`. */
  find(required: readonly Condition<Row>[], most: number): readonly number[] | undefined;
  /** Takes in a row that came (`from` undefined), changed, or went (`to` undefined). */
  move(id: number, from: Row | undefined, to: Row | undefined): void;
}

/**
 * The first `=` or IN filter on a field builds an index of it, which is kept up from then on: a look-up by external id
 * costs the same with ten records and with 100,000.
 */
export function createIndexes(rows: () => Iterable<Row>): Indexes {
  const indexes = new Map<string, Index>();

  function indexOf(name: string): Index {
    const known = indexes.get(name);
    if (known !== undefined) return known;
    const index: Index = new Map();
    for (const row of rows()) addKeys(index, row.id, keysOf(row, name));
    indexes.set(name, index);
    return index;
  }

  function bucketsOf({ column, values }: Condition<Row>): Buckets {
    if (column.name === 'ID') return [new Set(values.map(Number))];
    const index = indexOf(column.name);
    return values.flatMap((value) => index.get(keyOf(value)) ?? []);
  }

  return {
    find(required, most) {
      const exact = required.filter(({ test, negated }) => test === 'equal' && !negated);
      if (exact.length === 0) return undefined;
      const buckets = fewest(exact.map(bucketsOf));
      return sizeOf(buckets) > most ? undefined : merged(buckets);
    },
    move(id, from, to) {
      for (const [name, index] of indexes) moveKeys(index, id, keysOf(from, name), keysOf(to, name));
    },
  };
}

function fewest(lookUps: readonly Buckets[]): Buckets {
  return lookUps.reduce((least, one) => (sizeOf(one) < sizeOf(least) ? one : least));
}

function sizeOf(buckets: Buckets): number {
  return buckets.reduce((sum, bucket) => sum + bucket.size, 0);
}

function merged(buckets: Buckets): readonly number[] {
  const [only] = buckets;
  const ids = buckets.length === 1 ? only : new Set(buckets.flatMap((bucket) => [...bucket]));
  return [...(ids ?? [])].sort((a, b) => a - b);
}

function keysOf(row: Row | undefined, name: string): readonly string[] {
  if (row === undefined) return [];
  const stored = storedOf(row, name);
  if (typeof stored !== 'object' || stored === null) return [keyOf(stored)];
  return stored.length === 0 ? [''] : stored.map(keyOf);
}

function keyOf(value: Scalar | null): string {
  return String(value ?? '');
}

function addKeys(index: Index, id: number, keys: readonly string[]): void {
  for (const key of keys) {
    const ids = index.get(key);
    if (ids === undefined) index.set(key, new Set([id]));
    else ids.add(id);
  }
}

function moveKeys(index: Index, id: number, from: readonly string[], to: readonly string[]): void {
  if (from.length === 1 && to.length === 1 && from[0] === to[0]) return;
  for (const key of from) {
    const ids = index.get(key);
    if (ids?.delete(id) && ids.size === 0) index.delete(key);
  }
  addKeys(index, id, to);
}
