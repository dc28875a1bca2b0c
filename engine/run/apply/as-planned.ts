import type { Row, Value, Write } from '../../connector.ts';
import type { Change, TargetPlan } from '../../plan/change.ts';
import { fieldNamed } from '../../plan/question.ts';
import { sameValue, stableJson } from '../../plan/value.ts';
import type { Scope } from '../context.ts';
import { isNamedRow } from '../preview/planned-sink.ts';
import type { PlanLine } from './plan-lines.ts';

/** The key of the row that was made since, in place of the name it has in the plan; of any other value the value itself. */
export type Keyed = (value: Value) => Value;

/** What was planned of one target of a record, what would be done now, and the keys of rows that were made meanwhile. */
interface Case {
  readonly scope: Scope;
  readonly planned: readonly PlanLine[];
  readonly now: TargetPlan;
  readonly keyed: Keyed;
  readonly applied: ReadonlySet<number>;
  readonly isRemoval: boolean;
}

export type Judged =
  | { readonly plan: TargetPlan; readonly already: readonly { readonly line: PlanLine; readonly row: string }[] }
  /** Not as it was planned. */
  | { readonly row: string };

/** Whether what would be done now is what was planned, or what is left of it. */
export function judge({ scope, planned, now, keyed, applied, isRemoval }: Case): Judged {
  const open = new Set(planned);
  const changes: Change[] = [];
  const already: { line: PlanLine; row: string }[] = [];
  for (const change of now.changes) {
    const line = [...open].find((each) => isOf(each, change, keyed));
    if (change.operation === 'unchanged') {
      if (line) already.push({ line, row: change.key });
      changes.push(change);
    } else {
      if (!line || isRepeated(line, change, applied) || !isAsPlanned(scope, line, change, keyed))
        return { row: rowOf(line ?? planned[0], change) };
      changes.push(isRemoval && change.operation === 'update' ? { ...change, values: line.values } : change);
      if (line.operation === 'create' && change.operation === 'update') already.push({ line, row: change.key });
    }
    if (line) open.delete(line);
  }
  for (const line of open) {
    // A guard may keep everybody from the row since it is as planned: a deal that was won.
    if (!applied.has(line.n) && !isAfter(scope, line, now.row, keyed)) return { row: keyNow(line, keyed) };
    const key = now.row?.[scope.description.id];
    already.push({ line, row: typeof key === 'string' ? key : keyNow(line, keyed) });
  }
  return { plan: { ...now, changes }, already };
}

/** The row that is there holds all that was to be put there. */
function isAfter({ fields, description }: Scope, line: PlanLine, row: Row | undefined, keyed: Keyed): boolean {
  if (line.operation === 'delete') return row === undefined;
  if (!row || (line.operation === 'update' && row[description.id] !== keyNow(line, keyed))) return false;
  return Object.entries(line.values).every(([name, value]) =>
    sameValue(fieldNamed(fields, name), deepKeyed(value ?? '', keyed), row[name]),
  );
}

/** A row that was to be made may be there by now. */
function isOf(line: PlanLine, change: Change, keyed: Keyed): boolean {
  if (line.operation === 'create') return change.operation !== 'delete';
  return change.operation !== 'create' && keyNow(line, keyed) === change.key;
}

/** It was carried out, and somebody has undone it since. */
function isRepeated(line: PlanLine, change: Change, applied: ReadonlySet<number>): boolean {
  if (change.operation === 'create' || change.operation === 'delete') return applied.has(line.n);
  if (change.operation === 'unchanged') return false;
  const isRow = line.operation === 'update' && Object.keys(change.values).length > 0;
  const lists = line.lists.filter(({ list }) => change.lists.some((each) => each.list === list));
  return (isRow && applied.has(line.n)) || lists.some(({ n }) => applied.has(n));
}

function keyNow({ row }: PlanLine, keyed: Keyed): string {
  return String(keyed(row));
}

function rowOf(line: PlanLine | undefined, change: Change): string {
  return change.operation === 'create' ? (line?.row ?? '') : change.key;
}

function isAsPlanned(scope: Scope, line: PlanLine, change: Change, keyed: Keyed): boolean {
  const same = (one: Value | null | undefined, other: Value | null | undefined): boolean =>
    stableJson(deepKeyed(one ?? '', keyed)) === stableJson(other ?? '');
  const areListsPlanned = (lists: Extract<Change, { lists: unknown }>['lists']): boolean =>
    lists.every(({ list, rows }) => line.lists.some((each) => each.list === list && same(each.rows, rows)));
  switch (change.operation) {
    case 'unchanged':
      return true;
    case 'create':
      return (
        line.operation === 'create' && same(asRow(line.values), asRow(change.values)) && areListsPlanned(change.lists)
      );
    case 'update': {
      // What a create of this plan still owes: its row is there, its child rows are not (DL-15).
      if (line.operation === 'create') return Object.keys(change.values).length === 0 && areListsPlanned(change.lists);
      const isSent = Object.entries(change.values).every(
        ([name, value]) => name in line.values && same(line.values[name], value),
      );
      return (
        (line.absent === true || isSent) && areListsPlanned(change.lists) && isAsBefore(scope, line, change, keyed)
      );
    }
    case 'delete':
      return line.operation === 'delete' && isAsBefore(scope, line, change, keyed);
    default:
      return change satisfies never;
  }
}

/** Each field holds what it held, or what this plan put there. */
function isAsBefore(
  { fields, description }: Scope,
  line: PlanLine,
  change: Extract<Change, { before: Row }>,
  keyed: Keyed,
): boolean {
  const { before = {} } = line;
  // Of a row this plan made, the system may have filled in the rest.
  const names = new Set([...Object.keys(before), ...(isNamedRow(line.row) ? [] : Object.keys(change.before))]);
  names.delete(description.id);
  const isPut = (name: string): boolean => {
    const lists = 'lists' in change ? change.lists : [];
    const isLeft = ('values' in change && name in change.values) || lists.some(({ list }) => list === name);
    return !isLeft && (name in line.values || line.lists.some(({ list }) => list === name));
  };
  return [...names].every((name) => {
    const held = deepKeyed(before[name] ?? '', keyed);
    return sameValue(fieldNamed(fields, name), held, change.before[name]) || isPut(name);
  });
}

function asRow(values: PlanLine['values']): Row {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value ?? []]));
}

/** A value with the keys of the rows that were made since. */
function deepKeyed(value: Value, keyed: Keyed): Value {
  if (typeof value !== 'object') return keyed(value);
  if (Array.isArray(value)) return (value as readonly Value[]).map((item) => deepKeyed(item, keyed));
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, deepKeyed(item, keyed)]));
}

/** The number of the step that a write is. */
export function stepOf(lines: readonly PlanLine[], write: Write, keyed: Keyed): number | undefined {
  if (write.operation === 'create') return lines.find(({ operation }) => operation === 'create')?.n;
  const line = lines.find((each) => keyNow(each, keyed) === write.key);
  return write.operation === 'rows' ? line?.lists.find(({ list }) => list === write.list)?.n : line?.n;
}
