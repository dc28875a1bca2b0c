import type { Parameters } from '../messages/template.ts';

/**
 * The one ordered stream of what a run does: the only feed of progress, logs, `--json`, metrics and the console.
 * Masked at birth: no event carries a value of a record but its key.
 */
export type RunEvent = { readonly at: number } & (
  | { readonly type: 'run-started'; readonly run: string; readonly pipeline: string; readonly version: 1 }
  | {
      readonly type: 'flow-started';
      readonly flow: string;
      readonly mode: 'incremental' | 'full';
      readonly since?: string;
    }
  | { readonly type: 'batch-read'; readonly flow: string; readonly rows: number }
  | ({ readonly type: 'batch-done'; readonly flow: string } & { readonly counts: FlowCounts })
  /** A guard or `warnMany` named a record: IGNORE, PROTECTED, АВТОПРИВЯЗКА, МНОЖЕСТВЕННЫЕ СДЕЛКИ. */
  | {
      readonly type: 'record-named';
      readonly flow: string;
      readonly key: string;
      readonly target?: string;
      readonly name: string;
      readonly rows: readonly string[];
    }
  | {
      readonly type: 'record-queued';
      readonly flow: string;
      readonly key: string;
      readonly error: EventError;
      readonly retryAt?: number;
    }
  | { readonly type: 'warning'; readonly flow?: string; readonly key?: string; readonly error: EventError }
  /** What holds the run up at this moment: the portal's limit, a retry. */
  | { readonly type: 'waiting'; readonly for: string; readonly ms: number; readonly error?: EventError }
  | { readonly type: 'flow-finished'; readonly flow: string; readonly counts: FlowCounts; readonly seconds: number }
  | {
      readonly type: 'run-finished';
      readonly run: string;
      readonly exitCode: number;
      readonly seconds: number;
      readonly requests: number;
    }
);

export interface EventError {
  readonly code: string;
  readonly parameters: Parameters;
}

/** Records of a flow: read = unchanged + created + updated + skipped + queued + rejected. */
export interface FlowCounts {
  readonly read: number;
  readonly mapped: number;
  /** Records with at least one created row. */
  readonly created: number;
  /** Records with a changed row and no created one. */
  readonly updated: number;
  readonly unchanged: number;
  readonly skipped: number;
  /** Will be tried again. */
  readonly queued: number;
  /** Will not. */
  readonly rejected: number;
  /** Rows deleted or marked because their record is gone: no records of this read. */
  readonly deleted: number;
  /** Older rows of the queue that were given up to make room: not delivered, not tried again. */
  readonly purged?: number;
  readonly targets: readonly TargetCounts[];
}

/** Rows of a target. */
export interface TargetCounts {
  readonly name: string;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly skipped: number;
  readonly deleted: number;
}

export type Listener = (event: RunEvent) => void;
