import type { Row, WriteValues } from '../connector.ts';
import type { CompiledTarget } from '../transform/compiled.ts';

/** A record on its way through the targets of its flow. */
export interface FlowRecord {
  /** The record's key, as text. */
  readonly key: string;
  readonly source: Row;
  readonly record: Row;
}

/** What would become of one target row. */
export type Change =
  | { readonly operation: 'create'; readonly values: WriteValues; readonly lists: readonly ListChange[] }
  | {
      readonly operation: 'update';
      readonly key: string;
      /** Only what differs. */
      readonly values: WriteValues;
      readonly before: Row;
      readonly lists: readonly ListChange[];
      /** Mapped fields that guards keep from being touched. */
      readonly kept?: readonly string[];
    }
  /** The row has no record any more. */
  | { readonly operation: 'delete'; readonly key: string; readonly before: Row }
  | { readonly operation: 'unchanged'; readonly key: string; readonly kept?: readonly string[] };

export interface ListChange {
  readonly list: string;
  readonly rows: readonly Row[];
}

/** One target of one record, planned: how its row was found and what is to be done. */
export interface TargetPlan {
  readonly target: CompiledTarget;
  /** Name of the rung that matched; undefined: no row was found. */
  readonly rung?: string;
  /** Empty when the target is a look-up, is skipped, or is missing with `missing: skip`. */
  readonly changes: readonly Change[];
  /** Name of the guard, or of the rung's `refused: skip`, that ended the target. */
  readonly skip?: string;
  /** Words for the log: PROTECTED, АВТОПРИВЯЗКА, МНОЖЕСТВЕННЫЕ СДЕЛКИ, with the target rows they speak of. */
  readonly named: readonly NamedRows[];
  /** What `$<target>` is for later targets: the found row, or the row as it will be. Undefined: nothing. */
  readonly row?: Row;
  /** The row does not exist yet: `row` holds a place-holder where the target's key will be. */
  readonly created: boolean;
}

export interface NamedRows {
  readonly name: string;
  readonly rows: readonly string[];
  /** A person should look: `warnMany`. */
  readonly warn?: true;
}

/** Stands for the key of a row that is yet to be created; it finds nothing and is never sent. */
export function placeholder(target: string, recordKey: string): string {
  return `\u0000new:${target}:${recordKey}`;
}

export function isPlaceholder(value: unknown): boolean {
  return typeof value === 'string' && value.startsWith('\u0000new:');
}
