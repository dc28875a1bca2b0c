import Sqlite from 'better-sqlite3';
import type { WriteValues } from '../connector.ts';
import { cacheKilobytes } from './database.ts';
import { parsed } from './stored.ts';

/** A target row as a preview has planned it. */
export interface PlannedRow {
  readonly key: string;
  /** `new`: `values` are all it has; `changed`: they are what is sent to a row that is there; `gone`: it is deleted. */
  readonly state: 'new' | 'changed' | 'gone';
  readonly values: WriteValues;
}

/** How a row is asked for by one of its fields: every value it has there, in canonical form; none: it is empty there. */
export type ValuesOf = (values: WriteValues) => readonly string[] | undefined;

/** What a preview has planned so far, by place (connection and entity). On disk, for there may be a million rows (G8). */
export interface PlannedRows {
  isEmpty(place: string): boolean;
  get(place: string, key: string): PlannedRow | undefined;
  put(place: string, row: PlannedRow): void;
  /**
   * Keys of planned rows of that state whose field has one of these values, at most `limit`. The first question about a
   * field makes its index, by `valuesOf`; undefined there: the row does not touch the field.
   */
  having(asked: AskedField, state: 'new' | 'changed', limit: number): readonly string[];
  /** New rows behind the one with this number, in the order they were made. */
  made(place: string, after: number, limit: number): readonly { readonly number: number; readonly row: PlannedRow }[];
  close(): void;
}

export interface AskedField {
  readonly place: string;
  readonly field: string;
  readonly values: readonly string[];
  readonly valuesOf: ValuesOf;
}

/** The value of a field that has none. */
export const emptyValue = '\u0000';

/** Rows in memory at once where all are looked at. */
const pageRows = 500;

interface StoredRow {
  readonly number: number;
  readonly key: string;
  readonly state: PlannedRow['state'];
  readonly content: string;
}

/** `file`: a new one in a folder that goes with the preview. */
export function plannedRows(file: string): PlannedRows {
  const sqlite = open(file);
  const one = sqlite.prepare<[string, string], StoredRow>('SELECT * FROM planned WHERE place = ? AND key = ?');
  const any = sqlite.prepare<[string]>('SELECT 1 FROM planned WHERE place = ? LIMIT 1');
  const save = sqlite.prepare<[string, string, string, string]>(
    `INSERT INTO planned (place, key, state, content) VALUES (?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET state = excluded.state, content = excluded.content`,
  );
  const made = sqlite.prepare<[string, number, number], StoredRow>(
    `SELECT * FROM planned WHERE +place = ? AND number > ? AND state = 'new' ORDER BY number LIMIT ?`,
  );
  const { renew, having } = answers(sqlite);
  return {
    isEmpty: (place) => any.get(place) === undefined,
    get(place, key) {
      const stored = one.get(place, key);
      return stored && planned(stored);
    },
    put(place, row) {
      save.run(place, row.key, row.state, JSON.stringify(row.values));
      renew(place, row);
    },
    having,
    made: (place, after, limit) =>
      made.all(place, after, limit).map((stored) => ({ number: stored.number, row: planned(stored) })),
    close: () => sqlite.close(),
  };
}

function open(file: string): Sqlite.Database {
  const sqlite = new Sqlite(file);
  sqlite.pragma('journal_mode = OFF');
  sqlite.pragma('synchronous = OFF');
  sqlite.pragma(`cache_size = -${cacheKilobytes}`);
  sqlite.exec(`
    CREATE TABLE planned (number INTEGER PRIMARY KEY, place TEXT NOT NULL, key TEXT NOT NULL, state TEXT NOT NULL,
      content TEXT NOT NULL, UNIQUE (place, key)) STRICT;
    CREATE TABLE answers (place TEXT, field TEXT, value TEXT, state TEXT, key TEXT,
      PRIMARY KEY (place, field, value, state, key)) STRICT, WITHOUT ROWID;
    CREATE INDEX answers_by_key ON answers (place, key);
  `);
  // Nobody else reads it and nothing of it is kept: pages are written where the cache is full, and not with each row.
  sqlite.exec('BEGIN');
  return sqlite;
}

interface Answering extends Pick<PlannedRows, 'having'> {
  /** A row was put: what it answered to before it answers to no more. */
  renew(place: string, row: PlannedRow): void;
}

/** What rows answer to, by the fields that were asked about so far. */
function answers(sqlite: Sqlite.Database): Answering {
  // By number alone: through the index of its keys each page would sort all rows of the place.
  const page = sqlite.prepare<[string, number, number], StoredRow>(
    'SELECT * FROM planned WHERE +place = ? AND number > ? ORDER BY number LIMIT ?',
  );
  const forget = sqlite.prepare<[string, string]>('DELETE FROM answers WHERE place = ? AND key = ?');
  const answer = sqlite.prepare<[string, string, string, string, string]>(
    'INSERT OR IGNORE INTO answers (place, field, value, state, key) VALUES (?, ?, ?, ?, ?)',
  );
  const having = sqlite.prepare<[string, string, string, string, number], { readonly key: string }>(
    'SELECT key FROM answers WHERE place = ? AND field = ? AND value = ? AND state = ? LIMIT ?',
  );
  const indexed = new Map<string, Map<string, ValuesOf>>();

  function note(place: string, field: string, valuesOf: ValuesOf, { key, state, values }: PlannedRow): void {
    const held = state === 'gone' ? undefined : valuesOf(values);
    if (held === undefined) return;
    for (const value of held.length === 0 ? [emptyValue] : held) answer.run(place, field, value, state, key);
  }

  function index(place: string, field: string, valuesOf: ValuesOf): void {
    for (let after: number | undefined = 0; after !== undefined;) {
      const rows = page.all(place, after, pageRows);
      for (const stored of rows) note(place, field, valuesOf, planned(stored));
      after = rows.at(-1)?.number;
    }
  }

  return {
    renew(place, row) {
      forget.run(place, row.key);
      for (const [field, valuesOf] of indexed.get(place) ?? []) note(place, field, valuesOf, row);
    },
    having({ place, field, values, valuesOf }, state, limit) {
      const fields = indexed.get(place) ?? new Map<string, ValuesOf>();
      indexed.set(place, fields);
      if (!fields.has(field)) {
        fields.set(field, valuesOf);
        index(place, field, valuesOf);
      }
      return values.flatMap((value) => having.all(place, field, value, state, limit).map(({ key }) => key));
    },
  };
}

function planned({ key, state, content }: StoredRow): PlannedRow {
  return { key, state, values: parsed<WriteValues>(content) };
}
