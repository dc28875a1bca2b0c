import type { Kysely, RawBuilder } from 'kysely';
import type { Field, Load, LoadCounts, PipeError, Row, Template, Value } from '../../engine/index.ts';
import type { Column, Table, TableName } from './table.ts';

/** What Kysely writes SQL for: tables are known at run time only, by name. */
export type AnyTables = Record<string, Record<string, unknown>>;

/** SQL with its parameters, in the form the dialect's driver takes. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

export interface Result {
  /** As JSON: numbers exact (text where a double is not), nulls left out, times as ISO text. */
  readonly rows: readonly Row[];
  /** Rows the statement touched; an update counts those it found, changed or not. */
  readonly affected: number;
  /** What the data base numbered an inserted row with, where it cannot return it. */
  readonly insertedId?: Value;
  /** What the driver tells of the columns of a result; `describeQuery` may build on it. */
  readonly columns?: readonly Column[];
}

/** One connection, within a transaction: what is sent on it runs in order. */
export interface Session {
  /** Throws a PipeError of `_sql/errors.ts`: of kind data where a row's value is to blame, and only there. */
  run(statement: Statement): Promise<Result>;
}

/**
 * One data base as a connector reaches it: the pool, its time-outs and what its driver throws. Every error is wrapped
 * here, once.
 */
export interface Database {
  readonly dialect: Dialect;
  /** `host:port/database`: no secret. */
  readonly system: string;
  /** One statement on a connection of its own, outside of any transaction. */
  run(statement: Statement, signal: AbortSignal): Promise<Result>;
  /** Rows in pages as they come, at the reader's pace; leaving the loop ends the statement. */
  stream(statement: Statement, pageRows: number, signal: AbortSignal): AsyncIterable<readonly Row[]>;
  /**
   * Begins, works, commits; rolls back where the work throws or the signal aborts before COMMIT is sent. A lost answer
   * to COMMIT throws `sql.commit_unknown` (retry), every other error means that nothing was committed.
   */
  transaction<Done>(work: (session: Session) => Promise<Done>, signal: AbortSignal): Promise<Done>;
  /** Why no table can be there, where there is no data base yet. */
  missing?(): PipeError | undefined;
  /** Whose lock our transactions wait for (`AtomicWrites.heldBy`). */
  heldBy?(signal: AbortSignal): Promise<Template | undefined>;
  /** Who we are there and what time it is: `pipe check` prints it. */
  about(signal: AbortSignal): Promise<About>;
  /**
   * What the login lacks to write rows of a table; `table` as it was read, undefined where a run makes it. Changes
   * nothing. Throws where nothing at all can be written: `sql.read_only`.
   */
  rights(name: TableName, table: Table | undefined, signal: AbortSignal): Promise<Rights>;
  close(): Promise<void>;
}

export interface Rights {
  /** With neither no row can be written. */
  readonly lacking: readonly ('INSERT' | 'UPDATE')[];
  /** The login as GRANT names it. */
  readonly grantee: string;
}

export interface About {
  readonly user: string;
  readonly version: string;
  /** Clock of the server, milliseconds since 1970. */
  readonly nowMs: number;
  /** Naive wall clock of a session there, ISO with milliseconds and no zone: what `now()` gives a naive column. */
  readonly wallClock: string;
}

/** What one kind of data base does its own way. Everything else is `_sql`. */
export interface Dialect {
  /** `PostgreSQL`: how messages call it. */
  readonly product: string;
  /** Kysely that only writes SQL in this dialect (`sqlWriter`). */
  readonly writer: Kysely<AnyTables>;
  /** Parameters a statement may have. */
  readonly parameterLimit: number;
  /** `INSERT … RETURNING` works; otherwise `Result.insertedId` or the values tell the key. */
  readonly returning: boolean;

  // ---- names
  /** What a record field is called under `fields: all`. */
  columnOf(field: string): string;
  /** Two names that fold to one text are one column to the data base. */
  folded(name: string): string;
  readonly nameLimit: { readonly limit: number; readonly unit: 'bytes' | 'characters' };
  /** Schema of a table named without one; undefined where there are none (SQLite). */
  readonly defaultSchema: string | undefined;

