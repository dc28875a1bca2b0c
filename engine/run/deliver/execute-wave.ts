import type { Question, Row } from '../../connector.ts';
import type { PipeError } from '../../errors.ts';
import type { Change, FlowRecord, TargetPlan } from '../../plan/change.ts';
import type { TraceStep } from '../../state/trace-ports.ts';
import { allClaims, meetsAny } from '../../plan/claims.ts';
import { meetsItself, takeTurn } from '../../plan/waves.ts';
import type { CompiledTarget } from '../../transform/compiled.ts';
import { runErrors } from '../errors.ts';
import type { Answers } from '../ask/answers.ts';
import type { FlowContext } from '../context.ts';
import { reach } from '../crash-points.ts';
import { isIndifferent } from './indifferent.ts';
import { planTargets } from './plan-batch.ts';
import type { PlannedRecord } from './plan-batch.ts';
import { sendSteps } from './send.ts';
import type { Sending, Step } from './send.ts';
import { tellFound } from './tell-rows.ts';

/** What a record's way through one wave came to. */
export interface Executed {
  readonly record: FlowRecord;
  readonly plans: ReadonlyMap<string, TargetPlan>;
  readonly failures: ReadonlyMap<string, PipeError>;
  readonly trace: readonly TraceStep[];
  /** Rows that were really written, by target. */
  readonly written: readonly WrittenRow[];
  /**
   * What is left of it is not sent in this wave: it asks again in the next one. Its plan grew older than 30 s before it
   * could be sent (DL-4), the transaction it was in was lost (DL-23), or it is `behind`.
   */
  readonly stale: boolean;
  /** It has to see more of an earlier record's work (DL-1), or of another pipeline's: no sign that the wave was too large. */
  readonly behind?: true;
  /** What the target said when it last refused it for the time being. */
  readonly heldUpBy?: PipeError;
  /** A target row without a record (DL-7). */
  readonly absent?: true;
  /** What each target asked. */
  readonly asked: ReadonlyMap<string, readonly Question[]>;
}

export interface WrittenRow {
  readonly target: string;
  readonly operation: 'created' | 'updated' | 'deleted';
  readonly row: string;
}

/** A record being carried out. */
export interface Execution extends PlannedRecord {
  readonly written: WrittenRow[];
  /** Targets whose row was created after later targets were planned: these were planned over its place-holder. */
  readonly moved: Set<string>;
  /** A target row without a record (DL-7). */
  readonly absent?: true;
  stale: boolean;
  behind?: true;
  heldUpBy?: PipeError;
  /** Another pipeline of this machine creates what it asked for. */
  meetsOther?: true;
}

/**
 * Carries out the plans of a wave, target after target in the order of the file, so that a row a later target names
 * is there before it is named (DL-16). At each target records have their turns: who asked for what an earlier one writes
 * there sees it (DL-1).
 */
export async function executeWave(
  context: FlowContext,
  planned: readonly PlannedRecord[],
  answers: Answers,
): Promise<readonly Executed[]> {
  const wave: Execution[] = planned.map((record) => ({
    ...record,
    written: [],
    moved: new Set(),
    stale: false,
  }));
  for (const [at, target] of context.flow.targets.entries()) {
    const sending = { context, target, scope: context.scopes.of(target.target.name), answers };
    const done = new Set<Execution>();
    /** What each touched, as it was planned then, whenever it had to wait for a turn at this target. */
    const waited = new Map<Execution, ReadonlySet<string>>();
    while (done.size < wave.length) {
      const left = wave.filter((execution) => !done.has(execution) && !execution.stale);
      leaveFailed(left, target, at, answers);
      await replan(context, left, at, answers);
      holdForDoubt(context, left, at);
      const { now, behind } = takeTurn(wave, at, {
        isDone: (execution) => done.has(execution),
        isPutOff: ({ stale }) => stale,
        isIndifferent: (claim, one, other) => isIndifferent(context, target, claim, one, other),
        waitedWith: (execution) => [...(waited.get(execution) ?? [])],
      });
      for (const execution of behind) putBehind(execution);
      if (now.length === 0) break;
      const awaited = askedLater(left, now, at);
      await carryOut({ ...sending, awaited }, now);
      for (const execution of now) done.add(execution);
      for (const execution of left) {
        if (done.has(execution)) continue;
        const claims = execution.claims[at];
        waited.set(execution, new Set([...(waited.get(execution) ?? []), ...(claims ? allClaims(claims) : [])]));
      }
    }
    reach('between-targets');
  }
  return wave;
}

function putBehind(execution: Execution): void {
  execution.stale = true;
  execution.behind = true;
}

/** What those rest on who are left and have no turn yet: rows that answer them are worth reading along. */
function askedLater(left: readonly Execution[], now: readonly Execution[], at: number): ReadonlySet<string> {
  const taken = new Set(now);
  return new Set(left.flatMap((execution) => (taken.has(execution) ? [] : (execution.claims[at]?.restsOn ?? []))));
}

