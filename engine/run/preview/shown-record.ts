import type { Row, Value } from '../../connector.ts';
import { isPlaceholder } from '../../plan/change.ts';
import type { Change, TargetPlan } from '../../plan/change.ts';
import { presentValues, rowAfter } from '../../plan/fields.ts';
import type { ShownChange, ShownField, ShownRecord } from '../../plan/shown-change.ts';
import type { FlowContext, Scope } from '../context.ts';
import type { Executed } from '../deliver/execute-wave.ts';

/** What became of a record, in plain data. */
export function shownRecord(context: FlowContext, executed: Executed): ShownRecord {
  const { record, plans, failures, absent } = executed;
  const [failure] = failures.values();
  return {
    flow: context.flow.flow.name,
    key: record.key,
    ...(absent && { absent }),
    ...(failure && { error: { code: failure.code, parameters: failure.parameters } }),
    changes: [...plans.values()].flatMap((plan) => shownChanges(context, executed, plan)),
  };
}

function shownChanges(context: FlowContext, executed: Executed, plan: TargetPlan): readonly ShownChange[] {
  const { name, connection, entity } = plan.target.target;
  if (!plan.target.fields) return [];
  const scope = context.scopes.of(name);
  const told = {
    target: name,
    connection,
    entity,
    ...(plan.rung !== undefined && { rung: plan.rung }),
    named: [...new Set(plan.named.map((word) => word.name))],
  };
  const made = executed.written.find((row) => row.target === name && row.operation === 'created')?.row;
  const changes = plan.changes.map((change): ShownChange => {
    const row = change.operation === 'create' ? made : change.key;
    const kept = ('kept' in change && change.kept) || [];
    const { operation } = change;
    const fields = fieldsOf(scope, change).map((each) => ({ ...called(scope, plan, each.name), ...each }));
    return { ...told, operation, ...(row !== undefined && { row }), kept, fields };
  });
  if (plan.skip === undefined && changes.length > 0) return changes;
  const row = plan.row?.[scope.description.id];
  const there = typeof row === 'string' && !isPlaceholder(row) ? { row } : {};
  const skip = plan.skip === undefined ? {} : { skip: plan.skip };
  return [...changes, { ...told, operation: 'skip', ...there, ...skip, kept: [], fields: [] }];
}

function fieldsOf(scope: Scope, change: Change): readonly ShownField[] {
  const { id } = scope.description;
  switch (change.operation) {
    case 'unchanged':
      return [];
    case 'delete':
      return Object.entries(change.before).flatMap(([name, before]) => (name === id ? [] : [{ name, before }]));
    case 'create':
      return [
        ...Object.entries(presentValues(change.values)).map(([name, after]) => ({ name, after })),
        ...change.lists.map(({ list, rows }) => ({ name: list, after: rows })),
      ];
    case 'update': {
      const after = { ...rowAfter(scope, change.before, change.values), ...listsOf(change) };
      const names = [...Object.keys(change.values), ...change.lists.map(({ list }) => list)];
      return names.map((name) => field(name, change.before[name], after[name])).sort((a, b) => rank(a) - rank(b));
    }
    default:
      return change satisfies never;
  }
}

function called(
  { description: { fields, tag } }: Scope,
  { target }: TargetPlan,
  name: string,
): Pick<ShownField, 'title' | 'mark'> {
  const title = fields.find((each) => each.name === name)?.title;
  const isMark = name === tag?.origin || name === tag?.key;
  const isMapped = target.fields?.some(({ mapping }) => mapping.field === name) ?? false;
  return {
    ...(title !== undefined && title !== name && { title }),
    ...(isMark && !isMapped && { mark: true }),
  };
}

function listsOf({ lists }: Extract<Change, { operation: 'update' }>): Row {
  return Object.fromEntries(lists.map(({ list, rows }) => [list, rows]));
}

function field(name: string, before: Value | undefined, after: Value | undefined): ShownField {
  return { name, ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
}

/** Cleared first, then changed, then new. */
export function rank({ before, after }: ShownField): number {
  if (after === undefined) return 0;
  return before === undefined ? 2 : 1;
}
