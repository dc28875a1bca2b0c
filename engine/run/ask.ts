import type { Answer, Question } from '../connector.ts';
import { asRow, satisfies } from '../plan/question.ts';
import { attemptAnswers } from './attempt.ts';
import type { RunContext, Scope } from './context.ts';
import { runErrors } from './errors.ts';
import type { Answered } from './lockstep.ts';

/** Puts questions to a target; `more` are fields to read beside those the flow needs. What comes back is checked (DL-3). */
export async function askTarget(
  context: RunContext,
  scope: Scope,
  questions: readonly Question[],
  more: readonly string[] = [],
): Promise<readonly Answered[]> {
  const { entity } = scope.description;
  const fields = [...new Set([...scope.select, ...more])];
  const answers = await attemptAnswers(context, scope.connection.name, questions, (left) =>
    scope.sink.find(entity, left, fields, context.signal),
  );
  return answers.map((answer, index) => checked(scope, questions[index], answer));
}

/** DL-3: a row that does not satisfy its question means that the filter was not honoured; nothing may rest on it. */
function checked(scope: Scope, question: Question | undefined, answer: Answer): Answered {
  if (!answer.ok) return answer.error;
  return answer.rows.map((found) => {
    const row = asRow(scope.description, found);
    if (!question || satisfies(scope.fields, question, row)) return row;
    throw runErrors.filter_ignored.error({
      entity: scope.description.entity,
      connection: scope.connection.name,
      fields: Object.keys(question.by).join(', '),
      row: found.key,
    });
  });
}
