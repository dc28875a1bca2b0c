import type { Answer, Question } from '../../connector.ts';
import { asRow, satisfies } from '../../plan/question.ts';
import { attemptAnswers } from '../attempt.ts';
import type { RunContext, Scope } from '../context.ts';
import { runErrors } from '../errors.ts';
import type { Answered } from './lockstep.ts';

/** Puts questions to a target; `fields` are read, by default those the flow needs. What comes back is checked (DL-3). */
export async function askTarget(
  context: RunContext,
  scope: Scope,
  questions: readonly Question[],
  fields: readonly string[] = scope.select,
): Promise<readonly Answered[]> {
  const { entity } = scope.description;
  const answers = await attemptAnswers(context, scope.connection.name, questions, (left) =>
    scope.sink.find(entity, left, fields, context.signal),
  );
  return answers.map((answer, index) => checked(scope, questions[index], answer));
}

/** DL-3: a row that does not satisfy its question means that the filter was not honoured; nothing may rest on it. */
export function checked(scope: Scope, question: Question | undefined, answer: Answer): Answered {
  if (!answer.ok) return answer.error;
  return answer.rows.map((found) => {
    const row = asRow(scope.description, found);
    if (!question || scope.sink.comparesItself || satisfies(scope.fields, question, row)) return row;
    throw runErrors.filter_ignored.error({
      entity: scope.description.entity,
      connection: scope.connection.name,
      fields: Object.keys(question.by).join(', '),
      row: found.key,
    });
  });
}

/** Whether a row is there, and which: of its fields only those the questions ask by are read. */
export async function askWhether(
  context: RunContext,
  scope: Scope,
  questions: readonly Question[],
): Promise<readonly Answered[]> {
  return askTarget(context, scope, questions, fieldsIn(questions));
}

export function fieldsIn(questions: readonly Question[]): readonly string[] {
  return [...new Set(questions.flatMap(({ by }) => Object.keys(by)))];
}
