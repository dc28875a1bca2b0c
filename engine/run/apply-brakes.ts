import { addPlan, brake, brakeAfterEdit, nothingChanged } from '../plan/brakes.ts';
import { listTargets, noteSeen, refuseTooMany } from './absent/absent.ts';
import { Answers } from './ask/answers.ts';
import type { FlowContext } from './context.ts';
import { planBatch } from './deliver/plan-batch.ts';
import type { FlowRun } from './open-flow.ts';
import { batchesOf, chosenBatches, isComparing } from './read/batches.ts';
import type { Start } from './read/batches.ts';
import { mapBatch } from './read/map-batch.ts';

/** G10: with brakes set, or for the first time after an edit, the whole run is planned first and nothing is written when it would change too much. */
export async function applyBrakes(work: FlowRun, start: Start): Promise<void> {
  const { context } = work;
  const { brakes } = context.compiled.pipeline;
  const isEdited = !work.loading && (await isFirstOfMapping(context));
  if (Object.keys(brakes).length === 0 && !isEdited) return;
  let totals = nothingChanged;
  // What is worth a word is said when the batch is delivered.
  const quiet = { ...context, emit: () => undefined };
  const writing = context.flow.targets.filter((target) => target.fields).length;
  const isFirst = firstOnly();
  let unchanged = 0;
  await listTargets({ ...work, context: quiet });
  for await (const { rows } of chosenBatches(context, batchesOf(work, start))) {
    const mapped = await mapBatch(quiet, rows, { comparing: isComparing(context) });
    unchanged += mapped.unchanged;
    await noteSeen(work, mapped.seen);
    if (mapped.records.length === 0) continue;
    await context.scopes.load();
    for (const { plans, effectsOf } of await planBatch(context, mapped.records, new Answers(context))) {
      for (const plan of plans.values()) {
        totals = addPlan(totals, plan, (change) => isFirst(effectsOf.get(change) ?? []));
      }
    }
  }
  const looked = totals.looked + unchanged * writing;
  const all = { ...totals, looked };
  const { allow } = context.options;
  const error = brake(brakes, all, allow) ?? (isEdited ? brakeAfterEdit(brakes, all, allow) : undefined);
  if (error) throw error;
  if (brakes.deletes) await refuseTooMany(work);
}

/** How far back the run is looked for that came as far as the checkpoint says: those since then have failed. */
const runsLookedAt = 500;

/** Whether the flow was last carried on by another mapping, or with other params. */
async function isFirstOfMapping({ state, compiled, flow }: FlowContext): Promise<boolean> {
  const checkpoint = await state.checkpoint(flow.flow.name);
  if (!checkpoint) return false;
  const last = (await state.runs(runsLookedAt)).find(({ run }) => run === checkpoint.run);
  return last !== undefined && last.mapping !== compiled.hash;
}

/** Two visits of one new patient would create one contact: what an earlier record does already is not counted again. */
export function firstOnly(): (effects: readonly string[]) => boolean {
  const seen = new Set<string>();
  return (effects) => {
    const first = effects.length === 0 || effects.some((effect) => !seen.has(effect));
    for (const effect of effects) seen.add(effect);
    return first;
  };
}
