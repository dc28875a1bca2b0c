import type { Row } from '../connector.ts';
import type { PipeError } from '../errors.ts';
import { planErrors } from '../plan/errors.ts';
import type { QueuePut } from '../state/ports.ts';
import type { FlowContext } from './context.ts';
import { runErrors } from './errors.ts';

/** A record that could not be delivered. */
export interface Failure {
  readonly key: string;
  readonly source: Row;
  readonly error: PipeError;
  /** Of the version that failed; empty: of none, whatever is read next is tried. */
  readonly hash: string;
}

/**
 * Where a failed record goes. A data error will be the same tomorrow: it is kept, but burns no retries (DL-18). What
 * waits for a settled doubt or for a row yet to come waits; everything else is tried again after `retry.delays`.
 * `before` are the attempts it has had.
 */
export function queuePut(context: FlowContext, failure: Failure, before: number): QueuePut {
  const { key, source, error, hash } = failure;
  const sourceKey = context.sourceKey(source);
  const put = {
    key,
    ...(hash !== '' && { hash }),
    source,
    error: { code: error.code, parameters: error.parameters },
    ...(sourceKey && { sourceKey }),
  };
  const now = context.clock.now();
  if (isDoubt(error)) {
    // Who waits for another record looks again soon: that one may be dropped, or read anew, before it is due.
    const others = Math.min(error.retryAfterMs ?? Infinity, longestDoubt(context));
    const dueAt = context.doubts.records.get(key)?.dueAt ?? now + others;
    return Number.isFinite(dueAt)
      ? { ...put, state: 'waiting', dueAt, attempts: before }
      : { ...put, state: 'quarantined', attempts: before };
  }
  if (!error.retry) return { ...put, state: 'failed', attempts: before };
  const attempts = before + 1;
  const delayMs = context.flow.flow.retry.delaysMs[before];
  if (delayMs === undefined) return { ...put, state: 'failed', attempts };
  const state = awaited.has(error.code) ? 'waiting' : 'pending';
  return { ...put, state, dueAt: now + delayMs, attempts };
}

/** Rows that may be yet to come (DL-8). */
const awaited: ReadonlySet<string> = new Set([planErrors.missing_row.code, planErrors.missing_reference.code]);

/** Whether what is wrong is only that something is to come first: an answer, its own or one that touches it, or a record. */
export function isDoubt(error: { readonly code: string }): boolean {
  return doubts.has(error.code);
}

const doubts: ReadonlySet<string> = new Set([
  runErrors.in_doubt.code,
  runErrors.unanswered.code,
  runErrors.undecidable.code,
  runErrors.waits_for_doubt.code,
  runErrors.waits_for_record.code,
]);

function longestDoubt(context: FlowContext): number {
  const settles = context.flow.targets.map((target) => context.scopes.of(target.target.name).sink.settleMs);
  return Math.max(0, ...settles);
}
