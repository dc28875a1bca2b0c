import type { Question, Row } from '../../connector.ts';
import type { PipeError } from '../../errors.ts';
import type { Change, FlowRecord, TargetPlan } from '../../plan/change.ts';
import type { TraceStep } from '../../state/trace-ports.ts';
import type { CompiledTarget } from '../../transform/compiled.ts';
import type { Answers } from '../ask/answers.ts';
import type { FlowContext } from '../context.ts';
import { reach } from '../crash-points.ts';
import { isOpen, planOne } from './plan-batch.ts';
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
  /** Its plan grew older than 30 s before it could be sent: it asks again in the next wave (DL-4). */
  readonly stale: boolean;
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
  /** Targets whose row is not what later targets were planned over: it was created, or planned again itself. */
  readonly moved: Set<string>;
  /** A target row without a record (DL-7). */
  readonly absent?: true;
  stale: boolean;
  heldUpBy?: PipeError;
}

/**
 * Carries out the plans of a wave, target after target in the order of the file, so that a row a later target names
 * is there before it is named (DL-16).
 */
export async function executeWave(
  context: FlowContext,
  planned: readonly PlannedRecord[],
  answers: Answers,
): Promise<readonly Executed[]> {
  const executions: Execution[] = planned.map((record) => ({
    ...record,
    written: [],
    moved: new Set(),
    stale: false,
  }));
  for (const target of context.flow.targets) {
    await replan(context, executions, target, answers);
    const sending = { context, target, scope: context.scopes.of(target.target.name), answers };
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
    reach('between-targets');
  }
  return executions;
}

/**
 * What was planned over a row that did not exist is planned again over the row that now does, or not at all; so is what
 * asked for rows that the record itself has written since.
 */
async function replan(
  context: FlowContext,
  executions: readonly Execution[],
  target: CompiledTarget,
  answers: Answers,
): Promise<void> {
  const { name } = target.target;
  const affected = executions.filter((execution) => {
    const touched =
      !isOpen(execution, target) ||
      target.uses.some((used) => execution.moved.has(used)) ||
      execution.meetsItself.has(name);
    return touched && execution.plans.has(name) && !execution.stale;
  });
  for (const execution of affected) {
    execution.plans.delete(name);
    execution.moved.add(name);
  }
  const open = affected.filter((execution) => isOpen(execution, target) && !meetsOwnDoubt(context, execution, name));
  await planOne(context, open, target, answers);
}

function meetsOwnDoubt({ doubts }: FlowContext, { meetsItself, record }: Execution, target: string): boolean {
  return meetsItself.has(target) && doubts.records.has(record.key);
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
