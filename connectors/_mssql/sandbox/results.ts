import type { SqlError } from './errors.ts';
import type { SqliteValue } from './sql/sql-types.ts';
import type { ResultColumn } from './tokens.ts';

/** Where a session puts what its statements give: the wire, or a list in memory. */
export interface ResultSink {
  columns(columns: readonly ResultColumn[]): void;
  row(values: readonly SqliteValue[]): void;
  /** Ask between rows: a promise to wait for, or undefined to go on at once. */
  room(): Promise<void> | undefined;
  /** The client wants no more of this. */
  readonly cancelled: boolean;
  /** One statement is done. `count` is absent for statements without rows and under SET NOCOUNT ON. */
  done(count: number | undefined): void;
  error(error: SqlError): void;
  info(number: number, text: string): void;
  transaction(event: 'begun' | 'committed' | 'rolledBack', id: bigint): void;
}
