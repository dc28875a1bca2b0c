import type { Charge, Measured } from '../connector.ts';
import type { Identity } from './ports.ts';

/** What all pipelines of a machine share: locks and the portal book (DL-19, DL-20). */

/** A lock that dies with its process (DL-19). Held for the whole run. */
export interface Lease {
  /** Throws a PipeError when the lock file was replaced under us; call before every send. */
  verify(): void;
  /** May be called twice. */
  release(): void;
}

export type LeaseAnswer =
  | { readonly ok: true; readonly lease: Lease }
  | { readonly ok: false; readonly holder: Holder };

/** Who holds a lock, by the note it keeps beside the lock file; pid 0: it has left none. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly since: number;
  /** Its last sign of life; older than half a minute: it is stopped or hangs. */
  readonly seen: number;
}

/** One store per machine, shared by every pipeline and process on it (DL-20). */
export interface PortalBook {
  /**
   * Charges one request if there is room for it under all its limits, durably, before it resolves. Otherwise says how
   * soon to ask again, and which method is used up, if it is one. A bucket never seen before starts nearly full (DL-22).
   */
  charge(
    request: LimitedRequest,
  ): Promise<
    { readonly admitted: true } | { readonly admitted: false; readonly waitMs: number; readonly method?: string }
  >;
  /** What a request that was charged came to (`Admission.ended`). */
  ended(request: LimitedRequest, measured: Measured): Promise<void>;
  /** Rows this installation created in the last 24 hours, by what they answer to (DL-2). */
  saveRecent(rows: readonly RecentRow[]): Promise<void>;
  /** Those answering to any of the claims, newest first; each with the asked claims it answers to. */
  recent(connection: string, entity: string, claims: readonly string[]): Promise<readonly RecentRow[]>;
  /**
   * Claims what rows will answer to that an instance is about to create, each row whole or not at all: none of which
   * another pipeline creates, or has created since it was asked for, what this one asked for (DL-20).
   */
  claim(instance: string, rows: readonly NewRow[]): Promise<readonly Standing[]>;
  /** Those rows were made, or certainly were not; what became of others stays claimed until it can no longer take effect. */
  release(instance: string, rows: readonly (Pick<NewRow, 'row'> & { readonly isMade: boolean })[]): Promise<void>;
  /** This machine, and the instance a pipeline is on it: the same though the pipeline's state is deleted (DL-21). */
  identity(pipeline: string): Promise<Identity>;
  /** Instances of the pipeline whose rows were met here. */
  others(pipeline: string): Promise<readonly OtherInstance[]>;
  meet(pipeline: string, instance: string): Promise<void>;
  /** Takes every instance met so far for ours; returns those that were not yet. */
  adopt(pipeline: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface OtherInstance {
  readonly instance: string;
  readonly metAt: number;
  readonly adopted: boolean;
}

/** One request for the limiter; the same for every time it asks. */
export interface LimitedRequest extends Pick<Charge, 'limit' | 'within' | 'work' | 'lastsMs'> {
  readonly id: string;
  readonly priority: Priority;
}

/** Who goes first where there is not room for all: an event, then what runs by schedule, then a whole re-read. */
export type Priority = 'event' | 'incremental' | 'full';

/** A plan older than this is not sent: the row is read again first (DL-4). Pipelines of one machine reckon with it. */
export const freshMs = 30_000;

/** A row about to be created. */
export interface NewRow {
  /** Tells it from others of its instance: two of a family may answer to one phone. */
  readonly row: string;
  /** Questions its plan rests on. */
  readonly asked: readonly string[];
  /** When the oldest of them was asked, on the monotonic clock. */
  readonly askedAt: number;
  /** Questions it will answer. */
  readonly effects: readonly string[];
  /** How long its request may take effect, milliseconds. */
  readonly lastsMs: number;
}

/** Whether a row may be created: another has made what was asked for or is about to, or began to and was not heard of since. */
export type Standing = 'free' | 'taken' | 'in-doubt';

export interface RecentRow {
  /** Who the connection talks to: the limiter's key or the connector's own address, never a name of one pipeline. */
  readonly connection: string;
  readonly entity: string;
  readonly row: string;
  readonly claims: readonly string[];
  readonly at: number;
}
