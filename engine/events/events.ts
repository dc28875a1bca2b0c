import type { Called, TableChange } from '../connector.ts';
import type { Parameters, Template } from '../messages/template.ts';

/**
 * The one ordered stream of what a run does: the only feed of progress, logs, `--json`, metrics and the console.
 * Masked at birth: no event carries a value of a record but its key, and who a row is about as the run was told to show
 * it (`RunOptions.tellRows`).
 */
export type RunEvent = { readonly at: number } & (
  | { readonly type: 'run-started'; readonly run: string; readonly pipeline: string; readonly version: 1 }
  | {
      readonly type: 'flow-started';
      readonly flow: string;
      readonly mode: 'incremental' | 'full';
      readonly since?: string;
    }
  /** Nobody named this flow: it runs since another one that was named comes after it. */
  | { readonly type: 'flow-added'; readonly flow: string; readonly for: string }
  /** It is not begun; the run goes on. */
  | { readonly type: 'flow-skipped'; readonly flow: string; readonly error: EventError }
  /** It ended before its end; the run goes on. */
  | { readonly type: 'flow-failed'; readonly flow: string; readonly error: EventError }
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
      /** A person should look: `warnMany`. */
      readonly warn?: true;
    }
  /** A row was found for a record and needed no change; in a target that never writes (`lookUp`) it never does. */
  | ({ readonly type: 'row-found'; readonly lookUp?: true } & RowTold)
  | ({
      readonly type: 'row-written';
      /** `adopted`: it was there already, made by a write whose answer was lost. */
      readonly operation: 'created' | 'updated' | 'deleted' | 'adopted';
    } & RowTold)
  | {
      readonly type: 'record-queued';
      readonly flow: string;
      readonly key: string;
      readonly error: EventError;
      readonly retryAt?: number;
    }
  | { readonly type: 'warning'; readonly flow?: string; readonly key?: string; readonly error: EventError }
  /** A table was made or widened (`ddl`). */
  | {
      readonly type: 'table-changed';
      readonly change: TableChange['kind'];
      readonly connection: string;
      readonly entity: string;
      readonly column?: string;
      readonly columnType?: string;
    }
  /** What holds the run up at this moment: the portal's limit, a retry. */
  | { readonly type: 'waiting'; readonly for: string; readonly ms: number; readonly error?: EventError }
  /** A data base has not answered a write for so long; `by`: the session whose lock it waits for. */
  | {
      readonly type: 'write-waiting';
      readonly flow?: string;
      readonly connection: string;
      readonly entity: string;
      readonly ms: number;
      readonly by?: Template;
    }
  | { readonly type: 'flow-finished'; readonly flow: string; readonly counts: FlowCounts; readonly seconds: number }
  | {
      readonly type: 'run-finished';
      readonly run: string;
      readonly exitCode: number;
      readonly seconds: number;
      readonly requests: number;
      /** What stopped it, or the first of its flows that failed. */
      readonly error?: EventError;
      /** The whole queue of the pipeline as it is now. */
      readonly queue: QueueRows;
    }
  /** It never began (a state that cannot be opened), or its end could not be kept. */
  | {
      readonly type: 'run-failed';
      readonly pipeline: string;
      readonly exitCode: number;
      readonly error: EventError;
      /** Nothing is wrong: another process runs the pipeline, and goes on. */
      readonly isRunning?: true;
    }
);

/** A target row of a record; told only where the run was asked to (`RunOptions.tellRows`). */
export interface RowTold {
  readonly flow: string;
  readonly key: string;
  readonly target: string;
  readonly row: string;
  readonly called?: Called;
  readonly person?: Person;
  /** By which rung it was found, and the fields and child lists that were sent: where the run was asked to say how. */
  readonly rung?: string;
  readonly fields?: readonly string[];
}

/** Who a row is about, masked unless the run was asked to tell in full. */
export interface Person {
  readonly name?: string;
  readonly phone?: string;
  readonly email?: string;
}

/** Rows of a queue by state. */
export interface QueueRows {
  readonly pending: number;
  readonly waiting: number;
  readonly quarantined: number;
  readonly failed: number;
  readonly completed: number;
  readonly superseded: number;
}

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
  /** Older rows of the queue that went to make room (`queue_dropped`): not delivered, not tried again. */
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
