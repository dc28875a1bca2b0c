import type { Condition } from './filter.ts';

/** Rows by id, in ascending order of their ids: a page by id costs the same with ten of them and with a million. */
export interface Ascending<Row> {
  readonly size: number;
  get(id: number): Row | undefined;
  /** Adds a row or takes the place of the one with this id, which is returned. */
  put(id: number, row: Row): Row | undefined;
  remove(id: number): Row | undefined;
  /** The rows whose ids can meet these conditions. */
  within(required: readonly Condition<Row>[], descending?: boolean): Iterable<Row>;
  slice(from: number, count: number): readonly Row[];
}

export function createAscending<Row>(): Ascending<Row> {
  const rows = new Map<number, Row>();
  const ids: number[] = [];

  function* from(first: number, end: number, step: number): Iterable<Row> {
    for (let at = first; at !== end && at >= 0 && at < ids.length; at += step) {
      const row = rows.get(ids[at] ?? 0);
      if (row !== undefined) yield row;
    }
  }

  return {
    get size() {
      return ids.length;
    },
    get: (id) => rows.get(id),
    put(id, row) {
      const old = rows.get(id);
      if (old === undefined) insert(ids, id);
      rows.set(id, row);
      return old;
    },
    remove(id) {
      const old = rows.get(id);
      if (old === undefined) return undefined;
      rows.delete(id);
      ids.splice(firstAbove(ids, id) - 1, 1);
      return old;
    },
    within(required, descending = false) {
      const { above, upTo } = idBounds(required);
      const first = firstAbove(ids, above);
      const end = firstAbove(ids, upTo);
      if (first >= end) return [];
      return descending ? from(end - 1, first - 1, -1) : from(first, end, 1);
    },
    slice: (start, count) => [...from(start, Math.min(start + count, ids.length), 1)],
  };
}

function insert(ids: number[], id: number): void {
  if (id > (ids.at(-1) ?? 0)) ids.push(id);
  else ids.splice(firstAbove(ids, id), 0, id);
}

/** A walk by id passes over neither what it has read nor what lies beyond its range (reference §4.1, §4.4). */
function idBounds<Row>(required: readonly Condition<Row>[]): { readonly above: number; readonly upTo: number } {
  let above = -Infinity;
  let upTo = Infinity;
  for (const { column, test, values } of required) {
    const [value] = values;
    if (column.name !== 'ID' || typeof value !== 'number') continue;
    if (test === 'greater') above = Math.max(above, value);
    else if (test === 'greaterOrEqual') above = Math.max(above, value - 1);
    else if (test === 'less') upTo = Math.min(upTo, value - 1);
    else if (test === 'lessOrEqual') upTo = Math.min(upTo, value);
  }
  return { above, upTo };
}

/** Position of the first id above this one. */
function firstAbove(ids: readonly number[], id: number): number {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ids[middle] ?? 0) <= id) low = middle + 1;
    else high = middle;
  }
  return low;
}
