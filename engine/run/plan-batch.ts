import type { Row } from '../connector.ts';
import { toPipeError } from '../errors.ts';
import type { PipeError } from '../errors.ts';
import { effectClaims, questionClaims, rowClaim } from '../plan/claims.ts';
import type { Claims } from '../plan/claims.ts';
import { isPlaceholder } from '../plan/change.ts';
import type { FlowRecord, TargetPlan } from '../plan/change.ts';
import { rowAfter } from '../plan/fields.ts';
import type { Ask } from '../plan/match.ts';
import { planTarget } from '../plan/plan-target.ts';
import type { CompiledTarget } from '../transform/compiled.ts';
import type { Answers } from './answers.ts';
import type { FlowContext, Scope } from './context.ts';
import { lockstep } from './lockstep.ts';

/** A record with the plan of each of its targets, in the order of the file. */
export interface PlannedRecord {
  readonly record: FlowRecord;
  readonly plans: Map<string, TargetPlan>;
  /** Targets that could not be planned or written, and why. */
  readonly failures: Map<string, PipeError>;
  readonly claims: Claims;
  readonly changes: boolean;
  /** When the oldest answer it may rest on was asked for, on the monotonic clock (DL-4). */
  readonly askedAt: number;
}

/** Plans every record as if it were alone; what they have in common is found by their claims (DL-1). */
export async function planBatch(
  context: FlowContext,
  records: readonly FlowRecord[],
  answers: Answers,
): Promise<readonly PlannedRecord[]> {
  const askedAt = answers.startWave();
  const drafts = records.map((record) => ({
    record,
    plans: new Map<string, TargetPlan>(),
    failures: new Map<string, PipeError>(),
    asked: new Set<string>(),
  }));
  for (const target of context.flow.targets) {
    const scope = context.scopes.of(target.target.name);
    await lockstep(
      drafts
        .filter((draft) => isOpen(draft, target))
        .map((draft) => async (ask: Ask) => {
          const remembering: Ask = (question) => {
            for (const claim of questionClaims(scope.id, scope.fields, question)) draft.asked.add(claim);
            return ask(question);
          };
          await planInto(context, draft, target, remembering);
          for (const key of rowsOf(scope, draft.plans.get(target.target.name)))
            draft.asked.add(rowClaim(scope.id, key));
        }),
      (questions) => answers.answer(scope, questions),
    );
  }
  return drafts.map(({ record, plans, failures, asked }) => ({
    record,
    plans,
    failures,
    claims: { asked, effects: effectsOf(context, plans) },
    changes: [...plans.values()].some((plan) => plan.changes.some((change) => change.operation !== 'unchanged')),
    askedAt,
  }));
}

/** What planning one target of one record may read and fill in. */
export interface PlanDraft {
  readonly record: FlowRecord;
  readonly plans: Map<string, TargetPlan>;
  readonly failures: Map<string, PipeError>;
}

/** §4.7: a target that names a failed one is not tried; the others are. */
export function isOpen(draft: PlanDraft, target: CompiledTarget): boolean {
  return (
    !draft.failures.has(target.target.name) &&
    target.uses.every((name) => !draft.failures.has(name) && draft.plans.has(name))
  );
}

/** Plans one target of one record; a data error fails the target, anything else the run. */
export async function planInto(
  context: FlowContext,
  draft: PlanDraft,
  target: CompiledTarget,
  ask: Ask,
): Promise<void> {
  const { name } = target.target;
  const entity = context.scopes.of(name);
  const variables = { ...context.variables, source: draft.record.source, ...earlierRows(draft) };
  try {
    draft.plans.set(name, await planTarget({ target, entity, record: draft.record, variables, ask }));
  } catch (thrown) {
    const error = toPipeError(thrown);
    if (error.kind !== 'data') throw error;
    draft.plans.delete(name);
    draft.failures.set(name, error);
  }
}

function earlierRows(draft: PlanDraft): Record<string, Row | undefined> {
  return Object.fromEntries([...draft.plans].map(([name, plan]) => [name, plan.row]));
}

function rowsOf(scope: Scope, plan: TargetPlan | undefined): readonly string[] {
  if (!plan) return [];
  const chosen = plan.row?.[scope.description.id];
  const keys = plan.changes.flatMap((change) => (change.operation === 'create' ? [] : [change.key]));
  return typeof chosen === 'string' && !isPlaceholder(chosen) ? [chosen, ...keys] : keys;
}

/** The questions that will be answered by what these plans write. */
function effectsOf(context: FlowContext, plans: ReadonlyMap<string, TargetPlan>): ReadonlySet<string> {
  const claims = new Set<string>();
  for (const [name, plan] of plans) {
    const scope = context.scopes.of(name);
    for (const row of writtenRows(scope, plan)) {
      for (const signature of scope.signatures) {
        for (const claim of effectClaims(scope.id, scope.fields, signature, row)) claims.add(claim);
      }
    }
  }
  return claims;
}

export function writtenRows(scope: Scope, plan: TargetPlan): readonly Row[] {
  return plan.changes.flatMap((change) => {
    if (change.operation === 'unchanged') return [];
    return [change.operation === 'create' ? (plan.row ?? {}) : rowAfter(scope, change.before, change.values)];
  });
}
