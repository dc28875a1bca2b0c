import { createAscending } from './ascending.ts';
import type { Communications } from './duplicates.ts';
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
  const rows = createAscending<Row>();
  const indexes = createIndexes(() => rows.within([]));
  let lastId = 0;

  function* rowsOf(found: Iterable<number>): Iterable<Row> {
    for (const id of found) {
      const row = rows.get(id);
      if (row !== undefined) yield row;
    }
  }

  return {
    all: rows,
    nextId: () => lastId + 1,
    get: (id) => rows.get(id),
    put(row) {
      const old = rows.put(row.id, row);
      lastId = Math.max(lastId, row.id);
      indexes.move(row.id, old, row);
      communications.move(row.id, old?.multi ?? [], row.multi);
      changed(row.id, old, row);
    },
    remove(id) {
      const old = rows.remove(id);
      if (old === undefined) return;
      indexes.move(id, old, undefined);
      communications.move(id, old.multi, []);
      changed(id, old, undefined);
    },
    rows: () => rows.within([]),
    candidates(required, descending = false) {
      const found = indexes.find(required, Math.max(fewRows, rows.size / 20));
      if (found === undefined) return rows.within(required, descending);
      return rowsOf(descending ? found.toReversed() : found);
    },
  };
}

/** An equality that leaves more than this, and more than a twentieth of all, is not worth an index. */
const fewRows = 1000;