  // ---- catalogue
  /** Undefined when there is no such table, or the login may not see it. */
  readTable(run: Session['run'], name: TableName): Promise<Table | undefined>;
  /** The column in the engine's words: type, optional, readOnly, title. */
  fieldOf(column: Column): Field;
  /** Columns of a query without running it; NULL stands in the text for each of its parameters. */
  describeQuery(run: Session['run'], query: Statement): Promise<readonly Column[]>;

  /** `\\'` within a text literal is a quote (MySQL), and does not end it. */
  readonly backslashEscapes: boolean;

  // ---- values
  /** A value for this column, on its way into a statement: with the cast it needs. */
  bound(column: Column, value: Value | null): RawBuilder<unknown>;
  /** A parameter of a query whose type nobody knows, `@branch`. */
  unbound(value: Value): RawBuilder<unknown>;
  /** What an `@until` without a value is where the column is an integer: not below any integer there is. */
  readonly highestInteger: string;
  /** How a source may move along this column: by time (with or without zone), by number, not at all. */
  cursorKind(column: Column): 'naive' | 'instant' | 'date' | 'integer' | undefined;
  /**
   * What a cursor column is sorted and compared by, of the column and of the values it meets alike, where its values as
   * they stand are not in the order of time (SQLite's texts). Absent: the values themselves.
   */
  inOrder?(column: Column, operand: RawBuilder<unknown>): RawBuilder<unknown>;
  /** What `@since` is in a query whose author compares this column to it, where that is not `bound`. */
  since?(column: Column, value: Value): RawBuilder<unknown>;
  /**
   * Rows to join with: something to stand behind FROM and to be given an alias by the caller, whose columns are `n`
   * (0, 1, 2, …: the row) and `v0`, `v1`, … of the types of `columns`, compared as these columns compare.
   */
  inlineRows(columns: readonly Column[], rows: readonly (readonly Value[])[]): RawBuilder<unknown>;

  // ---- tables to be made
  /** Type of a new column; keys may need one that can be indexed. */
  typeOf(field: Field, inKey: boolean): string;
  /** `fits`: values of the field go in as it is; a type: widen to it; undefined: a column of another kind. */
  widened(column: Column, field: Field): 'fits' | { readonly type: string } | undefined;
  readonly ddl: DdlWords;

  // ---- bulk
  /** Loads rows into the table in as few statements as can be, all of them or none: see `_sql/load.ts`. */
  load(session: Session, load: TableLoad): Promise<LoadAttempt>;
}

/** Statements of DDL, as they will be sent; identifiers quoted. */
export interface DdlWords {
  /** With the comments of its columns where the dialect writes them there. */
  createTable(name: TableName, columns: readonly NewColumn[], key: readonly string[]): string;
  addColumn(name: TableName, column: NewColumn): string;
  /** `column` is the one that is there, `type` the wider one. */
  widenColumn(name: TableName, column: Column, type: string): string;
  /** Where comments are a statement of their own; undefined where they stand in the others or cannot be. */
  comment?(name: TableName, column: NewColumn): string;
}

export interface NewColumn {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  readonly title?: string;
}

/** A load whose columns were looked up; `rows` may be a part of the batch's. */
export interface TableLoad {
  readonly table: Table;
  readonly key: readonly Column[];
  /** In the order of the rows' values; `write` as in `Load`. */
  readonly columns: readonly LoadTarget[];
  readonly rows: Load['rows'];
}

export interface LoadTarget {
  readonly column: Column;
  readonly write: Load['columns'][number]['write'];
}

/**
 * Refused: nothing of these rows may stay, `_sql` goes back to a savepoint and halves them. `row`: which of them is to
 * blame, by index, where the data base says so: it is left out and the others are tried again.
 */
export type LoadAttempt =
  | { readonly ok: true; readonly loaded: LoadCounts }
  | { readonly ok: false; readonly error: PipeError; readonly row?: number };
