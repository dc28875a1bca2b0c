import type { Place } from '../diagnostics.ts';
import type { SourceBlock, TargetBlock, Value, Window } from '../connector.ts';

/**
 * A pipeline file after `load`: interpolated, checked against the schemas, references resolved, defaults filled in.
 * Expressions are still text; `transform/compile` parses them. Nothing here needs the YAML document any more.
 */
export interface Pipeline {
  /** Path as given on the command line. */
  readonly file: string;
  /** Absolute folder of the file. */
  readonly folder: string;
  readonly name: string;
  readonly description?: string;
  /** Declared params by name; their values for this run are in `values`. */
  readonly params: ReadonlyMap<string, Param>;
  readonly values: Readonly<Record<string, Value>>;
  readonly connections: ReadonlyMap<string, ConnectionSpec>;
  readonly schedule: readonly ScheduleEntry[];
  readonly brakes: Brakes;
  /** In order of execution: `after` first, else the order of the file. */
  readonly flows: readonly Flow[];
}

export interface Param {
  readonly name: string;
  readonly type: 'integer' | 'number' | 'string' | 'boolean' | 'list';
  readonly optional: boolean;
  readonly place: Place;
}

export interface ConnectionSpec {
  readonly name: string;
  readonly connector: string;
  /** Checked against the connector's schema, secrets resolved: never print. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly place: Place;
}

export interface ScheduleEntry {
  readonly everyMs?: number;
  readonly cron?: string;
  readonly timezone?: string;
  readonly mode: 'incremental' | 'full';
  readonly flows?: readonly string[];
}

/** Limits on one run's changes; a share is of the target rows the run looked at. Absent: no limit. */
export interface Brakes {
  readonly creates?: Brake;
  readonly updates?: Brake;
  readonly deletes?: Brake;
}

export type Brake = { readonly rows: number } | { readonly share: number };

/** A piece of the file with a language of its own: a JSONata expression. */
export interface ExpressionText {
  readonly text: string;
  /** Where the code unit at `offset` (default: the first) stands in the file. */
  place(offset?: number, length?: number): Place;
}

export interface Flow {
  readonly name: string;
  readonly place: Place;
  readonly enabled?: ExpressionText;
  readonly after: readonly string[];
  readonly source: FlowSource;
  /** Field of the record that is its key. */
  readonly key: string;
  readonly keyPlace: Place;
  /** Absent: the record is the row. */
  readonly map?: ReadonlyMap<string, MapEntry>;
  readonly require: readonly RequiredField[];
  readonly guards: readonly FlowGuard[];
  /** In the order of the file. */
  readonly targets: readonly Target[];
  readonly retry: { readonly delaysMs: readonly number[] };
  readonly queue: { readonly limit: number; readonly keepMs: number; readonly whenFull: 'stop' | 'drop-oldest' };
}

export interface FlowSource {
  readonly connection: string;
  /** The connector's own keys, checked against its source schema. */
  readonly block: SourceBlock;
  readonly window?: Window;
  readonly batch: number;
  readonly place: Place;
}

export interface RequiredField {
  readonly field: string;
  readonly place: Place;
}

export interface MapEntry {
  readonly name: string;
  readonly value: MapValue;
  readonly place: Place;
}

export type MapValue =
  | { readonly kind: 'expression'; readonly expression: ExpressionText }
  | { readonly kind: 'const'; readonly value: Value }
  | {
      readonly kind: 'table';
      readonly from: ExpressionText;
      /** Keys as text. */
      readonly table: ReadonlyMap<string, Value>;
      readonly otherwise?: { readonly value: Value; readonly warn: boolean };
    };

/** Ends the record by name, before any target. */
export interface FlowGuard {
  readonly if: ExpressionText;
  readonly skip: string;
}

export interface Target {
  readonly name: string;
  readonly place: Place;
  readonly connection: string;
  /** The connector's own keys, checked against its target schema. */
  readonly block: TargetBlock;
  readonly entity: string;
  /** Fields that are the row's identity in the target; may be empty. */
  readonly key: readonly string[];
  /** Rungs in order; never empty for a target that writes. */
  readonly match: readonly Rung[];
  readonly missing: 'create' | 'skip' | 'error';
  readonly guards: readonly TargetGuard[];
  /** undefined: a look-up, it never writes. */
  readonly fields?: readonly FieldMapping[];
  readonly rows: readonly ChildRows[];
}

export interface Rung {
  readonly name: string;
  readonly place: Place;
  readonly by: readonly RungField[];
  readonly where?: ExpressionText;
  readonly refused: 'next' | 'create' | 'skip';
  readonly prefer?: ExpressionText;
  readonly order: readonly { readonly field: string; readonly descending: boolean }[];
  readonly many: 'error' | 'newest' | 'oldest' | 'all';
  readonly warnMany?: string;
}

export interface RungField {
  readonly field: string;
  readonly place: Place;
  /** `mapped`: the value of this field as `fields` maps it. */
  readonly value:
    | { readonly kind: 'mapped' }
    | { readonly kind: 'expression'; readonly expression: ExpressionText }
    | { readonly kind: 'empty' };
}

export type TargetGuard = { readonly if: ExpressionText; readonly log?: string; readonly place: Place } & (
  | { readonly skip: string }
  | { readonly keep: readonly string[] }
  | { readonly only: readonly string[] }
);

/** How a mapped value treats what the target holds (language.md §4.2). */
export type WritePolicy = 'notNull' | 'always' | 'fill' | 'create' | 'add';

export interface FieldMapping {
  readonly field: string;
  readonly place: Place;
  readonly write: WritePolicy;
  /** One value; a multi-field or a list may have several, each with its type. */
  readonly items: readonly FieldItem[];
}

export interface FieldItem {
  readonly value: MapValue;
  /** `MOBILE`, `WORK` … of a multi-field. */
  readonly type?: string;
}

export interface ChildRows {
  readonly list: string;
  readonly place: Place;
  readonly rows: ExpressionText;
  readonly write: WritePolicy;
}
