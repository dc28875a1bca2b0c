import type { Connection, EntityDescription, Field, Row, Sink, StoredCheckpoint, Write } from '../connector.ts';
import type { PipeError } from '../errors.ts';
import type { Listener } from '../events/events.ts';
import type { Signature } from '../plan/claims.ts';
import type { TargetEntity } from '../plan/match.ts';
import type { Lease, PortalBook } from '../state/machine-ports.ts';
import type { StateStore } from '../state/ports.ts';
import type { CompiledFlow, CompiledPipeline, CompiledTarget, Test } from '../transform/compiled.ts';
import type { Executed, Execution } from './deliver/execute-wave.ts';
import type { Usage } from './host.ts';

/** Time and waiting, so that tests move both. */
export interface RunClock {
  /** Wall clock, milliseconds since 1970. */
  now(): number;
  /** Never goes back while the machine is up, milliseconds; the same for every process on it. */
  monotonic(): number;
  /** Another one means: the machine was started anew, `monotonic()` began again. */
  readonly bootId: string;
  /** Rejects with the signal's reason when aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** `sleep` beside the work, that no time passes for; absent: nobody is told how long something takes. */
  alarm?(ms: number, signal: AbortSignal): Promise<void>;
}

/** What one run works with; made once, handed down, never changed. */
export interface RunContext {
  readonly run: string;
  readonly epoch: number;
  readonly startedAt: number;
  readonly compiled: CompiledPipeline;
  readonly options: RunOptions;
  readonly state: StateStore;
  readonly book: PortalBook;
  readonly lease: Lease;
  readonly clock: RunClock;
  readonly connections: ReadonlyMap<string, OpenConnection>;
  /** What the run found before it created rows, by scope. */
  readonly creates: Map<string, CreatesBegun>;
  readonly usage: Usage;
  /** Connections that were given up on, with the failure of each. */
  readonly lost: Map<string, PipeError>;
  /** A stop that was asked for: the request in flight ends, nothing new begins. */
  readonly signal: AbortSignal;
  readonly emit: Listener;
  readonly instance: Instance;
  /** Present in a preview, whose connections write nothing: it hears what a run would do. */
  readonly preview?: PreviewListener;
  /** Present where a plan is applied: what is not in it is not done. */
  readonly applying?: Applying;
}

/** What was planned before, held against what is planned now (DL-24). */
export interface Applying {
  readonly plan: string;
  /** Just before a target of a record is written: leaves of its plan what is as it was planned. */
  review(context: FlowContext, execution: Execution, target: CompiledTarget): void;
  /** The number of the step a write is; undefined: it has none, and is not sent. */
  stepOf(flow: string, key: string, target: string, write: Write): number | undefined;
  /** A row was made for a record: from here on it is known by its key. */
  made(flow: string, key: string, target: string, row: string): void;
}

export interface PreviewListener {
  /** A guard of the flow ended a record. */
  skipped(flow: string, key: string, guard: string): void;
  /** A record is through its targets, or a row without one is removed. */
  executed(context: FlowContext, executed: Executed): void | Promise<void>;
  /** A record would wait in the queue; also where some of its targets were executed just now. */
  failed(flow: string, key: string, error: PipeError): void;
  /** A brake would stop the run here; the preview goes on. */
  stopped(flow: string, error: PipeError): void;
}

/** Which instance of the pipeline runs, and whose rows it takes for its own beside its own (DL-21). */
export interface Instance {
  readonly id: string;
  readonly adopted: ReadonlySet<string>;
}

export interface CreatesBegun {
  /** The highest key before: what this run creates lies above it (DL-12). */
  readonly highWater?: string;
  /** A row of ours was found by its own question (DL-3). */
  proven: boolean;
}

export interface RunOptions {
  /** Flows to run; undefined: all. */
  readonly flows?: readonly string[];
  /** Also those that `flows` come `after`. */
  readonly prerequisites?: true;
  readonly full: boolean;
  readonly since?: string;
  readonly until?: string;
  readonly limit?: number;
  /** Over the source row: only rows for which it is true. */
  readonly only?: Test;
  /** Brakes lifted by hand. */
  readonly allow: ReadonlySet<string>;
  /** Each row found or written is told as an event, who it is about masked or in full; absent: no event per row. */
  readonly tellRows?: 'masked' | 'full';
  /** With it the rung that matched and the names of the fields that were sent. */
  readonly tellHow?: true;
}

export interface OpenConnection {
  readonly name: string;
  /** Who it talks to, the same in every pipeline of this machine; holds no secret in clear. */
  readonly identity: string;
  readonly connection: Connection;
}

/** One entity of one connection as a flow uses it: all its targets there share questions and answers. */
export interface Scope extends TargetEntity {
  /** Connection identity and entity: the start of every claim. */
  readonly id: string;
  readonly connection: OpenConnection;
  readonly sink: Sink;
  readonly description: EntityDescription;
  /** Of the flow: those its source foretold, then those that were met, in that order. */
  readonly recordFields: Set<string>;
  /** Fields every `find` reads. */
  readonly select: readonly string[];
  /** The shapes of all questions the flow can ask of it. */
  readonly signatures: readonly Signature[];
  /** Those of other flows of the pipeline alone. */
  readonly elsewhere: readonly Signature[];
  /** The tables its targets' `ref` fields take values from, by name. */
  readonly references: ReadonlyMap<string, TargetEntity>;
}

/** A flow being run. */
export interface FlowContext extends RunContext {
  readonly flow: CompiledFlow;
  readonly scopes: Scopes;
  /** The columns of a source row that name it within the source, and that `fetch` needs; where the source has such. */
  readonly sourceKey: (row: Row) => Row | undefined;
  /** The columns of the source, as it describes them. */
  readonly sourceFields: readonly Field[];
  /** `$params`, `$run`: what every expression of the flow may name. */
  readonly variables: Readonly<Record<string, Row>>;
  readonly doubts: Doubts;
  /** How far targets that keep a checkpoint of their own had come when the flow took them over (DL-23). */
  readonly fences: Map<string, StoredCheckpoint>;
}

/** What the flow's targets are described as. */
export interface Scopes {
  /** Begins to ask before `load` is called for; what fails is met there. Makes nothing. */
  ask(signal: AbortSignal): Promise<void>;
  /** Asks the systems, once; to be awaited before the first record is planned. */
  load(): Promise<void>;
  /** Asks again: a table has changed. */
  reload(): Promise<void>;
  of(target: string): Scope;
}

/** Writes without an answer: what they touch waits (DL-13). */
export interface Doubts {
  readonly claims: Set<string>;
  /** Records with an open intent. */
  readonly records: Map<string, HeldRecord>;
  /** Those put into the queue when the flow began and not met since. */
  readonly unmet: Set<string>;
}

export interface HeldRecord {
  /** When it may be looked at again, on the wall clock; infinite: when a person has said so. */
  readonly dueAt: number;
  readonly error: PipeError;
}
