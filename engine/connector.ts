import type { Static, TObject } from 'typebox';
import type { PipeError } from './errors.ts';
import type { Template } from './messages/template.ts';

/**
 * The contract between the engine and a connector, whole. A connector is a folder `connectors/<name>/` whose
 * index.ts default-exports a `Connector`. It talks to one kind of system and knows nothing of pipelines, retries,
 * queues or other connectors.
 *
 * Rules that hold for every method here:
 * - Connectors never sleep, retry or loop on errors: they say what happened (`PipeError.retry`, `retryAfterMs`,
 *   `limited`, `applied`); the engine has the one retry loop and the one limiter (`Host.admit`).
 * - Every call takes an AbortSignal where it may last; after an abort the call ends soon by throwing the signal's
 *   reason and leaves no socket, cursor or timer behind.
 * - What is thrown is a PipeError of the connector's own errors.ts, wrapped once, at the vendor's border.
 * - Calls on one connection may overlap.
 */
export interface Connector<Settings extends TObject = TObject> {
  /** The folder's name, as `connector:` names it. */
  readonly name: string;
  /** One line: what it reads and writes. */
  readonly summary: string;
  /** Schema of a connection block without `connector`; a secret property carries `secret: true`. */
  readonly settings: Settings;
  /** Present when the connector can be read from. */
  readonly source?: SourceAbility;
  /** Present when the connector can be written to. */
  readonly sink?: SinkAbility;
  /**
   * Opens nothing yet: the first call that needs the wire does. The settings are already checked. A promise where the
   * driver, and whatever else only a connection needs, is loaded here: most commands just read files, and do not wait.
   */
  connect(settings: Static<Settings>, host: Host): Connection | Promise<Connection>;
  /**
   * Present where one may have to log in through a browser before a connection works (OAuth): `pipe auth`. Sends nothing.
   * Throws a PipeError of kind input where these settings need no such login, or lack something of it.
   */
  authorise?(settings: Static<Settings>, host: Host): Authorisation | Promise<Authorisation>;
  /** The vendor-like server on loopback, loaded only when asked for. */
  sandbox?(): Promise<Sandbox>;
}

/** What can be known of a connector's sources without a network. */
export interface SourceAbility {
  /**
   * Schema of a source block without `connection`, `cursor` and `batch`, e.g. `stream`, `query`, `table`, `filter`. A
   * property whose keys, or whose items, name columns carries `columns: true`, or in place of true a pattern of the
   * signs that may stand before a name; then `validate` looks at them.
   */
  readonly settings: TObject;
  /** The columns of that source as far as they are known offline; undefined: unknown until `describe()`. */
  columns?(block: SourceBlock): readonly Field[] | undefined;
}

/** What can be known of a connector's targets without a network. */
export interface SinkAbility {
  /** Schema of the target keys that are the connector's own, e.g. `entity`, `table`, `ddl`. */
  readonly settings: TObject;
  /** The entity's name out of those keys: `deal`, `public.deals`, `people.csv`. */
  entity(block: TargetBlock): string;
  /** Its sinks have `scan`: `absent` works. */
  readonly scan?: true;
  /** Its sinks delete: `absent: delete` works. */
  readonly deletes?: true;
  /** What a record field is called here under `fields: all`: `TITLE` → `title`. Absent: as in the record. */
  columnOf?(field: string): string;
  /** The words `field: { type }` takes, as the system has them; its sinks have `customFields`: `pipe provision` works. */
  readonly fieldTypes?: Readonly<Record<string, FieldTypeAbility>>;
}

export interface FieldTypeAbility {
  /** A field of this type has `options` to choose from. */
  readonly options?: true;
}

export type SourceBlock = Readonly<Record<string, unknown>>;
export type TargetBlock = Readonly<Record<string, unknown>>;

/** A connected connector; `close` ends pools and sockets and may be called twice. */
export interface Connection {
  /**
   * What it leads to, without secrets: host, data base. Under another name it is another system, and what the state of a
   * pipeline knows of the old one is not true there. Absent: whatever is there is the same.
   */
  readonly system?: string;
  source?(block: SourceBlock): Source;
  /** The sink of one target; what several targets of a connection share stays with the connection. */
  sink?(block: TargetBlock): Sink;
  /** Login, rights, tables, clock: what `pipe check` prints. Changes nothing. Throws when the system cannot be reached. */
  check(uses: ConnectionUses, signal: AbortSignal): Promise<readonly CheckResult[]>;
  close(): Promise<void>;
}

