import type { Cursor, Row, Write } from '../connector.ts';
import type { Parameters } from '../messages/template.ts';
import type { RecordTrace, TracePut } from './trace-ports.ts';

/**
 * What a run remembers, per pipeline. Ports are asynchronous, take clock and ids from outside and know nothing of
 * SQLite. What one call writes is one transaction.
 */
export interface StateStore {
  /** The epoch this store is at; each `startRun` raises it (DL-9). */
  startRun(run: RunStart): Promise<number>;
  finishRun(run: RunEnd): Promise<void>;
  /** The newest runs first. */
  runs(limit: number): Promise<readonly RunEntry[]>;
  /** Removes the results of runs that began before then; that there were these runs stays known. Returns how many. */
  pruneResults(before: number): Promise<number>;

  /**
   * Says whose state this is from now on. It was another machine's or another instance's: then its known hashes are
   * forgotten and what waits is due, to be read anew (DL-21). A new state, and one of a version that knew no
   * machines, is ours.
   */
  identify(mine: Identity): Promise<'ours' | 'copied'>;
  identity(): Promise<StateIdentity>;
  /**
   * Says which systems the connections lead to now. Those that led elsewhere when something was sent or read whole are
   * given back, and stay what they were until somebody says that it is the same system (`adoptSystems`, which gives the connections it was said of).
   */
  meetSystems(met: ReadonlyMap<string, string>): Promise<readonly OtherSystem[]>;
  adoptSystems(): Promise<readonly string[]>;

