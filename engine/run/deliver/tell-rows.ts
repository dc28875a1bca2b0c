import type { Row } from '../../connector.ts';
import type { Person, RunEvent } from '../../events/events.ts';
import { isPlaceholder } from '../../plan/change.ts';
import type { TargetPlan } from '../../plan/change.ts';
import type { CompiledTarget } from '../../transform/compiled.ts';
import { personOf } from '../../transform/person.ts';
import type { FlowContext } from '../context.ts';
import type { Execution } from './execute-wave.ts';

interface Written {
  readonly key: string;
  readonly target: string;
  readonly row: string;
  readonly operation: Extract<RunEvent, { type: 'row-written' }>['operation'];
  /** What it was created with. */
  readonly values?: Row;
  readonly rung?: string | undefined;
  readonly fields?: readonly string[];
}

/** Tells a row that was written, where rows are told. */
export function tellWritten(context: FlowContext, written: Written): void {
  const { key, target, row, operation, values } = written;
  if (context.options.tellRows === undefined) return;
  const told = { at: context.clock.now(), flow: context.flow.flow.name, key, target, row };
  context.emit({
    type: 'row-written',
    ...told,
    operation,
    ...howOf(context, written),
    ...aboutOf(context, target, values),
  });
}

/** Tells the rows that were found for records and stay as they are; of what a guard skips, its word tells. */
export function tellFound(context: FlowContext, target: CompiledTarget, executions: readonly Execution[]): void {
  if (context.options.tellRows === undefined) return;
  const { name } = target.target;
  const lookUp = target.fields ? {} : { lookUp: true as const };
  for (const { record, plans } of executions) {
    const plan = plans.get(name);
    const row = plan && restingRow(context, plan);
    if (row === undefined) continue;
    const told = { at: context.clock.now(), flow: context.flow.flow.name, key: record.key, target: name, row };
    context.emit({
      type: 'row-found',
      ...told,
      ...lookUp,
      ...howOf(context, { rung: plan?.rung }),
      ...aboutOf(context, name, plan?.row),
    });
  }
}

function howOf(
  { options }: FlowContext,
  { rung, fields }: Pick<Written, 'rung' | 'fields'>,
): Pick<RunEvent & { type: 'row-found' }, 'rung' | 'fields'> {
  if (!options.tellHow) return {};
  return { ...(rung !== undefined && { rung }), ...(fields && { fields }) };
}

function restingRow({ scopes }: FlowContext, plan: TargetPlan): string | undefined {
  const rests = !plan.created && plan.skip === undefined && plan.changes.every(isUnchanged);
  const key = plan.row?.[scopes.of(plan.target.target.name).description.id];
  return rests && key !== undefined && !isPlaceholder(key) ? String(key) : undefined;
}

function isUnchanged({ operation }: TargetPlan['changes'][number]): boolean {
  return operation === 'unchanged';
}

function aboutOf(
  context: FlowContext,
  target: string,
  row: Row | undefined,
): Pick<RunEvent & { type: 'row-found' }, 'called' | 'person'> {
  const { description, fields } = context.scopes.of(target);
  const { called } = description;
  if (!called) return {};
  const person: Person | undefined =
    row && called.person && personOf(row, called.person, fields, context.options.tellRows === 'full');
  return { called, ...(person && { person }) };
}