async function carryOut(sending: Sending, executions: readonly Execution[]): Promise<void> {
  const { context, target } = sending;
  for (const execution of executions) context.applying?.review(context, execution, target);
  const open = executions.filter((execution) => execution.plans.has(target.target.name));
  tellFound(context, target, open);
  // A row that is there gets its child rows first: the row itself may take it to where guards keep everybody off.
  await sendLists(sending, open, 'update');
  await sendSteps(
    sending,
    open.flatMap((execution) => rowSteps(execution, target)),
  );
  await sendLists(sending, open, 'create');
}

/**
 * What was planned over a row that did not exist is planned again over the row that now does, or not at all; so is what
 * asked for rows that the record itself or another has written since. With it everything that comes after.
 */
async function replan(
  context: FlowContext,
  executions: readonly Execution[],
  at: number,
  answers: Answers,
): Promise<void> {
  const { targets } = context.flow;
  const affected = executions.filter((execution) => isPlannedOverOld(execution, targets[at], at, answers));
  for (const execution of affected) {
    for (const { target } of targets.slice(at)) execution.plans.delete(target.name);
    execution.moved.clear();
  }
  await planTargets(context, affected, at, answers);
}

/** What could not be planned over rows that have been written since may be planned by now: it asks again in the next wave. */
function leaveFailed(executions: readonly Execution[], { target }: CompiledTarget, at: number, answers: Answers): void {
  for (const execution of executions)
    if (execution.failures.has(target.name) && restsOnOld(execution, at, answers)) putBehind(execution);
}

function isPlannedOverOld(
  execution: Execution,
  target: CompiledTarget | undefined,
  at: number,
  answers: Answers,
): boolean {
  const { plans, failures, moved } = execution;
  if (!target || !plans.has(target.target.name)) return false;
  const isMoved = target.uses.some((name) => failures.has(name) || !plans.has(name) || moved.has(name));
  return isMoved || restsOnOld(execution, at, answers);
}

/** Whether something was written since that its plan of this target rests on, or is to change. */
function restsOnOld({ claims }: Execution, at: number, answers: Answers): boolean {
  const claimed = claims[at];
  return claimed !== undefined && answers.isOld(claimed, claimed.after);
}

/** DL-13: what has to do with a write that got no answer waits, though the answer was lost within this wave. */
function holdForDoubt({ doubts, flow }: FlowContext, executions: readonly Execution[], at: number): void {
  if (doubts.claims.size === 0) return;
  const targets = flow.targets.slice(at).map(({ target }) => target.name);
  const [name = ''] = targets;
  for (const execution of executions) {
    const { plans, failures, claims, record } = execution;
    const isOwn = doubts.records.has(record.key);
    const claimed = claims[at];
    const meets = isOwn ? meetsItself(execution, at) : claimed && meetsAny(claimed, doubts.claims);
    if (!meets || !plans.has(name)) continue;
    if (!isOwn) failures.set(name, runErrors.waits_for_doubt.error({}, { retry: true }));
    for (const each of targets) plans.delete(each);
  }
}

export function rowSteps(execution: Execution, target: CompiledTarget): readonly Step[] {
  const { name, entity } = target.target;
  const plan = execution.plans.get(name);
  if (!plan || execution.failures.has(name)) return [];
  return plan.changes.flatMap((change): readonly Step[] => {
    if (change.operation === 'create') {
      return [{ execution, change, write: { operation: 'create', entity, values: change.values } }];
    }
    if (change.operation === 'delete') {
      return [{ execution, change, write: { operation: 'delete', entity, key: change.key } }];
    }
    if (change.operation === 'unchanged' || Object.keys(change.values).length === 0) return [];
    return [{ execution, change, write: { operation: 'update', entity, key: change.key, values: change.values } }];
  });
}

/** Child rows are writes of their own (DL-15). */
async function sendLists(sending: Sending, executions: readonly Execution[], of: 'create' | 'update'): Promise<void> {
  const steps = executions.flatMap((execution) => childSteps(execution, sending.target, of));
  if (steps.length === 0) return;
  reach('rows-before');
  await sendSteps(sending, steps);
  reach('rows-after');
}

function childSteps(execution: Execution, target: CompiledTarget, of: 'create' | 'update'): readonly Step[] {
  const { name, entity } = target.target;
  const plan = execution.plans.get(name);
  return (plan?.changes ?? []).flatMap((change) => {
    if (change.operation !== of) return [];
    const key = change.operation === 'update' ? change.key : createdKey(execution, name);
    if (key === undefined) return [];
    return change.lists.map((list) => ({
      execution,
      change: change satisfies Change,
      write: { operation: 'rows' as const, entity, key, list: list.list, rows: list.rows satisfies readonly Row[] },
    }));
  });
}

function createdKey(execution: Execution, target: string): string | undefined {
  return execution.written.find((row) => row.target === target && row.operation === 'created')?.row;
}