/** What the pipeline uses of a connection: `check` looks at no more than that. */
export interface ConnectionUses {
  readonly sources: readonly SourceBlock[];
  readonly entities: readonly EntityUse[];
}

export interface EntityUse {
  readonly entity: string;
  /** Those that must be there; what a run adds to a table that is there (`ddl: evolve`) is not among them. */
  readonly fields: readonly string[];
  /** What a run makes where it is not there: the table, or with `evolve` its columns too (`ddl`). */
  readonly makes?: 'create' | 'evolve';
  /** Nothing of the pipeline writes it: a look-up, or what `ref` takes values from. */
  readonly onlyRead?: true;
}

/** Both texts are whole, with nothing left to fill in. */
export interface CheckResult {
  /** What was looked at, e.g. `login`, `table dbo.Orders`, `field deal.UF_CRM_1`, `clock`. */
  readonly what: Template;
  readonly ok: boolean;
  /** One fact in plain words, no personal data; short where `error` says the rest. */
  readonly fact: Template;
  /** Why it is not in order; where it is `ok` all the same, a warning: something lacks, and the rest works without. */
  readonly error?: PipeError;
}

/** What the engine lends a connector. */
export interface Host {
  /** Folder of the pipeline file: relative paths of settings start there. */
  readonly folder: string;
  /** Wall clock in milliseconds since 1970; tests move it. */
  now(): number;
  /**
   * Waits until one more request may be sent under these limits and charges it durably before it resolves (DL-22).
   * Call it once for every HTTP request. Throws the signal's reason when aborted, and `run.limited`, with nothing
   * charged, where the wait would last beyond `charge.until`; its parameter `what` is the key of the bucket or the
   * method that is used up.
   */
  admit(charge: Charge, signal: AbortSignal): Promise<Admission>;
  /** Something worth a warning in the run's log that stops nothing. */
  warn(warning: PipeError): void;
  /** Every run and command lends it; a host without it keeps nothing. */
  readonly tokens?: Tokens;
}

/**
 * Where secrets are kept that the vendor replaces while we run (OAuth), encrypted, by a key that names whose they are and
 * holds no secret: one place for all pipelines and processes of this machine.
 */
export interface Tokens {
  /** The text that was kept last; undefined: none. */
  read(key: string): Promise<string | undefined>;
  /**
   * Keeps what `make` resolves to, and resolves to it once it is durable: nobody uses it before. Meanwhile no other
   * process of this machine is within `replace` for that key; the lock dies with its process. `make` gets what is kept by
   * then, perhaps replaced by another one while we waited; where it gives that back, that stays. The signal ends
   * the wait for the lock, never `make`.
   */
  replace(key: string, make: (kept: string | undefined) => Promise<string>, signal: AbortSignal): Promise<string>;
}

/** A login through a browser, in the order it happens: somebody opens `url`, agrees, and is led to `redirectUri`. */
export interface Authorisation {
  /** What to open; the vendor hands `state` back, and the engine compares it. */
  url(state: string): string;
  /** Where the vendor leads the browser, letter for letter as it knows it. */
  readonly redirectUri: string;
  /** How long a code is good for, in milliseconds. */
  readonly codeLastsMs: number;
  /** The code among what came back there. Throws a PipeError where consent was denied or it is from elsewhere. */
  codeOf(answer: URLSearchParams): string;
  /** Gives the code for tokens, and resolves once they are kept (`Host.tokens`). */
  redeem(code: string, signal: AbortSignal): Promise<void>;
}

/** One HTTP request as the limits count it. */
export interface Charge {
  readonly limit: Limit;
  /** A wider bucket with room as well: all integrations of an account. That the vendor refuses fills `limit` alone. */
  readonly within?: Limit;
  /** What it is expected to cost, where the vendor counts working time as well. */
  readonly work?: Work;
  /** The longest the request may last, in milliseconds. */
  readonly lastsMs: number;
  /** On the host's clock: it is of no use to send it later (DL-4). Absent: it waits as long as it takes. */
  readonly until?: number;
}

