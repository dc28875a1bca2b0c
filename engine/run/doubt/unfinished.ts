import type { PipeError } from '../../errors.ts';
import { allClaims } from '../../plan/claims.ts';
import type { FlowContext } from '../context.ts';
import type { PlannedRecord } from '../deliver/plan-batch.ts';
import { runErrors } from '../errors.ts';

/** A record that was written in part; `rank`: those begun first are before the others. */
interface Holder {
  readonly key: string;
  readonly rank: number;
  readonly dueAt?: number;
}

/** Records that were written in part, and what each has yet to touch. */
export interface Unfinished {
  readonly ranks: ReadonlyMap<string, number>;
  readonly holders: ReadonlyMap<string, readonly Holder[]>;
}

/**
 * What was begun and is not delivered yet, by this process or one that died: a deal that names a lead it has yet to
 * convert. Nobody else may take that lead meanwhile, whether or not an answer is missing (DL-13, DL-16).
 */
export async function unfinishedRecords({ state, flow }: FlowContext): Promise<Unfinished> {
  const records = await state.unfinished(flow.flow.name);
  const ranks = new Map(records.map(({ key }, rank) => [key, rank]));
  const holders = new Map<string, Holder[]>();
  for (const [rank, { key, holds, dueAt }] of records.entries()) {
    const holder = { key, rank, ...(dueAt !== undefined && { dueAt }) };
    for (const claim of holds) {
      const others = holders.get(claim);
      if (others) others.push(holder);
      else holders.set(claim, [holder]);
    }
  }
  return { ranks, holders };
}

/**
 * Why a record has to wait for one that was begun before it; `ahead`: those that are on their way before it, for whom
 * it has its turn or its wave. Of two that were begun the later waits, so the first of all waits for none of them.
 */
export function whyBehind(
  { clock }: FlowContext,
  { ranks, holders }: Unfinished,
  { record, claims }: PlannedRecord,
  ahead: ReadonlySet<string>,
): PipeError | undefined {
  if (holders.size === 0) return undefined;
  const rank = ranks.get(record.key) ?? Infinity;
  const touched = claims.flatMap((one) => (one ? allClaims(one) : []));
  const holder = touched
    .flatMap((claim) => holders.get(claim) ?? [])
    .find((one) => one.rank < rank && !ahead.has(one.key));
  if (!holder) return undefined;
  const retryAfterMs = Math.max(0, (holder.dueAt ?? 0) - clock.now());
  return runErrors.waits_for_record.error({ record: holder.key }, { retry: true, retryAfterMs });
}
