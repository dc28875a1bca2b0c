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
  /** Attempts made before this one. */
  readonly attempts: number;
  /** Of the version that failed. */
  readonly hash: string;
}

/**
 * Where a failed record goes. A data error will be the same tomorrow: it is kept, but burns no retries (DL-18). What
 * waits for a settled doubt or for a row yet to come waits; everything else is tried again after `retry.delays`.
 */
export function queuePut(context: FlowContext, failure: Failure): QueuePut {
  const { key, source, error, hash } = failure;
  const sourceKey = context.sourceKey(source);
  const put = {
    key,
    hash,
    source,
    error: { code: error.code, parameters: error.parameters },
    ...(sourceKey && { sourceKey }),
  };
  const now = context.clock.now();
  if (isDoubt(error)) {
    const dueAt = context.doubts.records.get(key) ?? now + longestDoubt(context);
    const { attempts } = failure;
    return Number.isFinite(dueAt)
      ? { ...put, state: 'waiting', dueAt, attempts }
      : { ...put, state: 'quarantined', attempts };
  }
  const attempts = failure.attempts + 1;
  const delayMs = context.flow.flow.retry.delaysMs[failure.attempts];
  if (!error.retry || delayMs === undefined) return { ...put, state: 'failed', attempts };
  const state = error.code === planErrors.missing_row.code ? 'waiting' : 'pending';
  return { ...put, state, dueAt: now + delayMs, attempts };
}

/** Whether what is wrong is only that an answer is missing: the record's own, or one that touches it. */
export function isDoubt(error: { readonly code: string }): boolean {
  return error.code === runErrors.in_doubt.code || error.code === runErrors.waits_for_doubt.code;
}

function longestDoubt(context: FlowContext): number {
  const settles = context.flow.targets.map((target) => context.scopes.of(target.target.name).sink.settleMs);
  return Math.max(0, ...settles);
}
