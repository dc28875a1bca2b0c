import type { PipeError } from '../../errors.ts';
import type { CompiledTarget } from '../../transform/compiled.ts';
import type { Value } from '../../connector.ts';
import { judge, stepOf } from './as-planned.ts';
import type { Applying, FlowContext } from '../context.ts';
import type { Execution } from '../deliver/execute-wave.ts';
import { runErrors } from '../errors.ts';
import { isNamedRow } from '../preview/planned-sink.ts';
import type { PlanLine } from './plan-lines.ts';

/** A change of the plan that was not made. */
export interface LeftChange {
  readonly flow: string;
  readonly key: string;
  readonly target: string;
  /** The row as it is known now; of one that was to be made, its name in the plan. */
  readonly row: string;
  readonly error: PipeError;
}

/** What the plan has of the records at hand; the next ones take their place. */
export interface PlanAtHand extends Applying {
  take(lines: readonly PlanLine[]): void;
  /** Names what was not done because it rests on a row that was left alone. */
  nameResting(): void;
  /** Rows that were as planned already, whoever did it. */
  already(): number;
  left(): readonly LeftChange[];
}

/** `applied`: steps of it that were carried out before. */
export function applyingPlan(plan: string, applied: ReadonlySet<number>): PlanAtHand {
  const lines = new Map<string, readonly PlanLine[]>();
  /** Rows that were made, by the names they have in the plan. */
  const names = new Map<string, string>();
  const left = new Map<string, LeftChange>();
  const already = new Set<number>();
  const sent = new Set<number>();
  const linesOf = (flow: string, key: string, target: string): readonly PlanLine[] =>
    lines.get(idOf(flow, key, target)) ?? [];
  const known = (value: Value): Value => (isNamedRow(value) ? (names.get(value) ?? value) : value);
  return {
    plan,
    take(given) {
      lines.clear();
      const byTarget = Map.groupBy(given, ({ flow, key, target }) => idOf(flow, key, target));
      for (const [id, group] of byTarget) lines.set(id, group);
    },
    review: (context, execution, target) =>
      review({ linesOf, known, applied, names, left, already }, context, execution, target),
    nameResting() {
      const undone = [...lines.values()].flat().filter(({ n }) => !already.has(n) && !sent.has(n));
      for (const change of restingOn(left, undone)) left.set(idOf(change.flow, change.key, change.target), change);
    },
    stepOf(flow, key, target, write) {
      const n = stepOf(linesOf(flow, key, target), write, known);
      if (n !== undefined) sent.add(n);
      return n;
    },
    made(flow, key, target, row) {
      for (const line of linesOf(flow, key, target)) if (line.operation === 'create') names.set(line.row, row);
    },
    already: () => already.size,
    left: () => [...left.values()],
  };
}

interface Reviewing {
  readonly linesOf: (flow: string, key: string, target: string) => readonly PlanLine[];
  readonly known: (value: Value) => Value;
  readonly applied: ReadonlySet<number>;
  readonly names: Map<string, string>;
  readonly left: Map<string, LeftChange>;
  readonly already: Set<number>;
}

function review(
  { linesOf, known, applied, names, left, already }: Reviewing,
  context: FlowContext,
  execution: Execution,
  target: CompiledTarget,
): void {
  const { name } = target.target;
  const now = execution.plans.get(name);
  if (!now || !target.fields || execution.stale) return;
  const { key } = execution.record;
  const flow = context.flow.flow.name;
  const planned = linesOf(flow, key, name);
  const scope = context.scopes.of(name);
  const judged = judge({ scope, planned, now, known, applied, isRemoval: execution.absent === true });
  if ('plan' in judged) {
    for (const { line, row } of judged.already) {
      already.add(line.n);
      names.set(line.row, row);
    }
    execution.plans.set(name, judged.plan);
    return;
  }
  const error = runErrors.changed_since.error({ target: name, row: judged.row });
  left.set(idOf(flow, key, name), { flow, key, target: name, row: judged.row, error });
  execution.failures.set(name, error);
  execution.plans.delete(name);
}

function idOf(flow: string, key: string, target: string): string {
  return JSON.stringify([flow, key, target]);
}

/** What was not even tried, because an earlier target of its record was left alone. */
function restingOn(left: ReadonlyMap<string, LeftChange>, undone: readonly PlanLine[]): readonly LeftChange[] {
  const records = new Set([...left.values()].map(({ flow, key }) => idOf(flow, key, '')));
  const resting = undone.filter(
    ({ flow, key, target }) => records.has(idOf(flow, key, '')) && !left.has(idOf(flow, key, target)),
  );
  return resting.map(({ flow, key, target, row }) => {
    const error = runErrors.rests_on_changed.error({ target, row });
    return { flow, key, target, row, error };
  });
}
