import { toPipeError } from '../errors.ts';
import type { PipeError } from '../errors.ts';
import { addPlan, brake, nothingChanged } from '../plan/brakes.ts';
import type { ChangeTotals } from '../plan/brakes.ts';
import type { Change } from '../plan/change.ts';
import type { CompiledFlow } from '../transform/compiled.ts';
import { listTargets, noteSeen, refuseTooMany } from './absent.ts';
import { Answers } from './answers.ts';
import type { ChosenFlow } from './choose-flows.ts';
import type { FlowContext, RunContext } from './context.ts';
import { startTally } from './counts.ts';
import { runErrors } from './errors.ts';
import { lostFor } from './lost.ts';
import { mapBatch } from './map-batch.ts';
import { planBatch } from './plan-batch.ts';
import type { PlannedRecord } from './plan-batch.ts';
import { batchesOf, chosenRows, firstOnly, isComparing, meetAllFields, openFlow, storedCursor } from './run-flow.ts';
import type { FlowRun } from './run-flow.ts';

/** What a run would do, by flow; nothing was written and nothing moved. */
export interface FlowPreview {
  readonly name: string;
  readonly read: number;
  /** Delivered before in this very version: no target would be asked. */
  readonly unchanged: number;
  /** By a guard of the flow, or since an older version waits in the queue. */
  readonly skipped: number;
  /** Records that could not be mapped or planned, by reason. */
  readonly failed: readonly { readonly error: PipeError; readonly records: number }[];
  readonly targets: readonly TargetPreview[];
  /** Why the run would not do it, or why that cannot be told. */
  readonly error?: PipeError;
}

/** Rows of a target. */
export interface TargetPreview {
  readonly name: string;
  readonly creates: number;
  readonly updates: number;
  readonly deletes: number;
  readonly unchanged: number;
  readonly skipped: number;
}

interface Draft {
  read: number;
  unchanged: number;
  skipped: number;
  totals: ChangeTotals;
  readonly failed: Map<string, { error: PipeError; records: number }>;
  readonly targets: Map<string, { -readonly [Count in keyof TargetPreview]: TargetPreview[Count] }>;
}

/**
 * Reads and plans all that a run would, flow by flow, in `context` whose connections write nothing. Each flow is looked at
 * by itself: rows that an earlier one would make are not there yet. What waits in the queue is not looked at.
 */
export async function previewFlows(
  context: RunContext,
  flows: readonly ChosenFlow[],
): Promise<{ readonly flows: readonly FlowPreview[]; readonly error?: PipeError }> {
  const previews: FlowPreview[] = [];
  for (const { flow } of flows) {
    const draft = startDraft(flow);
    const connection = lostFor(context, flow);
    const error =
      connection === undefined
        ? await previewFlow(context, flow, draft).catch(toPipeError)
        : runErrors.connection_lost.error({ flow: flow.flow.name, connection });
    context.signal.throwIfAborted();
    previews.push(previewOf(flow, draft, error));
  }
  const [error] = previews.flatMap((preview) => preview.error ?? []);
  return { flows: previews, ...(error && { error }) };
}

function startDraft({ targets }: CompiledFlow): Draft {
  const writing = targets.filter(({ fields }) => fields).map(({ target }) => target.name);
  const none = { creates: 0, updates: 0, deletes: 0, unchanged: 0, skipped: 0 };
  return {
    read: 0,
    unchanged: 0,
    skipped: 0,
    totals: nothingChanged,
    failed: new Map(),
    targets: new Map(writing.map((name) => [name, { name, ...none }])),
  };
}

function previewOf({ flow }: CompiledFlow, draft: Draft, error: PipeError | undefined): FlowPreview {
  const { read, unchanged, skipped, failed, targets } = draft;
  const counts = { name: flow.name, read, unchanged, skipped };
  return { ...counts, failed: [...failed.values()], targets: [...targets.values()], ...(error && { error }) };
}

/** Fills the draft; returns why the run would stop before it wrote anything. */
async function previewFlow(run: RunContext, flow: CompiledFlow, draft: Draft): Promise<PipeError | undefined> {
  const work = await openFlow(run, flow, startTally([]));
  const { context } = work;
  const cursor = await storedCursor(work);
  const isFirst = firstOnly();
  await context.scopes.load();
  await listTargets(work);
  for await (const batch of batchesOf(work, cursor)) {
    const mapped = await mapBatch(context, await chosenRows(context, batch.rows), isComparing(context));
    draft.read += batch.rows.length;
    draft.unchanged += mapped.unchanged + mapped.replaced;
    draft.skipped += mapped.skipped.length;
    for (const { error } of mapped.failed) countFailed(draft, error);
    await noteSeen(work, mapped.seen);
    if (mapped.records.length === 0) continue;
    await meetAllFields(context, mapped.records);
    for (const planned of await planBatch(context, mapped.records, new Answers(context))) {
      countPlanned(draft, planned, isFirst);
    }
  }
  return (await countAbsent(work, draft)) ?? brakeOf(context, draft);
}

function countFailed({ failed }: Draft, error: PipeError): void {
  const known = failed.get(error.code);
  if (known) known.records += 1;
  else failed.set(error.code, { error, records: 1 });
}

function countPlanned(
  draft: Draft,
  { plans, failures, effectsOf }: PlannedRecord,
  isFirst: (effects: readonly string[]) => boolean,
): void {
  const [failure] = failures.values();
  if (failure) countFailed(draft, failure);
  for (const [name, plan] of plans) {
    const counts = draft.targets.get(name);
    if (!counts) continue;
    const firsts = new Set(plan.changes.filter((change) => isFirst(effectsOf.get(change) ?? [])));
    draft.totals = addPlan(draft.totals, plan, (change) => firsts.has(change));
    for (const change of plan.changes) {
      if (change.operation !== 'unchanged' && firsts.has(change)) counts[kinds[change.operation]] += 1;
      else counts.unchanged += 1;
    }
    if (plan.skip !== undefined) counts.skipped += 1;
  }
}

const kinds = { create: 'creates', update: 'updates', delete: 'deletes' } as const satisfies Record<
  Exclude<Change['operation'], 'unchanged'>,
  string
>;

/** Rows that have no record any more (DL-7); a brake on them is the answer where there would be too many. */
async function countAbsent(work: FlowRun, draft: Draft): Promise<PipeError | undefined> {
  const { context, absence } = work;
  const error = await refuseTooMany(work).then(() => undefined, toPipeError);
  if (absence.off) return undefined;
  for (const { target } of absence.targets) {
    const counts = draft.targets.get(target.name);
    const { absent } = await context.state.presence.count(context.flow.flow.name, target.name);
    if (counts) counts[target.absent === 'delete' ? 'deletes' : 'updates'] += absent;
  }
  return error;
}

function brakeOf({ compiled, options, flow }: FlowContext, { totals, unchanged }: Draft): PipeError | undefined {
  const writing = flow.targets.filter(({ fields }) => fields).length;
  const looked = totals.looked + unchanged * writing;
  return brake(compiled.pipeline.brakes, { ...totals, looked }, options.allow);
}
