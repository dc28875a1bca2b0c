import type { Question, Row } from '../connector.ts';
import type { Intent, Receipt, StoredError } from './ports.ts';

/** What one record asked of the targets on its way through one wave, and what was decided of each. */
export interface TracePut {
  readonly key: string;
  readonly asked: readonly TraceStep[];
  readonly plans?: readonly TracedPlan[];
  /** The columns that name its row within the source, where it has such: the row can be read again by them. */
  readonly source?: Row;
}

type Change = 'create' | 'update' | 'delete' | 'unchanged';

/** What was decided of one target; the values themselves are those of the journal. */
export interface TracedPlan {
  readonly target: string;
  /** The rung that matched; absent: none did. */
  readonly rung?: string;
  /** The guard, or the rung's `refused: skip`, that ended the target. */
  readonly skip?: string;
  /** Words of guards and rungs: PROTECTED, МНОЖЕСТВЕННЫЕ СДЕЛКИ. */
  readonly named?: readonly string[];
  readonly changes: readonly { readonly operation: Change; readonly row?: string }[];
  /** Why it could not be planned or written. */
  readonly error?: StoredError;
}

/** One question and what answered it. */
export interface TraceStep {
  readonly target: string;
  readonly question: Question;
  /** How many rows answered, and the first of them as they were read; or why that could not be said. */
  readonly count?: number;
  readonly rows?: readonly Row[];
  readonly error?: StoredError;
}

export interface TraceEntry {
  readonly run: string;
  readonly at: number;
  readonly asked: readonly TraceStep[];
  /** Absent in what an older version kept. */
  readonly plans?: readonly TracedPlan[];
  readonly source?: Row;
}

/** A write with its answer; without an outcome it has none yet. */
export interface TracedWrite extends Partial<Pick<Receipt, 'outcome' | 'row' | 'error'>> {
  readonly intent: Intent;
  readonly answeredAt?: number;
}

export interface RecordTrace {
  readonly asked: readonly TraceEntry[];
  readonly writes: readonly TracedWrite[];
}