  checkpoint(flow: string): Promise<Checkpoint | undefined>;
  /** Those of all flows that were not forgotten by hand. */
  checkpoints(): Promise<readonly Checkpoint[]>;
  /** Hash of the last delivered version of each of these records, where there is one (DL-5). */
  known(flow: string, keys: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** How many records of a flow were last delivered by a run whose mapping, or params, were not those of the latest run. */
  writtenByOlder(flow: string): Promise<number>;
  /** Target rows these records were written to, newest first (DL-2). */
  links(flow: string, keys: readonly string[]): Promise<readonly Link[]>;
  /** The same for one record, with what was last written to each row. */
  lastWritten(flow: string, key: string): Promise<readonly WrittenLink[]>;

  /** A person's word on where the next read begins; whoever gives it holds the lock. */
  setCheckpoint(flow: string, since: string, at: number): Promise<void>;
  /**
   * Forgets how far a flow came, or what it delivered, so that it is read or looked at anew; says what there was to
   * forget. Queue, links and writes in doubt stay. Whoever asks holds the lock.
   */
  resetFlow(flow: string, what: ResetWhat): Promise<ResetDone>;

  /** Child lists these records' creates still owe (DL-15). */
  owed(flow: string, keys: readonly string[]): Promise<readonly Owed[]>;

  /**
   * Durable before it resolves: nothing is sent before (DL-9). From here on the known hashes of these records are
   * forgotten: nobody knows what the target holds until they are delivered (DL-13). Refused when a later run began, and
   * where a step of a plan is journalled already, unless it certainly came to nothing.
   */
  saveIntents(intents: readonly Intent[]): Promise<void>;
  /** Steps of a plan that were carried out. */
  appliedSteps(plan: string): Promise<ReadonlySet<number>>;
  /** Intents without a receipt, oldest first. */
  openIntents(flow?: string): Promise<readonly OpenIntent[]>;
  /** From when on the settle time of these intents is counted (DL-12); a later mark replaces an earlier one. */
  beginSettle(intents: readonly string[], mark: SettleMark): Promise<void>;
  /** Creates that were once in doubt and closed as not applied since then: their tags are watched (DL-14). */
  closedAsAbsent(since: number): Promise<readonly Intent[]>;
  /**
   * Records that were written in part, those begun first first: from a write on whose record had more to do (`holds`),
   * until the record is delivered, fails so that only a person can go on, or is dropped.
   */
  unfinished(flow: string): Promise<readonly UnfinishedRecord[]>;
  /** Whoever is in no queue is unfinished no more: a read came to its end and did not bring it. */
  releaseUnfinished(flow: string): Promise<void>;
  /** Removes intents closed before then, with their receipts; open ones stay. Returns how many. */
  pruneJournal(before: number): Promise<number>;
  /**
   * Receipts, links, known hashes, queue and checkpoint in one transaction (DL-10), in this order: a record both
   * delivered and queued ends queued. Refused when a later run began.
   */
  commit(delivery: Delivery): Promise<void>;

  /** What one record asked and wrote, oldest first, as long as it is kept; in clear. */
  trace(flow: string, key: string): Promise<RecordTrace>;
  /** Removes what was asked before then; returns how many rows. The journal has its own retention. */
  pruneTrace(before: number): Promise<number>;

  /** Queue rows of a flow that may be tried now, oldest first: pending or waiting, due, and marked ones. */
  due(flow: string, now: number, limit: number): Promise<readonly QueueEntry[]>;
  queue(filter: QueueFilter): Promise<readonly QueueEntry[]>;
  /** Hash of the version that waits in the queue, for each of these records that has an open row. */
  queuedVersions(flow: string, keys: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Attempts that those of these records with an open row have had. */
  queuedAttempts(flow: string, keys: readonly string[]): Promise<ReadonlyMap<string, number>>;
  queueCounts(flow?: string): Promise<QueueCounts>;
  /** Ids of the oldest open rows a full queue may drop: none in doubt, none of these keys (DL-18). */
  droppable(flow: string, keys: readonly string[], limit: number): Promise<readonly number[]>;
  /**
   * Marks rows due at once; whoever holds the lock executes (DL-17). Quarantined rows stay as they are: a person
   * decides about each (`decideQueue`).
   */
  retryQueue(filter: QueueFilter): Promise<QueueChange>;
  /**
   * Drops rows, oldest first; rows in doubt stay (DL-18). What was open has no known hash, so the next read that meets
   * it tries it again.
   */
  dropQueue(filter: QueueFilter): Promise<QueueChange>;
  /**
   * A person's word on what became of a quarantined row's writes; closes its intents, so that what they claimed is
   * free. `missing`: they did not arrive, the row is marked due. `arrived`: they did, the row is marked due too, so that
   * the record goes on; where no rung could find what was created, it would be created again: then the row is completed
   * and this version of its record counts as delivered. False when the row is not quarantined (any more).
   */
  decideQueue(id: number, word: 'arrived' | 'missing', at: number): Promise<boolean>;
  /** Removes completed and superseded rows closed before then; returns how many. */
  purgeQueue(flow: string, before: number): Promise<number>;

  /** What `absent` rests on: rows of targets held against keys of the source. */
  readonly presence: Presence;

  close(): Promise<void>;
}

export interface ResetWhat {
  readonly checkpoint: boolean;
  readonly known: boolean;
}

export interface ResetDone {
  readonly checkpoint: boolean;
  /** Records whose delivered version was known. */
  readonly known: number;
}

/** A connection of the state leads to another system than before. */
export interface OtherSystem {
  readonly connection: string;
  readonly before: string;
  readonly now: string;
}

/** Rows a target held before the source was read, and the keys the source showed; of one run of one flow (DL-7). */
export interface Presence {
  /** Begins anew: what an earlier run, or one that was killed, has left is no word on the source as it is now. */
  clear(flow: string): Promise<void>;
  list(flow: string, target: string, rows: readonly ListedRow[]): Promise<void>;
  /** Keys the source showed: a record's own, or that of the row it is in a target. */
  see(flow: string, keys: readonly { readonly target?: string; readonly key: string }[]): Promise<void>;
  /** Listed rows whose key was not seen, by row, behind `after`. */
  absent(flow: string, target: string, after: string, limit: number): Promise<readonly ListedRow[]>;
  count(flow: string, target: string): Promise<{ readonly listed: number; readonly absent: number }>;
  /** Forgets the known hash of every record that was not seen: should it come back, it is delivered anew. */
  forgetUnseen(flow: string): Promise<void>;
}

export interface ListedRow {
  readonly row: string;
  /** The target's key as one text. */
  readonly key: string;
}

/** Which machine, and which of the pipeline's instances in the world: one for each machine that runs it. */
export interface Identity {
  readonly machine: string;
  readonly instance: string;
}

export interface StateIdentity extends Partial<Identity> {
  readonly pipeline: string;
  readonly beganAt: number;
}

export interface RunStart {
  readonly run: string;
  readonly startedAt: number;
  /** Hash of the mapping and of the params it runs with. */
  readonly mapping: string;
  readonly pid: number;
}

export interface RunEnd {
  readonly run: string;
  readonly finishedAt: number;
  readonly exitCode: number;
  /** Counts per flow as `pipe run --json` prints them. */
  readonly result: Row;
}

export interface RunEntry extends RunStart {
  readonly epoch: number;
  readonly finishedAt?: number;
  readonly exitCode?: number;
  readonly result?: Row;
}

export interface Checkpoint {
  readonly flow: string;
  readonly cursor?: Cursor;
  /** Set by hand (`pipe state set`): without a cursor the read begins at this time. ISO. */
  readonly since?: string;
  /** Hash of the params that source and map use; another one refuses the run (language.md §4.12). Empty: forgotten by hand. */
  readonly params: string;
  /** The number of the last batch whose rows the target committed with a checkpoint of its own (DL-23). */
  readonly sequence?: number;
  readonly at: number;
  readonly run: string;
}

/** Which target row a record went to. */
export interface Link {
  readonly flow: string;
  readonly key: string;
  readonly target: string;
  readonly connection: string;
  readonly entity: string;
  readonly row: string;
  readonly at: number;
  /** Hashes of the values written, by field; those of fields written earlier are kept beside them. */
  readonly fields?: FieldHashes;
}

/** By field or child list: a target row that differs from them was edited by somebody else since. */
export type FieldHashes = Readonly<Record<string, string>>;

export interface WrittenLink extends Link {
  readonly fields: FieldHashes;
}

/**
 * A child list that a create owes: the row is there, the list was not sent yet (DL-15). Kept until the record is
 * delivered, since a row created in a final stage is one that guards keep everybody from, ourselves included.
 */
export interface Owed {
  readonly key: string;
  readonly target: string;
  readonly row: string;
  readonly list: string;
  /** What the row was created with. */
  readonly made: Row;
}

/** One write, durable before it is sent: all that is needed to decide later what became of it (DL-9). */
export interface Intent {
  readonly id: string;
  readonly run: string;
  readonly epoch: number;
  readonly flow: string;
  readonly key: string;
  readonly target: string;
  readonly connection: string;
  readonly write: Write;
  /** The row it writes, and the questions that row answered or will answer: what is held while it is in doubt. */
  readonly claims: readonly string[];
  /** What the record's later targets were going to touch, and will once the doubt is settled. */
  readonly holds?: readonly string[];
  /** The found row as it was read, for updates and deletes. */
  readonly before?: Row;
  /** Highest row id of the entity before a create was sent: what came of it lies above (DL-12). */
  readonly highWater?: string;
  /** The engine's own mark, written into the target on create. */
  readonly tag?: string;
  /** Child lists to be written once a create has its row. */
  readonly owes?: readonly string[];
  /** The row has no record: `key` is the target's own, `source` is empty. */
  readonly absent?: true;
  readonly source: Row;
  readonly at: number;
  /** The step of a plan that is applied, sent once whoever applies it how often, unless it came to nothing (DL-24). */
  readonly plan?: { readonly id: string; readonly n: number };
}

export interface UnfinishedRecord {
  readonly key: string;
  /** What its writes foretold (`Intent.holds`) and none of them is known to have done. */
  readonly holds: readonly string[];
  /** When it is tried again, where it waits in the queue for a time. */
  readonly dueAt?: number;
}

export interface OpenIntent extends Intent {
  /** Absent: nobody who holds the lock has met it yet. */
  readonly settling?: SettleMark;
  /** To send it again would end the same way: only a person can go on (DL-22). */
  readonly final?: true;
}

/** A moment on the monotonic clock of one boot: of another boot it says nothing, and counting begins anew. */
export interface SettleMark {
  readonly boot: string;
  readonly since: number;
}

/** What came of an intent. `unknown` keeps it open: it is in doubt. */
export interface Receipt {
  readonly intent: string;
  readonly outcome: 'applied' | 'not-applied' | 'unknown';
  /** The target row's key when applied. */
  readonly row?: string;
  readonly error?: StoredError;
  readonly at: number;
  /** Of one that is unknown: not to be sent again. */
  readonly final?: true;
}

export interface Delivery {
  readonly run: string;
  readonly epoch: number;
  readonly flow: string;
  readonly at: number;
  readonly receipts: readonly Receipt[];
  readonly links: readonly Link[];
  /** Lists of rows created just now; what a delivered record owed is forgotten. */
  readonly owed?: readonly Owed[];
  /** Records delivered in this version; closes their queue rows (completed, or superseded when another version waited). */
  readonly delivered: readonly { readonly key: string; readonly hash: string }[];
  readonly queued: readonly QueuePut[];
  /** Open queue rows given up to make room, by id; those that came into doubt meanwhile stay. */
  readonly dropped?: readonly number[];
  readonly traces?: readonly TracePut[];
  readonly checkpoint?: Checkpoint;
}

export type QueueState = 'pending' | 'waiting' | 'quarantined' | 'failed' | 'completed' | 'superseded';

/**
 * A failed record. A newer read of the same key replaces the row; `attempts` is the caller's count, `firstAt` stays
 * while the row is open (DL-17). Putting forgets the known hash. The states of an open row: `pending` is tried again
 * when due; `waiting` is too, but for something else to happen first (a doubt to settle, a row to appear); `failed`
 * is not tried by itself; `quarantined` may have been written, and nobody but a person can tell.
 */
export interface QueuePut {
  readonly key: string;
  /** Hash of the version that failed: delivering another one closes the row as superseded. */
  readonly hash?: string;
  readonly source: Row;
  /** The columns `fetch` needs, where the source has a key. */
  readonly sourceKey?: Row;
  readonly state: Exclude<QueueState, 'completed' | 'superseded'>;
  readonly error: StoredError;
  /** When it may be tried again; absent: never by itself. */
  readonly dueAt?: number;
  /** Attempts made so far, this one included; those that found a doubt unsettled or a datum wrong count for nothing. */
  readonly attempts: number;
}

export interface QueueEntry extends Omit<QueuePut, 'state'> {
  readonly id: number;
  readonly flow: string;
  readonly state: QueueState;
  /** A person asked for it to be tried (`pipe queue retry`). */
  readonly marked: boolean;
  readonly firstAt: number;
  /** When it was last put, or closed. */
  readonly lastAt: number;
  readonly run: string;
}

export interface QueueFilter {
  readonly flow?: string;
  readonly state?: QueueState;
  /** Only rows that wait: neither completed nor superseded. */
  readonly open?: boolean;
  readonly key?: string;
  readonly id?: number;
  readonly limit?: number;
}

export interface QueueChange {
  /** Rows that were changed. */
  readonly rows: number;
  /** Rows that were meant too and stay, because a write of theirs has no answer yet. */
  readonly inDoubt: number;
}

export type QueueCounts = Readonly<Record<QueueState, number>>;

/** An error as it is kept: its text is made again in the reader's language. */
export interface StoredError {
  readonly code: string;
  readonly parameters: Parameters;
}
