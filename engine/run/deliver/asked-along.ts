import type { Question } from '../../connector.ts';
import { meets } from '../../plan/claims.ts';
import { presentValues } from '../../plan/fields.ts';
import { satisfies } from '../../plan/question.ts';
import type { Scope } from '../context.ts';
import type { Sending, Step } from './send.ts';
import { tagOf } from './tag.ts';

/**
 * A question to go along with the request that makes rows for which others wait: answered by these rows, it spares the
 * request that would read them by their keys before the next turn (DL-2). It joins the questions by which each of them is
 * to be found; undefined where these do not all ask by the same single field.
 */
export function askedAlong(sending: Sending, steps: readonly Step[]): Question | undefined {
  const { scope, awaited } = sending;
  if (!scope.sink.writeAndFind || !awaited || !isWhole(scope)) return undefined;
  const seen = steps.filter(({ execution, change }) => meets(execution.effectsOf.get(change) ?? [], awaited));
  const questions = seen.map((step) => ownQuestion(sending, step));
  const [field, ...others] = new Set(questions.flatMap((question) => Object.keys(question?.by ?? {})));
  if (field === undefined || others.length > 0) return undefined;
  const values = questions.map((question) => question?.by[field]);
  const anyOf = values.flatMap((wanted) => (wanted && 'anyOf' in wanted ? wanted.anyOf : []));
  return { by: { [field]: { anyOf } } };
}

/** What is read of rows in the request that makes them: their child lists come later. */
export function fieldsAlong({ select, description }: Scope): readonly string[] {
  return select.filter((field) => description.lists.every(({ name }) => name !== field));
}

/** Whether what is read along is all the flow needs of a row. */
export function isWhole(scope: Scope): boolean {
  return fieldsAlong(scope).length === scope.select.length;
}

/** What a new row must be found by: a rung it was asked for by, or else our mark. */
export function ownQuestion({ context, target, scope }: Sending, { execution, write }: Step): Question | undefined {
  if (write.operation !== 'create') return undefined;
  const row = presentValues(write.values);
  const asked = execution.asked.get(target.target.name) ?? [];
  const tag = tagOf(context, target, execution.record.key);
  const byTag = tag && { by: { [tag.field]: { anyOf: [tag.value] } } };
  return asked.find((question) => asksForValues(question) && satisfies(scope.fields, question, row)) ?? byTag;
}

/** A field that is asked to be empty may have been filled since, by a robot. */
function asksForValues({ by }: Question): boolean {
  return Object.values(by).every((wanted) => !('empty' in wanted));
}
