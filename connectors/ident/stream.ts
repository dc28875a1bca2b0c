import type { RawBuilder } from 'kysely';
import type { Field, Row, Value } from '../../engine/index.ts';

/** Whether the login can read a column, such as `dbo.Persons.Phone`. */
export type Has = (column: string) => boolean;

/**
 * A stream is its description: which rows there are, what hangs on them, and which stamps make a row count as changed.
 * Its rows have a key of one whole number, `id`. `Patients` and `Staffs` have none of their own: their key is the
 * person's (reference A.2).
 */
export interface Stream {
  readonly name: string;
  readonly fields: readonly Field[];
  /** Columns without which it cannot be read, by table. */
  readonly required: Readonly<Record<string, readonly string[]>>;
  /** Columns that only some bases have (A.3), by table, each with the fields that lack something without it. Stamps name their own. */
  readonly optional?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  select(has: Has): Select;
  /** Absent: nothing tells when a row was changed, so the stream is read whole each time. */
  readonly stamps?: readonly Stamps[];
  /** What a row has several of, by a query of its own for the whole page, all in one round trip: a join would multiply the rows (T9). */
  readonly around?: Readonly<Record<string, Collection>>;
  row(flat: Row, around: Around): Row;
}

/** The flat rows, one for each row of the stream, with a column `id`. */
export interface Select {
  readonly columns: RawBuilder<unknown>;
  readonly from: RawBuilder<unknown>;
  readonly where?: RawBuilder<unknown>;
  /** The column of `id`: `r.ID`. */
  readonly key: RawBuilder<unknown>;
}

/** Stamps of one table. */
export interface Stamps {
  readonly table: string;
  readonly alias: string;
  /** Known by every integration, so read without asking. */
  readonly columns?: readonly string[];
  readonly optional?: readonly string[];
  /** The table and what leads from it to rows of the stream. */
  readonly from: RawBuilder<unknown>;
  /** The `id` of the row a stamp belongs to. */
  readonly id: RawBuilder<unknown>;
  /** The flat row holds the alias already. */
  readonly inRow?: true;
  /** A column of the table that `id` needs and not every base has. */
  readonly needs?: string;
  /** Counts only while it is older than this column of the row. */
  readonly before?: string;
}

export interface Collection {
  /** Column of the flat rows that holds what the collection is asked for. */
  readonly of: string;
  /** Column of the collection's rows that holds it again. */
  readonly by: string;
  /** `ids` is the list for an `in`. Undefined: this base has no such tables. */
  query(ids: RawBuilder<unknown>, has: Has): RawBuilder<unknown> | undefined;
}

/** The rows of a collection that hang on this value, in the order of their query. */
export type Around = (collection: string, id: Value | undefined) => readonly Row[];

/** Columns a stream reads where they are there, its stamps included, with the fields that lack something without them. */
export function optionalColumns(stream: Stream): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const columns = new Map(Object.entries(stream.optional ?? {}));
  for (const { table, optional = [] } of stream.stamps ?? []) {
    const stamps = Object.fromEntries(optional.map((column) => [column, 'changedAt']));
    columns.set(table, { ...stamps, ...columns.get(table) });
  }
  return columns;
}
