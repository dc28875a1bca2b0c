import type { Cells } from './rows.ts';

/** One data base of the bench, driven by hand: the reference, and the truth about what the others did. */
export interface Database {
  readonly name: 'postgres' | 'mysql';
  /** Settings of a connection that leads to it. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** One commit: rows into a stage as the data base takes them fastest, then one statement from there. */
  upsert(table: string, rows: readonly Cells[]): Promise<void>;
  /** Rows the table holds, and those of them that are of this version. */
  count(table: string, version: number): Promise<{ readonly rows: number; readonly ofVersion: number }>;
  drop(table: string): Promise<void>;
  /** Before something is measured, so that it does not pay for what was done before it. */
  settle(): Promise<void>;
  close(): Promise<void>;
}
