import type { Row } from '../connector.ts';
import type { Change, TargetPlan } from '../plan/change.ts';
import { isTagField } from '../rehearse/infer-entity.ts';
import type { Rehearsed } from '../rehearse/rehearse.ts';
import type { CompiledFlow } from '../transform/compiled.ts';
import type { ChangeKind, Wanted } from './read-test.ts';

/** What became of one target, in the words of a test file. */
export interface ActualChange {
  readonly kind: ChangeKind;
  readonly word?: string;
  readonly fields?: Readonly<Record<string, Wanted>>;
  readonly row?: string;
  readonly rung?: string;
  readonly rows?: Readonly<Record<string, readonly Row[]>>;
  readonly log?: readonly string[];
}

export type Planned = Extract<Rehearsed, { readonly state: 'planned' }>;

/** What became of every target of the flow, in order; several only where a rung takes all rows. */
export function actualChanges(flow: CompiledFlow, done: Planned): ReadonlyMap<string, readonly ActualChange[]> {
  return new Map(flow.targets.map(({ target: { name } }) => [name, changesOf(name, done)]));
}

function changesOf(name: string, { plans, failures, ids }: Planned): readonly ActualChange[] {
  const failure = failures.get(name);
  if (failure) return [{ kind: 'failed', word: failure.code }];
  const plan = plans.get(name);
  if (!plan) return [{ kind: 'none' }];
  const common = commonOf(plan);
  if (plan.skip !== undefined) return [{ kind: 'skip', word: plan.skip, ...rowOf(plan, ids.get(name)), ...common }];
  if (plan.changes.length > 0) return plan.changes.map((change) => ({ ...changeOf(change), ...common }));
  return [{ kind: plan.row ? 'found' : 'none', ...rowOf(plan, ids.get(name)), ...common }];
}

function commonOf({ rung, named }: TargetPlan): Pick<ActualChange, 'rung' | 'log'> {
  const log = named.map(({ name }) => name);
  return { ...(rung !== undefined && { rung }), ...(log.length > 0 && { log }) };
}

function rowOf({ row }: TargetPlan, id: string | undefined): Pick<ActualChange, 'row'> {
  const key = row?.[id ?? ''];
  return key === undefined ? {} : { row: String(key) };
}

function changeOf(change: Change): ActualChange {
  if (change.operation === 'delete') return { kind: 'none' };
  if (change.operation === 'unchanged') return { kind: 'unchanged', row: change.key };
  const fields = Object.fromEntries(Object.entries(change.values).filter(([name]) => !isTagField(name)));
  const rows = Object.fromEntries(change.lists.map(({ list, rows: sent }) => [list, sent]));
  return {
    kind: change.operation,
    fields,
    ...(change.operation === 'update' && { row: change.key }),
    ...(change.lists.length > 0 && { rows }),
  };
}

/** As a test file would have it. */
export function asWritten({ kind, word, fields, row, rung, rows, log }: ActualChange): Wanted {
  const written: Record<string, unknown> = {
    [kind]: word ?? fields ?? true,
    ...(row !== undefined && { row }),
    ...(rung !== undefined && { rung }),
    ...(rows && { rows }),
    ...(log && { log }),
  };
  return written as Wanted;
}
