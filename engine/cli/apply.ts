import type { Listener } from '../events/events.ts';
import { applyPlan, checkPlan } from '../run/apply/apply-plan.ts';
import type { Applied, PlanToApply } from '../run/apply/apply-plan.ts';
import type { RunOptions } from '../run/context.ts';
import { planHash } from './plan-file.ts';
import type { Prepared } from './prepare.ts';
import { runClock } from './run-clock.ts';
import { underLock } from './run-once.ts';

/** Applies a plan under the pipeline's lock; one that is stale, or another's, is refused before anything is looked at. */
export async function applyOnce(
  prepared: Prepared,
  plan: PlanToApply,
  told: Pick<RunOptions, 'tellRows' | 'tellHow'>,
  emit: Listener,
  signal: AbortSignal,
): Promise<Applied> {
  const { compiled, connectors } = prepared;
  const { name, file } = compiled.pipeline;
  return underLock(prepared, signal, undefined, async (parts) => {
    const { instance } = await parts.book.identity(name);
    checkPlan(plan.header, { hash: planHash(prepared), instance, now: runClock.now(), file });
    return applyPlan({ ...parts, compiled, connectors, told, clock: runClock, emit }, plan);
  });
}