/** A leaky bucket shared by every process of this machine. */
export interface Limit {
  /** Who counts together, e.g. `bitrix24:portal.example`. No secret in it. */
  readonly key: string;
  /** Requests that may stand in the bucket. */
  readonly capacity: number;
  /** Requests that leave the bucket each second. */
  readonly perSecond: number;
}

/** Working seconds the vendor grants each method within a sliding window, and what a request will take of them. */
export interface Work {
  /** Whose seconds they are: a hash of the credential, never the credential. */
  readonly key: string;
  /** The seconds each method has. */
  readonly budget: number;
  /** How long what was worked counts, where the vendor does not say. */
  readonly windowMs: number;
  /** Seconds expected of each method of the request; 0 where the vendor is known to count nothing. */
  readonly expected: ReadonlyMap<string, number>;
}

/** A request that may go now. Its expected work is reserved, whatever becomes of this process. */
export interface Admission {
  /**
   * What the request came to; call once, when it has ended. Without it the reservation stands for as long as the
   * request may last, and then counts as worked.
   */
  ended(measured: Measured): void;
}

export interface Measured {
  /** The vendor refused it for its rate: the bucket is full, the charge stands. */
  readonly refused?: true;
  /** By method; what is missing was not worked. Absent: nobody knows, so what was expected counts. */
  readonly work?: ReadonlyMap<string, MeasuredWork>;
}

export interface MeasuredWork {
  /** What this request added to the seconds the vendor counts, and in how long that no longer counts. */
  readonly worked: readonly { readonly seconds: number; readonly leavesInMs: number }[];
  /** What the vendor counts by now, whoever worked it, and how long that holds at most. */
  readonly counted?: { readonly seconds: number; readonly forMs: number };
  /** The vendor takes no more of this method for so long. */
  readonly blockedForMs?: number;
}

// ---- values -------------------------------------------------------------------------------------------------------

/** JSON as records carry it. There is one "nothing": the absent key. Null never enters. */
export type Value = string | number | boolean | readonly Value[] | Row;

/** A row of a source, a record, or a row of a target. Naive times are ISO text without a zone. */
export interface Row {
  readonly [column: string]: Value;
}

export type FieldType =
  | 'text'
  | 'integer'
  | 'number'
  | 'boolean'
  /** A calendar day, `2026-03-01`; read back with time and offset it is still that day. */
  | 'date'
  /** An instant, ISO with offset; naive where the system has no zone. */
  | 'datetime'
  /** A key of this or another entity: text everywhere, whatever the vendor's JSON says. */
  | 'id'
  /** One of `options`, by id. */
  | 'enum'
  /** A list of `{ id?, value, type? }`, matched by normalised phone. */
  | 'phones'
  /** A list of `{ id?, value, type? }`, matched case-folded. */
  | 'emails'
  /** A list or object. */
  | 'json';

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  /** What people call it in the system's own screens. */
  readonly title?: string;
  /** Must have a value on create. */
  readonly required?: boolean;
  /** Of a datetime: a local time without a zone, which nobody may take for an instant. */
  readonly naive?: true;
  /** May be absent in a row; undefined: not known. */
  readonly optional?: boolean;
  readonly readOnly?: boolean;
  /** The value is a list of the type. */
  readonly multiple?: boolean;
  readonly options?: readonly FieldOption[];
  /** Of phones and emails: what `type` of an entry may be, `WORK`, `MOBILE`; absent: not known. */
  readonly kinds?: readonly string[];
  /** Masked wherever people look (G9). */
  readonly personal?: 'name' | 'phone' | 'email' | 'text';
  /** Fields of a structured column. */
  readonly fields?: readonly Field[];
}

export interface FieldOption {
  readonly id: string;
  readonly text: string;
  /** It exists only in rows whose `field` has this value: a stage in its funnel. Absent: in all rows. */
  readonly within?: { readonly field: string; readonly value: string };
  /**
   * What the system itself sets in a row that is given this option, as far as a preview has to know it to foresee what
   * later records find: a lead that is converted is open no longer.
   */
  readonly implies?: Row;
}

