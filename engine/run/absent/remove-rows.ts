import type { Row } from '../../connector.ts';
import { toPipeError } from '../../errors.ts';
import type { PipeError } from '../../errors.ts';
import { isInScope, isRemoved, planAbsent, rowIdentity } from '../../plan/absent.ts';
import type { TargetPlan } from '../../plan/change.ts';
import { rowClaim } from '../../plan/claims.ts';
import type { ListedRow } from '../../state/ports.ts';
import type { CompiledTarget } from '../../transform/compiled.ts';
import { closeDoubtfulDeletes } from './absent-doubts.ts';
import { Answers } from '../ask/answers.ts';
import type { FlowContext } from '../context.ts';
import { reach } from '../crash-points.ts';
import { watchStandstill } from '../deliver/deliver.ts';
import { rowSteps } from '../deliver/execute-wave.ts';
import type { Execution } from '../deliver/execute-wave.ts';
import { effectsEverywhere } from '../deliver/claimed.ts';
import { rowsByKey } from '../ask/rows-by-key.ts';
import type { FlowRun } from '../open-flow.ts';
import { sendSteps } from '../deliver/send.ts';
import { warn } from '../warn.ts';

/** Deletes or marks the listed rows of a target that the source did not show, a request's worth at a time. */
export async function removeRows(work: FlowRun, target: CompiledTarget): Promise<void> {
  const { context } = work;
  const flow = context.flow.flow.name;
  const { name } = target.target;
  const size = context.scopes.of(name).sink.writesPerRequest;
  let after = '';
  for (;;) {
    const listed = await context.state.presence.absent(flow, name, after, size);
    const last = listed.at(-1);
    if (!last) return;
    await removeSome(work, target, listed);
    after = last.row;
  }
}

/** Removes listed rows; a plan that is applied has them of its own. */
export async function removeSome(work: FlowRun, target: CompiledTarget, listed: readonly ListedRow[]): Promise<void> {
  const { context } = work;
  const noteWave = watchStandstill(context);
  let waiting = listed;
  while (waiting.length > 0) {
    context.signal.throwIfAborted();
    const answers = new Answers(context);
    const removals = await planRemovals(work, target, waiting, answers);
    for (const execution of removals.values()) context.applying?.review(context, execution, target);
    const sending = { context, target, scope: context.scopes.of(target.target.name), answers };
    await sendSteps(
      sending,
      [...removals.values()].flatMap((execution) => rowSteps(execution, target)),
    );
    reach('absent-delete');
    await account(work, target, removals);
    // A plan that grew too old to be sent is made again over the row as it is then (DL-4).
    const stale = [...removals].filter(([, { stale: isStale, written }]) => isStale && written.length === 0);
    const late = stale.map(([, execution]) => execution);
    noteWave(late.length < removals.size || removals.size === 0, late);
    waiting = stale.map(([row]) => row);
  }
}

/** The rows as they are now: one that is gone, or that is another's by now, is left alone. */
async function planRemovals(
  work: FlowRun,
  target: CompiledTarget,
  listed: readonly ListedRow[],
  answers: Answers,
): Promise<ReadonlyMap<ListedRow, Execution>> {
  const { context } = work;
  const scope = context.scopes.of(target.target.name);
  const askedAt = answers.startWave();
  const free = listed.filter(({ row }) => !context.doubts.claims.has(rowClaim(scope.id, row)));
  const found = await rowsByKey(
    scope,
    answers,
    free.map(({ row }) => row),
  );
  const removals = new Map<ListedRow, Execution>();
  for (const item of free) {
    const row = found.get(item.row);
    if (row === undefined) continue;
    const plan = row instanceof Error ? row : await planOf(context, target, item, row);
    if (plan instanceof Error) fail(work, item.key, plan);
    else if (plan) {
      tell(work, item.key, plan);
      const execution = executionOf(context, item, plan, askedAt);
      if (plan.changes.length > 0) removals.set(item, execution);
      else await context.preview?.executed(context, execution);
    }
  }
  return removals;
}

async function planOf(
  context: FlowContext,
  target: CompiledTarget,
  { key }: ListedRow,
  row: Row,
): Promise<TargetPlan | PipeError | undefined> {
  const scope = context.scopes.of(target.target.name);
  try {
    if (!target.identity || rowIdentity(target.identity, scope.fields, row) !== key) return undefined;
    if (!(await isInScope(target, row, context.variables))) return undefined;
    return await planAbsent(target, scope, row, context.variables, new Date(context.startedAt).toISOString());
  } catch (thrown) {
    const error = toPipeError(thrown);
    if (error.kind !== 'data') throw error;
    return error;
  }
}

function executionOf(context: FlowContext, { key }: ListedRow, plan: TargetPlan, askedAt: number): Execution {
  const { name } = plan.target.target;
  const scope = context.scopes.of(name);
  return {
    absent: true,
    record: { key, source: {}, record: {} },
    plans: new Map([[name, plan]]),
    failures: new Map(),
    asked: new Map(),
    trace: [],
    claims: [],
    effectsOf: new Map(plan.changes.map((change) => [change, effectsEverywhere(scope, change, [])])),
    askedAt,
    written: [],
    moved: new Set(),
    stale: false,
  };
}

/** Counts what was removed; what was refused or has no answer is looked at: gone is gone (DL-13). */
async function account(
  work: FlowRun,
  target: CompiledTarget,
  removals: ReadonlyMap<ListedRow, Execution>,
): Promise<void> {
  const { context, task } = work;
  const { name } = target.target;
  const failed = [...removals].filter(([, { failures }]) => failures.has(name));
  const done = [...removals.values()].filter(({ written }) => written.length > 0);
  for (const execution of done) await context.preview?.executed(context, execution);
  const removed = done.length;
  const closed = failed.length > 0 ? await closeDoubtfulDeletes(context) : 0;
  const counts = task.tally.targets.get(name);
  task.tally.deleted += removed + closed;
  if (counts) counts.deleted += removed + closed;
  const left = await rowsByKey(
    context.scopes.of(name),
    new Answers(context),
    failed.map(([{ row }]) => row),
  );
  for (const [{ row, key }, { failures }] of failed) {
    const error = failures.get(name);
    const now = left.get(row);
    if (error && (now instanceof Error || !isRemoved(target, now))) fail(work, key, error);
  }
}

/** The row stays, the next whole read tries again; the run is not green. */
function fail({ context, task }: FlowRun, key: string, error: PipeError): void {
  task.tally.read += 1;
  task.tally.queued += 1;
  warn(context, error, { flow: context.flow.flow.name, key });
}

function tell({ context, task }: FlowRun, key: string, { target, named, skip }: TargetPlan): void {
  const { name } = target.target;
  const counts = task.tally.targets.get(name);
  if (skip !== undefined && counts) counts.skipped += 1;
  for (const word of named) {
    const { name: flow } = context.flow.flow;
    context.emit({ type: 'record-named', at: context.clock.now(), flow, key, target: name, ...word });
  }
}
