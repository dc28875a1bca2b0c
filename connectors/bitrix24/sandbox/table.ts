import type { Communications } from './duplicates.ts';
import type { Condition } from './filter.ts';
import { createIndexes } from './indexes.ts';
import type { Source } from './listing.ts';
import type { Row } from './row.ts';

/** The records of one entity. Ids grow and are never given twice. */
export interface Table extends Source<Row> {
  nextId(): number;
  get(id: number): Row | undefined;
  /** Adds a row with the next id, or takes the place of the one with its id. */
  put(row: Row): void;
  remove(id: number): void;
  /** In ascending order of ids. */
  rows(): Iterable<Row>;
}

/** Hears of every change of a row, after it: what it was and what it is, undefined standing for none. */
export type Changed = (id: number, old: Row | undefined, row: Row | undefined) => void;

export function createTable(communications: Communications, changed: Changed): Table {
  const rows = new Map<number, Row>();
  const ids: number[] = [];
  const indexes = createIndexes(() => rows.values());
  let lastId = 0;

  function* rowsOf(found: Iterable<number>): Iterable<Row> {
    for (const id of found) {
      const row = rows.get(id);
      if (row !== undefined) yield row;
    }
  }

  function* rowsFrom(position: number): Iterable<Row> {
    for (let at = position; at < ids.length; at += 1) {
      const row = rows.get(ids[at] ?? 0);
      if (row !== undefined) yield row;
    }
  }

  return {
    nextId: () => lastId + 1,
    get: (id) => rows.get(id),
    put(row) {
      const old = rows.get(row.id);
      if (old === undefined) ids.push(row.id);
      rows.set(row.id, row);
      lastId = Math.max(lastId, row.id);
      indexes.move(row.id, old, row);
      communications.move(row.id, old?.multi ?? [], row.multi);
      changed(row.id, old, row);
    },
    remove(id) {
      const old = rows.get(id);
      if (old === undefined) return;
      rows.delete(id);
      ids.splice(firstAbove(ids, id) - 1, 1);
      indexes.move(id, old, undefined);
      communications.move(id, old.multi, []);
      changed(id, old, undefined);
    },
    rows: () => rowsFrom(0),
    candidates(required) {
      const found = indexes.find(required);
      return found === undefined ? rowsFrom(firstAbove(ids, lowerBound(required))) : rowsOf(found);
    },
  };
}

/** The highest id that `>ID` excludes: a walk by id does not pass over what it has read (reference §4.1). */
function lowerBound(required: readonly Condition<Row>[]): number {
  let bound = 0;
  for (const { column, test, values } of required) {
    const [value] = values;
    if (column.name === 'ID' && test === 'greater' && typeof value === 'number') bound = Math.max(bound, value);
  }
  return bound;
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
