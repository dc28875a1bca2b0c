import type { Question, Row, WriteValues } from '../../connector.ts';
import type { ListChange } from '../../plan/change.ts';
import type { ShownRecord } from '../../plan/shown-change.ts';
import type { FlowContext } from '../context.ts';
import type { RecordPlanned } from '../preview/preview.ts';

/** The first line of a plan file (docs/decisions/diff-and-apply.md). Times are ISO. */
export interface PlanHeader {
  readonly plan: 1;
  readonly id: string;
  readonly pipeline: string;
  readonly file: string;
  /** Of mapping, params and lock file: another one means that the plan is not this pipeline's any more. */
  readonly hash: string;
  /** Tags of rows that are made carry it: a plan is applied where it was made. */
  readonly instance: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly flows: readonly string[];
}

/** One change of one target row, as it was planned. Lines of one record stand together, in the order of its targets. */
export interface PlanLine {
  /** Number of the step: what is journalled of it is journalled once (DL-24). */
  readonly n: number;
  readonly flow: string;
  /** The record's key; of a row without a record (`absent`), the target's own. */
  readonly key: string;
  readonly absent?: true;
  readonly target: string;
  readonly connection: string;
  /** What the connection led to: rows of another system may go by the same keys. */
  readonly system?: string;
  readonly entity: string;
  readonly operation: 'create' | 'update' | 'delete';
  /** Key of the row; of a create the name it goes by in this plan. */
  readonly row: string;
  readonly rung?: string;
  readonly values: WriteValues;
  /** What the row held when this was planned; it is changed only while that is so. */
  readonly before?: Row;
  /** Child lists: steps of their own. */
  readonly lists: readonly (ListChange & { readonly n: number })[];
  /** What was asked to find the row. */
  readonly questions: readonly Question[];
  readonly source: Row;
}

/** The last line: a file without it was cut off. `hash` is of the lines before it: one that somebody edited is no plan. */
export interface PlanEnd {
  readonly end: number;
  readonly hash: string;
}

/** The changes of a record that are to be made; `next` numbers steps. */
export function planLines(
  { context, executed }: RecordPlanned,
  shown: ShownRecord,
  next: () => number,
): readonly PlanLine[] {
  const { record, plans, absent } = executed;
  const names = shown.changes.filter(({ operation }) => operation === 'create');
  return [...plans].flatMap(([target, plan]) =>
    plan.changes.flatMap((change): readonly PlanLine[] => {
      if (change.operation === 'unchanged') return [];
      const { connection, entity } = plan.target.target;
      const { system } = context.scopes.of(target).connection.connection;
      const made = names.find((each) => each.target === target)?.row ?? '';
      const lists = 'lists' in change ? change.lists : [];
      return [
        {
          n: next(),
          flow: context.flow.flow.name,
          key: record.key,
          ...(absent && { absent }),
          target,
          connection,
          ...(system !== undefined && { system }),
          entity,
          operation: change.operation,
          row: change.operation === 'create' ? made : change.key,
          ...(plan.rung !== undefined && { rung: plan.rung }),
          values: 'values' in change ? change.values : {},
          ...('before' in change && { before: withoutId(context, target, change.before) }),
          lists: lists.map((list) => ({ ...list, n: next() })),
          questions: executed.asked.get(target) ?? [],
          source: record.source,
        },
      ];
    }),
  );
}

function withoutId({ scopes }: FlowContext, target: string, row: Row): Row {
  const { id } = scopes.of(target).description;
  return Object.fromEntries(Object.entries(row).filter(([name]) => name !== id));
}