// ---- source -------------------------------------------------------------------------------------------------------

/** JSON that only its source can read; the engine stores it and hands it back. */
export type Cursor = Row;

export interface SourceDescription {
  readonly fields: readonly Field[];
  /** What `filter` and `select` may name, where that is more than `fields`: what is not selected, other names of a field. */
  readonly askable?: readonly Field[];
  /** Columns that name a row within the source; `fetch` takes rows holding just these. */
  readonly key?: readonly string[];
}

export interface Source {
  describe(signal: AbortSignal): Promise<SourceDescription>;
  /**
   * Yields batches in one stable order, never more than `batch` rows in memory beyond what the consumer holds.
   * Ending without a throw means: read to the end. A row changed during the read is delivered in this read or the
   * next, never in neither (DL-6).
   */
  read(request: ReadRequest): AsyncIterable<SourceBatch>;
  /** Re-reads rows by key (queue, reconcile); rows that are gone are left out. */
  fetch?(keys: readonly Row[], signal: AbortSignal): Promise<readonly Row[]>;
}

export interface ReadRequest {
  /** `incremental` goes on from `cursor`; `full` goes back as far as `window.full`. */
  readonly mode: 'incremental' | 'full';
  /** The last one whose rows are durably delivered; absent on the first run. */
  readonly cursor?: Cursor;
  /** The `cursor:` block of the source; absent: the whole source is read each time. */
  readonly window?: Window;
  /** Lower and upper bound given by hand, ISO; they replace what `cursor` and `window` say. */
  readonly since?: string;
  readonly until?: string;
  /** Rows a batch may hold. */
  readonly batch: number;
  /** Rows the whole read may yield. */
  readonly limit?: number;
  readonly params: Row;
  /** Called by a source that has its first answer and has yet to bring rows: what they will need is got ready meanwhile. */
  readonly answered?: () => void;
  readonly signal: AbortSignal;
}

/** `cursor: { field, first, overlap, full }` with durations in milliseconds. */
export interface Window {
  readonly field: string;
  readonly firstMs: number | 'all';
  readonly overlapMs: number;
  readonly fullMs: number | 'all';
}

export interface SourceBatch {
  readonly rows: readonly Row[];
  /** Saved once every target has this batch and all before it; absent when there is no window. */
  readonly cursor?: Cursor;
}

// ---- sink ---------------------------------------------------------------------------------------------------------

export interface EntityDescription {
  readonly entity: string;
  readonly fields: readonly Field[];
  /** Other fields may be written too: they come to be as they are written (a file's columns). */
  readonly openFields?: true;
  /** The field that holds the target's own key: `ID`. */
  readonly id: string;
  /** Child lists an entity has: `productrows`. */
  readonly lists: readonly ChildList[];
  /**
   * Two text fields free for the engine's own mark of a create (DL-12), where the vendor has such, and the field that
   * says when a row was created (DL-21).
   */
  readonly tag?: { readonly origin: string; readonly key: string; readonly at?: string };
  /**
   * Sets of fields that no two rows share and `Load` may tell rows apart by: unique keys of a table. Not there where
   * another unique key could make a row collide with one of a different key.
   */
  readonly keys?: readonly (readonly string[])[];
  /** Present where a row is something people have a word for, and not one row of a table among millions. */
  readonly called?: Called;
}

/** What people call a row of an entity; the log says it: «Найден контакт», «Обновляем сделку». */
export interface Called {
  readonly en: string;
  readonly ru: { readonly nominative: string; readonly accusative: string; readonly feminine?: true };
  /** Fields that say who it is about, in the order a name is read; masked in the log unless it is asked not to (G9). */
  readonly person?: readonly string[];
}

export interface ChildList {
  readonly name: string;
  readonly fields: readonly Field[];
}

/** Which rows of an entity: every field must match one of its values. */
export interface Question {
  readonly by: Readonly<Record<string, Wanted>>;
  /** Only rows made after the one with this key; asked only of sinks that have `highWater`. */
  readonly above?: string;
}

/** Any of these values (never an empty list), or: has no value. */
export type Wanted = { readonly anyOf: readonly (string | number | boolean)[] } | { readonly empty: true };

