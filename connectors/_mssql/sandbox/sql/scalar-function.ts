import type { SqliteValue, SqlType } from './sql-types.ts';

/** What a function wants of an argument; it is converted to this before the call. `any` is left as it is. */
export type Want = 'text' | 'int' | 'any';

/**
 * A function of T-SQL that looks only at its arguments. One entry of a table is all there is to add one:
 * the binder reads `wants` and `returns`, SQLite calls `run`.
 */
export interface ScalarFunction {
  readonly wants: readonly Want[];
  /** How many of `wants` may be left out at the end. */
  readonly optional?: number;
  /** The last `want` may repeat. */
  readonly variadic?: true;
  readonly returns: SqlType | ((types: readonly SqlType[]) => SqlType);
  /** Called with values as SQLite holds them, integers as bigint; not called when one is NULL, unless `nulls`. */
  readonly run: (...values: never[]) => SqliteValue;
  readonly nulls?: true;
}
