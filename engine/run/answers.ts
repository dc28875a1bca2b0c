import type { Answer, FoundRow, Question, Row, Wanted } from '../connector.ts';
import { isPlaceholder } from '../plan/change.ts';
import { questionClaims } from '../plan/claims.ts';
import { asRow, satisfies } from '../plan/question.ts';
import { attempt } from './attempt.ts';
import type { FlowContext, Scope } from './context.ts';
import { reach } from './crash-points.ts';
import { runErrors } from './errors.ts';
import type { Answered } from './lockstep.ts';

/**
 * What the targets answered during one wave. A question is asked once, however many targets of the flow put it; a row
 * asked for by its key is taken from what was already read.
 */
export class Answers {
  readonly #context: FlowContext;
  readonly #byQuestion = new Map<string, Answered>();
  readonly #rows = new Map<string, Row>();
  /** Rows made in this wave: their keys are known but were never asked for. */
  readonly #created = new Set<string>();

  constructor(context: FlowContext) {
    this.#context = context;
  }

  /** A row of this wave was written: later targets see it as it is now. */
  remember(scope: Scope, key: string, row: Row, created: boolean): void {
    this.#rows.set(rowId(scope, key), row);
    if (created) this.#created.add(key);
  }

  async answer(scope: Scope, questions: readonly Question[]): Promise<readonly Answered[]> {
    const asked = questions.map((question) => this.#known(scope, question) ?? question);
    const open = new Map<string, Question>();
    for (const item of asked) if (isQuestion(item)) open.set(questionId(scope, item), item);
    if (open.size > 0) await this.#ask(scope, open);
    return asked.map((item) => (isQuestion(item) ? (this.#byQuestion.get(questionId(scope, item)) ?? []) : item));
  }

  /** An answer that needs no call, the question that is left to ask, or nothing to ask at all. */
  #known(scope: Scope, question: Question): Answered | Question {
    const byKey = question.by[scope.description.id];
    if (byKey && 'anyOf' in byKey && Object.keys(question.by).length === 1) {
      const rows = byKey.anyOf.map((key) => this.#rows.get(rowId(scope, String(key))));
      if (rows.every((row) => row !== undefined)) return rows.filter((row) => row !== undefined);
    }
    const by: Record<string, Wanted> = {};
    for (const [field, wanted] of Object.entries(question.by)) {
      if ('empty' in wanted) by[field] = wanted;
      else {
        const anyOf = wanted.anyOf.filter((value) => !isPlaceholder(value) && !this.#created.has(String(value)));
        if (anyOf.length === 0) return [];
        by[field] = { anyOf };
      }
    }
    return this.#byQuestion.get(questionId(scope, { by })) ?? { by };
  }

  async #ask(scope: Scope, open: ReadonlyMap<string, Question>): Promise<void> {
    const questions = [...open.values()];
    const answers = await this.#find(scope, questions);
    reach('find-answered');
    const rows = answers.map((answer, index) => this.#checked(scope, questions[index], answer));
    await this.#joinRecent(scope, questions, rows);
    [...open.keys()].forEach((id, index) => this.#byQuestion.set(id, rows[index] ?? []));
  }

  async #find(scope: Scope, questions: readonly Question[]): Promise<readonly Answer[]> {
    const { entity } = scope.description;
    const { signal } = this.#context;
    return attempt(this.#context, scope.connection.name, () =>
      scope.sink.find(entity, questions, scope.select, signal),
    );
  }

  /** DL-3: a row that does not satisfy its question means that the filter was not honoured; nothing may rest on it. */
  #checked(scope: Scope, question: Question | undefined, answer: Answer): Answered {
    if (!answer.ok) return answer.error;
    return answer.rows.map((found) => {
      const row = this.#keep(scope, found);
      if (!question || satisfies(scope.fields, question, row)) return row;
      throw runErrors.filter_ignored.error({
        entity: scope.description.entity,
        connection: scope.connection.name,
        fields: Object.keys(question.by).join(', '),
        row: found.key,
      });
    });
  }

  #keep(scope: Scope, found: FoundRow): Row {
    const row = asRow(scope.description, found);
    this.#rows.set(rowId(scope, found.key), row);
    return row;
  }

  /** DL-2: rows this installation created lately answer too, re-read by key, though the vendor's index may lag. */
  async #joinRecent(scope: Scope, questions: readonly Question[], answers: Answered[]): Promise<void> {
    const claims = questions.map((question) => questionClaims(scope.id, scope.fields, question));
    const recent = await this.#context.book.recent(scope.connection.identity, scope.description.entity, claims.flat());
    if (recent.length === 0) return;
    const byClaim = new Map<string, string[]>();
    for (const { row, claims: answered } of recent) {
      for (const claim of answered) byClaim.set(claim, [...(byClaim.get(claim) ?? []), row]);
    }
    const missing = claims.map((wanted, index) => {
      const late = wanted.flatMap((claim) => byClaim.get(claim) ?? []);
      if (late.length === 0) return [];
      const rows = answers[index];
      const held = new Set(Array.isArray(rows) ? rows.map((row: Row) => String(row[scope.description.id])) : []);
      return late.filter((key) => !held.has(key));
    });
    const keys = [...new Set(missing.flat())];
    if (keys.length === 0) return;
    const reread = await this.#find(
      scope,
      keys.map((key) => ({ by: { [scope.description.id]: { anyOf: [key] } } })),
    );
    const rows = new Map<string, Row>();
    for (const answer of reread)
      if (answer.ok) for (const found of answer.rows) rows.set(found.key, this.#keep(scope, found));
    missing.forEach((wanted, index) => {
      const question = questions[index];
      const answered = answers[index];
      if (!question || !answered || answered instanceof Error) return;
      const late = wanted
        .map((key) => rows.get(key))
        .filter((row) => row !== undefined && satisfies(scope.fields, question, row))
        .filter((row) => row !== undefined);
      answers[index] = [...answered, ...late];
    });
  }
}

function isQuestion(item: Answered | Question): item is Question {
  return !Array.isArray(item) && !(item instanceof Error);
}

function rowId(scope: Scope, key: string): string {
  return `${scope.id}#${key}`;
}

function questionId(scope: Scope, question: Question): string {
  const by = Object.entries(question.by).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${scope.id}?${JSON.stringify(by)}`;
}