/** A row the target holds: typed as `describe` says, multi-fields as lists of `{ id, value, type }`. */
export interface FoundRow {
  readonly key: string;
  readonly values: Row;
}

/** All rows that satisfy the question, or why that cannot be said (DL-3: an incomplete answer is not "none"). */
export type Answer =
  | { readonly ok: true; readonly rows: readonly FoundRow[] }
  | { readonly ok: false; readonly error: PipeError };

export interface Sink {
  /** Fields and lists of an entity; throws a PipeError of kind input when there is no such entity. */
  describe(entity: string, signal: AbortSignal): Promise<EntityDescription>;
  /**
   * Answers every question, in order, in as few calls as the vendor allows. `fields` are the ones to read beside
   * the key (child lists by their name). Throws when none could be answered.
   */
  find(
    entity: string,
    questions: readonly Question[],
    fields: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly Answer[]>;
  /**
   * Sends every write, in order, and returns one outcome for each, in order. Throws only when nothing at all was
   * applied. An abort lets the request in flight finish, gives its outcomes, and reports the rest as not applied; so
   * is what could only be sent after `until`, on the host's clock: its plan is too old by then (DL-4).
   */
  write(writes: readonly Write[], signal: AbortSignal, until?: number): Promise<readonly Outcome[]>;
  /**
   * `write` and, carried out after the last of them in the same request, a question that rows made just now answer
   * (DL-2, DL-3). Present where a vendor takes both together; `answer` is absent where the question needs a request of its own.
   */
  writeAndFind?(
    writes: readonly Write[],
    question: Question,
    fields: readonly string[],
    signal: AbortSignal,
    until?: number,
  ): Promise<{ readonly outcomes: readonly Outcome[]; readonly answer?: Answer }>;
  /**
   * The working seconds these writes are expected to be charged for (`Charge.work`), by what this connection has met.
   * Writes nothing. Present where the vendor may count them; what may not be sent at all costs nothing.
   */
  expectedWork?(writes: readonly Write[], signal: AbortSignal): Promise<Work>;
  /**
   * The highest key the entity has given so far; undefined when it has no rows. Present where keys are numbers that
   * only ever rise: then what became of a lost create is looked for above it (DL-12), and the first create of a run
   * must be found by its own question before others follow (DL-3).
   */
  highWater?(entity: string, signal: AbortSignal): Promise<string | undefined>;
  /**
   * Every row the entity holds from the first call to the last, each once, in pages of bounded size; rows that come or
   * go meanwhile may be left out. Ending without a throw means: that was all. A row without a key is left out.
   */
  scan?(entity: string, fields: readonly string[], signal: AbortSignal): AsyncIterable<readonly FoundRow[]>;
  /** How many writes go into one request: the engine journals and hands over at most so many at once. May change. */
  readonly writesPerRequest: number;
  /** How many calls of `write` may run side by side; never with writes to the same row. */
  readonly requestsInFlight: number;
  /** How long a request the client gave up on may still take effect, in milliseconds (delivery.md, settle). */
  readonly settleMs: number;
  /**
   * `find` sees what was written before it, by every field and whoever wrote it: the engine need not remember rows made
   * lately (DL-2). Absent: an index may lag.
   */
  readonly findsAtOnce?: true;
  /** What is equal is for the system to say (a collation without case): its answers are not held against the question. */
  readonly comparesItself?: true;
  /** Present where writes and the checkpoint behind them take effect together or not at all (DL-23). */
  readonly atomic?: AtomicWrites;
  /** Present where the engine may make and widen what rows are kept in: `ddl`. */
  readonly tables?: Tables;
  /** Present where the engine may make fields: `pipe provision`. */
  readonly customFields?: CustomFields;
}

// ---- sink: rows and checkpoint in one transaction (DL-23) -----------------------------------------------------------

/**
 * What a target of a flow commits in transactions of the target itself. The checkpoint is a row of the table
 * `pipe_checkpoint` beside the data, one for each pipeline, flow and target; every transaction locks and renews it
 * first, `WHERE epoch <= mine`, so that none of an earlier run can commit after a later one has taken over.
 */
export interface AtomicWrites {
  /**
   * Waits until a transaction an earlier run may still have under way is over, and keeps it from committing another;
   * answers the last checkpoint with the epoch that is ours from now on: the mark's, or one above what was there, for a
   * state that was deleted counts from one again. Asked when a flow begins, and again when the answer to a commit was
   * lost. Where the login may not create the table, it warns, holds nobody off, and answers undefined.
   */
  takeOver(mark: CheckpointMark, signal: AbortSignal): Promise<StoredCheckpoint | undefined>;
  /**
   * One transaction: the load, the writes in order, the checkpoint. Rows the target refuses are left out, each named
   * by its index, the others are committed. Throws when nothing was committed, `sql.fenced` where a later run has
   * taken over; with `retry` also when nobody knows whether the commit took effect: `takeOver` says.
   */
  commit(batch: AtomicBatch, signal: AbortSignal): Promise<AtomicResult>;
  /**
   * Whose lock the writes of this connection that are under way wait for: `session 4711 (anna, psql)`. Asked while one
   * of them lasts long, so it is cheap and waits for no lock itself; undefined: for nobody's, or the system does not tell.
   */
  heldBy?(signal: AbortSignal): Promise<Template | undefined>;
}

/** Whose checkpoint it is, and the epoch of the run: its own at first, then the one that `takeOver` answered. */
export interface CheckpointMark {
  readonly pipeline: string;
  readonly flow: string;
  readonly target: string;
  readonly epoch: number;
}

export interface StoredCheckpoint {
  readonly epoch: number;
  /** The number `AtomicBatch` gave it. */
  readonly sequence: number;
  readonly cursor?: Cursor;
  /** What the batch with this number came to. */
  readonly loaded: LoadCounts;
}

export interface AtomicBatch {
  readonly mark: CheckpointMark;
  /** Rises by one with each batch of the flow. */
  readonly sequence: number;
  /** Absent: the stored one stays. */
  readonly cursor?: Cursor;
  readonly load?: Load;
  readonly writes: readonly Write[];
}

/** Rows that are created or updated by a key, in bulk; no two have the same key values. */
export interface Load {
  readonly entity: string;
  /** One of `EntityDescription.keys`, each among `columns`. */
  readonly key: readonly string[];
  readonly columns: readonly LoadColumn[];
  /** Values in the order of `columns`; null is nothing. */
  readonly rows: readonly (readonly (Value | null)[])[];
}

/** A column and what it does to a row that is there: `always` takes null too; `fill` takes nothing where there is a value. */
export interface LoadColumn {
  readonly name: string;
  readonly write: 'always' | 'notNull' | 'fill' | 'create';
}

/** Rows as the target counted them: unchanged ones were not written. */
export interface LoadCounts {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
}

export interface AtomicResult {
  readonly loaded: LoadCounts;
  /** Rows of `load` that were refused, by index; of kind data, naming the column. */
  readonly refused: readonly { readonly index: number; readonly error: PipeError }[];
  /** One for each of `writes`. */
  readonly outcomes: readonly Outcome[];
}

// ---- sink: making tables (`ddl`) ------------------------------------------------------------------------------------

export interface Tables {
  /**
   * What has to be done for the entity to have these columns, in order; empty when it has them. Changes nothing. Only
   * makes, adds and widens. Throws a PipeError of kind input where that is not enough: names that are too long, two
   * that are one to the data base, a column of another kind.
   */
  plan(wanted: WantedTable, signal: AbortSignal): Promise<readonly TableChange[]>;
  /** Carries them out, outside of any other transaction; one that is done already is no error. */
  change(changes: readonly TableChange[], signal: AbortSignal): Promise<void>;
}

export interface WantedTable {
  readonly entity: string;
  /** What a new table is keyed by, unique and not null. */
  readonly key: readonly string[];
  /** Names as in the target; `title` becomes the column's comment. */
  readonly columns: readonly Field[];
  /** `create`: only a table that is not there is made. */
  readonly ddl: 'create' | 'evolve';
}

export interface TableChange {
  readonly kind: 'create-table' | 'add-column' | 'widen-column' | 'comment';
  readonly entity: string;
  readonly column?: string;
  /** The type in the target's words, `numeric(18,2)`; of a widened column the old one too. */
  readonly type?: string;
  readonly before?: string;
  /** The statement, as it will be sent. */
  readonly sql: string;
}

// ---- sink: making fields (`pipe provision`) -------------------------------------------------------------------------

export interface CustomFields {
  /**
   * What has to be done for the entity to have these fields, in order, and why others cannot be had. Changes nothing.
   * Only makes fields and adds options. The fields of `EntityDescription.tag` are among what is made where the vendor
   * leaves room for them to the customer.
   */
  plan(wanted: WantedFields, signal: AbortSignal): Promise<FieldPlan>;
  /**
   * Carries them out, in order. It looks first, so that one that is done already is not done twice: after an answer
   * was lost and `settleMs` is over it is called again. Throws at the first that fails.
   */
  change(changes: readonly FieldChange[], signal: AbortSignal): Promise<void>;
}

export interface WantedFields {
  readonly entity: string;
  readonly fields: readonly WantedField[];
}

export interface WantedField {
  /** As the mapping names it. */
  readonly name: string;
  /** One of `SinkAbility.fieldTypes`. */
  readonly type: string;
  readonly options: readonly string[];
  /** People cannot edit it. */
  readonly apiOnly: boolean;
  /** What people call it, where that is not its name. */
  readonly title?: string;
}

export interface FieldPlan {
  readonly changes: readonly FieldChange[];
  /** Of kind input: a field of that name is there with another type, a name that cannot be given. */
  readonly refused: readonly PipeError[];
}

export interface FieldChange {
  readonly kind: 'create-field' | 'add-options';
  readonly entity: string;
  /** The whole field; of `add-options` only the options that lack. */
  readonly field: WantedField;
}

// ---- sink: writes, one by one ---------------------------------------------------------------------------------------

/** Fields to send; null clears one. Multi-fields are lists of `MultiValue`. */
export type WriteValues = Readonly<Record<string, Value | null>>;

/** One entry of a multi-field: without `id` it is added, with `id` changed, with `remove` deleted; others stay. */
export type MultiValue = {
  readonly id?: string;
  readonly value?: string;
  readonly type?: string;
  readonly remove?: true;
};

export type Write =
  | { readonly operation: 'create'; readonly entity: string; readonly values: WriteValues }
  | { readonly operation: 'update'; readonly entity: string; readonly key: string; readonly values: WriteValues }
  | { readonly operation: 'delete'; readonly entity: string; readonly key: string }
  /** Replaces a child list whole. */
  | {
      readonly operation: 'rows';
      readonly entity: string;
      readonly key: string;
      readonly list: string;
      readonly rows: readonly Row[];
    };

/**
 * What became of one write. `applied: 'no'` only when the vendor certainly did nothing; everything that is not a
 * clear yes or a clear no is `unknown` and is never sent again before it was looked up (DL-11).
 */
export type Outcome =
  | { readonly ok: true; readonly key: string }
  | { readonly ok: false; readonly applied: 'no' | 'unknown'; readonly error: PipeError };

// ---- sandbox ------------------------------------------------------------------------------------------------------

export interface Sandbox {
  start(options: SandboxOptions): Promise<RunningSandbox>;
}

export interface SandboxOptions {
  /** 0 or absent: any free port. Always on 127.0.0.1. */
  readonly port?: number;
  readonly seed?: number;
  /** Rows of invented data to begin with, where the sandbox has some. */
  readonly size?: number;
  /** Wall clock in milliseconds; tests move it. */
  readonly now?: () => number;
  /** Without the vendor's rate limits, and `settings` say so: for demos and benchmarks of our own speed. */
  readonly unlimited?: boolean;
  /** Without the custom fields a customer has made, where the sandbox has some: what `pipe provision` finds. */
  readonly bare?: boolean;
}

export interface RunningSandbox {
  /** Connection settings that reach it, as `connections:` would hold them. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** What it serves, a line each, for people. */
  readonly facts: readonly string[];
  /** Rows it holds now, by entity: the truth a demo or test counts against. */
  counts?(): Promise<Readonly<Record<string, number>>>;
  /** Changes some rows as the people who work with the system would; says how many it changed. */
  change?(rows: number): Promise<number>;
  close(): Promise<void>;
}
