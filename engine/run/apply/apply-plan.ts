import type { PipeError } from '../../errors.ts';
import { applyingPlan } from './applying.ts';
import type { LeftChange, PlanAtHand } from './applying.ts';
import type { ChosenFlow } from '../choose-flows.ts';
import type { FlowContext, RunContext, RunOptions } from '../context.ts';
import { countsOf, startTally } from '../counts.ts';
import { deliver } from '../deliver/deliver.ts';
import { lookAtDoubtfulDeletes } from '../absent/absent-doubts.ts';
import { lookAtDoubts } from '../doubt/doubts.ts';
import { runErrors } from '../errors.ts';
import { takeOver } from '../load/fence.ts';
import { meetAllFields } from '../load/make-tables.ts';
import { versionHash } from '../read/map-batch.ts';
import type { MappedRow } from '../read/map-batch.ts';
import type { PlanHeader, PlanLine } from './plan-lines.ts';
import { removeSome } from '../absent/remove-rows.ts';
import { openFlow } from '../open-flow.ts';
import type { FlowRun } from '../open-flow.ts';
import { failureOf } from '../run-flows.ts';
import type { FlowResult, FlowsDone } from '../run-flows.ts';
import { runPipeline } from '../run-pipeline.ts';
import type { RunResult, RunTask } from '../run-pipeline.ts';

export interface PlanToApply {
  readonly header: PlanHeader;
  /** The changes of whole records, at most so many lines at once beside those of the last one; flow after flow. */
  lines(most: number): AsyncIterable<readonly PlanLine[]>;
}

/** What `pipe apply` came to. */
export interface Applied extends RunResult {
  /** Rows that were as planned already: an earlier process did it, or somebody else. */
  readonly already: number;
  readonly left: readonly LeftChange[];
}

/** Throws unless the plan is this pipeline's, here and now. */
export function checkPlan(
  header: PlanHeader,
  here: { readonly hash: string; readonly instance: string; readonly now: number; readonly file: string },
): void {
  const { hash, instance, expiresAt } = header;
  if (hash !== here.hash) throw runErrors.other_plan.error({ file: here.file });
  if (instance !== here.instance) throw runErrors.foreign_plan.error({ other: instance, mine: here.instance });
  if (!(Date.parse(expiresAt) > here.now)) throw runErrors.expired_plan.error({ at: expiresAt });
}

/**
 * Does what a plan says: each record is planned anew, and what comes of it is done where it is what was planned (DL-24).
 * Limits, journal, queue and links are those of a run; no checkpoint moves.
 */
export async function applyPlan(
  { told, ...task }: Omit<RunTask, 'options' | 'work'> & { readonly told: Pick<RunOptions, 'tellRows' | 'tellHow'> },
  plan: PlanToApply,
): Promise<Applied> {
  const { header } = plan;
  const applying = applyingPlan(header.id, await task.state.appliedSteps(header.id));
  const options = { ...told, full: false, allow: new Set<string>(), flows: header.flows };
  const work = (context: RunContext, flows: readonly ChosenFlow[]): Promise<FlowsDone> =>
    applyFlows({ ...context, applying }, flows, plan, applying);
  const result = await runPipeline({ ...task, options, work });
  return { ...result, already: applying.already(), left: applying.left() };
}

async function applyFlows(
  context: RunContext,
  flows: readonly ChosenFlow[],
  plan: PlanToApply,
  applying: PlanAtHand,
): Promise<FlowsDone> {
  const results = new Map<string, FlowResult>();
  let work: FlowRun | undefined;
  const most = Math.max(1, ...flows.map(({ flow }) => flow.flow.source.batch));
  const error = await failureOf(async () => {
    for await (const lines of plan.lines(most)) {
      const [first] = lines;
      if (!first) continue;
      const { name } = work?.context.flow.flow ?? {};
      if (!work || name !== first.flow) {
        if (work) end(work, results, applying);
        work = await begin(context, flows, first.flow);
      }
      await applyLines(work, lines, applying);
      context.signal.throwIfAborted();
    }
  });
  if (work) end(work, results, applying, context.signal.aborted ? undefined : error);
  return { flows: [...results.values()], ...(error && !context.signal.aborted && { error }) };
}

async function begin(run: RunContext, flows: readonly ChosenFlow[], name: string): Promise<FlowRun> {
  const flow = flows.find((each) => each.flow.flow.name === name)?.flow;
  if (!flow) throw runErrors.other_plan.error({ file: run.compiled.pipeline.file });
  run.emit({ type: 'flow-started', at: run.clock.now(), flow: name, mode: 'incremental' });
  const work = await openFlow(run, flow, startTally(flow.targets.map(({ target }) => target.name)));
  await takeOver(work.context);
  await lookAtDoubts(work.context);
  await lookAtDoubtfulDeletes(work);
  await work.context.scopes.load();
  return work;
}

function end(
  { context, task }: FlowRun,
  results: Map<string, FlowResult>,
  applying: PlanAtHand,
  error?: PipeError,
): void {
  const { name } = context.flow.flow;
  const counts = countsOf(task.tally);
  const left = applying.left().filter(({ flow }) => flow === name).length;
  context.emit({ type: 'flow-finished', at: context.clock.now(), flow: name, counts, seconds: 0 });
  results.set(name, { name, ...counts, left, ...(error && { error }) });
}

/** Records first, as a run has them; then rows without one. */
async function applyLines(work: FlowRun, lines: readonly PlanLine[], applying: PlanAtHand): Promise<void> {
  const { context, task } = work;
  refuseOtherSystem(context, lines);
  applying.take(lines);
  const records = await recordsOf(context, lines);
  task.tally.read += records.length;
  task.tally.mapped += records.length;
  context.emit({ type: 'batch-read', at: context.clock.now(), flow: context.flow.flow.name, rows: records.length });
  await meetAllFields(context, records);
  await deliver(context, records, task);
  const removals = lines.filter(({ absent }) => absent);
  for (const [name, group] of Map.groupBy(removals, ({ target }) => target)) {
    const target = context.flow.targets.find((each) => each.target.name === name);
    if (!target) continue;
    await removeSome(
      work,
      target,
      group.map(({ row, key }) => ({ row, key })),
    );
  }
  applying.nameResting();
}

function refuseOtherSystem({ connections }: FlowContext, lines: readonly PlanLine[]): void {
  for (const { connection, system: before } of lines) {
    const now = connections.get(connection)?.connection.system;
    if (before !== undefined && now !== undefined && before !== now)
      throw runErrors.plan_of_other_system.error({ connection, before, now });
  }
}

async function recordsOf(context: FlowContext, lines: readonly PlanLine[]): Promise<readonly MappedRow[]> {
  const byKey = new Map(lines.filter(({ absent }) => !absent).map((line) => [line.key, line.source]));
  return Promise.all(
    [...byKey].map(async ([key, source]): Promise<MappedRow> => {
      const { record, failures } = await context.flow.map(source, { ...context.variables, source });
      // It was mapped when it was planned, by the same mapping.
      if (failures[0]) throw failures[0];
      return { key, source, record, hash: versionHash(context, source, record) };
    }),
  );
}
