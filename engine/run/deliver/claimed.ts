import type { Question, Row } from '../../connector.ts';
import { effectClaims, questionClaims, rowClaim } from '../../plan/claims.ts';
import type { Claims, Signature } from '../../plan/claims.ts';
import { isPlaceholder } from '../../plan/change.ts';
import type { Change, TargetPlan } from '../../plan/change.ts';
import { presentValues, rowAfter } from '../../plan/fields.ts';
import { mayAnswer } from '../../plan/question.ts';
import type { Scope } from '../context.ts';
import type { PlannedRecord } from './plan-batch.ts';

/** What the plan of a target rests on and what it changes. */
export function claimed(
  draft: PlannedRecord,
  scope: Scope,
  plan: TargetPlan | undefined,
  asked: readonly Question[],
): Claims {
  const effects: string[] = [];
  for (const change of plan?.changes ?? []) {
    const written = effectsOf(scope, change, asked);
    draft.effectsOf.set(change, withElsewhere(scope, change, written));
    effects.push(...written);
  }
  const restsOn = [
    ...asked.flatMap((question) => questionClaims(scope.id, scope.fields, question)),
    ...rowsOf(scope, plan).map((key) => rowClaim(scope.id, key)),
  ];
  return { restsOn, effects };
}

function rowsOf(scope: Scope, plan: TargetPlan | undefined): readonly string[] {
  if (!plan) return [];
  const chosen = plan.row?.[scope.description.id];
  const keys = plan.changes.flatMap((change) => (change.operation === 'create' ? [] : [change.key]));
  return typeof chosen === 'string' && !isPlaceholder(chosen) ? [chosen, ...keys] : keys;
}

/**
 * The row a change writes, and the questions of this flow it answered before or will answer from then on. A new row may
 * also answer by fields that the system fills itself: all those of its target that its values do not exclude.
 */
function effectsOf(scope: Scope, change: Change, asked: readonly Question[]): readonly string[] {
  if (change.operation === 'unchanged') return [];
  const answered = answeredBy(scope, change, scope.signatures);
  if (change.operation !== 'create') return distinct([rowClaim(scope.id, change.key), ...answered]);
  const row = presentValues(change.values);
  const open = asked.filter((question) => mayAnswer(scope, question, row));
  return distinct([...answered, ...open.flatMap((question) => questionClaims(scope.id, scope.fields, question))]);
}

/** The same with the questions of other flows: what they ask for may be in doubt, or just made. */
export function effectsEverywhere(scope: Scope, change: Change, asked: readonly Question[]): readonly string[] {
  return withElsewhere(scope, change, effectsOf(scope, change, asked));
}

function withElsewhere(scope: Scope, change: Change, effects: readonly string[]): readonly string[] {
  return scope.elsewhere.length > 0 ? distinct([...effects, ...answeredBy(scope, change, scope.elsewhere)]) : effects;
}

function distinct(claims: readonly string[]): readonly string[] {
  return [...new Set(claims)];
}

function answeredBy(scope: Scope, change: Change, signatures: readonly Signature[]): readonly string[] {
  const answered = (row: Row) => signatures.flatMap((shape) => effectClaims(scope.id, scope.fields, shape, row));
  switch (change.operation) {
    case 'unchanged':
      return [];
    case 'create':
      return answered(presentValues(change.values));
    case 'update':
      return [...answered(change.before), ...answered(rowAfter(scope, change.before, change.values))];
    case 'delete':
      return answered(change.before);
    default:
      return change satisfies never;
  }
}
