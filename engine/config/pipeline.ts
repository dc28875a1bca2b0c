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
  /** Where a row about each run is kept. */
  readonly syncLog?: SyncLog;
  /** In order of execution: `after` first, else the order of the file. */
  readonly flows: readonly Flow[];
}

export interface Param {
  readonly name: string;
  readonly type: 'integer' | 'number' | 'string' | 'boolean' | 'list';
  readonly optional: boolean;
  readonly place: Place;
  /** It has no value yet: the one in `values` is made up, so that expressions can be checked. */
  readonly undecided?: true;
  /** Where a value stands that `default` gives, itself or in its list. */
  placeOf?(value: Value): Place | undefined;
}

export interface ConnectionSpec {
  readonly name: string;
  readonly connector: string;
  /** Checked against the connector's schema, secrets resolved: never print. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** How long a run waits at its start for a system that is not there yet. */
  readonly waitForMs?: number;
  readonly place: Place;
}

/** When runs start; `flows` absent: all of them. */
export type ScheduleEntry = {
  readonly mode: 'incremental' | 'full';
  readonly flows?: readonly string[];
  readonly place: Place;
} & (
  | { readonly on: 'time'; readonly everyMs: number }
  /** Five fields; `timezone` is an IANA name, absent: the machine's. */
  | { readonly on: 'cron'; readonly cron: string; readonly timezone?: string }
);

export interface SyncLog {
  readonly connection: string;
  readonly table: string;
  readonly place: Place;
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
  /** Nothing of a record is written unless all its targets could be planned. */
  readonly whole: boolean;
  readonly retry: { readonly delaysMs: readonly number[] };
  readonly queue: { readonly limit: number; readonly keepMs: number; readonly whenFull: 'stop' | 'drop-oldest' };
}

export interface FlowSource {
  readonly connection: string;
  /** The connector's own keys, checked against its source schema. */
  readonly block: SourceBlock;
  readonly window?: Window;
  /** Where the field of the window is named. */
  readonly windowPlace?: Place;
  /** Columns that the block's own keys name: `filter`, `select`. */
  readonly asked: readonly AskedColumn[];
  readonly batch: number;
  readonly place: Place;
}

export interface AskedColumn {
  readonly name: string;
  readonly place: Place;
  /** What rows are to hold there, where nothing but that is asked. */
  readonly wanted: readonly { readonly value: string | number | boolean; readonly place: Place }[];
  /** It says which columns there are, and not which rows. */
  readonly selects: boolean;
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
  | { readonly kind: 'const'; readonly value: Value; readonly place?: Place }
  | {
      readonly kind: 'table';
      readonly from: ExpressionText;
      /** Keys as text. */
      readonly table: ReadonlyMap<string, Value>;
      /** Where the value of a key stands. */
      placeOf?(key: string): Place | undefined;
      readonly otherwise?: { readonly value: Value; readonly warn: boolean; readonly place?: Place };
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
  /** Rungs in order; without `match` the one rung `{ name: 'key', by: key }`. Empty only where the engine's own tag is the identity. */
  readonly match: readonly Rung[];
  readonly missing: 'create' | 'skip' | 'error';
  readonly guards: readonly TargetGuard[];
  /** undefined: a look-up, it never writes. */
  readonly fields?: readonly FieldMapping[];
  /**
   * `fields: all` or `"*": all`: record fields that no entry of `fields` takes by its bare name are written under
   * the names the target has for them with this policy.
   */
  readonly everyField?: EveryField;
  readonly rows: readonly ChildRows[];
  /** What becomes of target rows whose record is gone from the source; `mark` names a field that takes the time. */
  readonly absent: 'keep' | 'delete' | { readonly mark: string };
  /** Where the field of the mark is named. */
  readonly markPlace?: Place;
  /** Over `$found`: only rows for which it is true may be deleted or marked. */
  readonly within?: ExpressionText;
  /** SQL: whether the engine may create or widen the table; absent for other targets. */
  readonly ddl?: 'never' | 'create' | 'evolve';
}

export interface EveryField {
  readonly write: WritePolicy;
  /** What a record field is called in the target. */
  columnOf(field: string): string;
}

export interface Rung {
  readonly name: string;
  readonly place: Place;
  readonly by: readonly RungField[];
  /** `by: link`: the row this record was written to before; `by` is empty then. */
  readonly byLink?: true;
  readonly where?: ExpressionText;
  readonly refused: 'next' | 'create' | 'skip';
  readonly prefer?: ExpressionText;
  readonly order: readonly { readonly field: string; readonly descending: boolean; readonly place?: Place }[];
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
  /** One value; a multi-field or a list may have several, each with its type. Empty when `reference` is there. */
  readonly items: readonly FieldItem[];
  /** The value is taken from a row of another table or entity of the same connection. */
  readonly reference?: Reference;
  /** What `pipe provision` creates when the target lacks the field. */
  readonly provision?: FieldSpec;
}

/** `{ ref: cities, by: { btxid: city }, take: id, missing: skip }` */
export interface Reference {
  readonly table: string;
  readonly by: readonly { readonly field: string; readonly expression: ExpressionText; readonly place?: Place }[];
  readonly take: string;
  readonly takePlace?: Place;
  /** skip: the target is not written for this record, aloud; null: the field has no value; error: the record waits (DL-8). */
  readonly missing: 'skip' | 'null' | 'error';
  readonly place: Place;
}

/** `field: text` or `field: { type: select, options: [a, b], apiOnly: true }`; types are the connector's words. */
export interface FieldSpec {
  readonly type: string;
  readonly apiOnly: boolean;
  readonly options: readonly string[];
  readonly title?: string;
}

export interface FieldItem {
  readonly value: MapValue;
  /** `MOBILE`, `WORK` … of a multi-field. */
  readonly type?: string;
  readonly typePlace?: Place;
}

export interface ChildRows {
  readonly list: string;
  readonly place: Place;
  readonly rows: ExpressionText;
  readonly write: WritePolicy;
}
