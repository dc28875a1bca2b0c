import type { Question, Row, Wanted } from '../../connector.ts';
import { isPlaceholder } from '../../plan/change.ts';
import { questionClaims, rowClaim } from '../../plan/claims.ts';
import type { Claims } from '../../plan/claims.ts';
import { satisfies } from '../../plan/question.ts';
import { askTarget } from './ask.ts';
import type { FlowContext, Scope } from '../context.ts';
import { reach } from '../crash-points.ts';
import type { Answered } from './lockstep.ts';

/** A question that is left to ask, with what it goes by here. */
interface Open {
  readonly id: string;
  readonly question: Question;
}

/** What was written of a claim in this wave; writes go by their number. */
interface Touch {
  /** The last of these writes. */
  readonly write: number;
  /** All of them, with the keys of the rows they made; absent where one of them changed or removed a row. */
  readonly made?: readonly { readonly write: number; readonly key: string }[];
}

/** An answer serves later waves of its batch no longer than this; what is planned on it must be sent by 30 s (DL-4). */
const youngMs = 20_000;

interface Kept {
  readonly answer: Answered;
  /** Of the rows that answered, in their order, and behind them of the question itself. */
  readonly claims: readonly string[];
  /** When it was asked, on the monotonic clock. */
  readonly at: number;
  /** How many writes were made before it was asked: it knows of these and of none since. */
  readonly after: number;
}

/**
 * What the targets answered while one batch is delivered. A question is asked once, however many targets of the flow
 * put it; a row asked for by its key is taken from what was already read. What a write may have changed is asked again, and
 * by a later wave what is no longer young.
 */
export class Answers {
  readonly #context: FlowContext;
  readonly #byQuestion = new Map<string, Kept>();
  readonly #rows = new Map<string, Row>();
  /** By the place-holder of a row that is yet to be made: questions that name it. Nothing can answer them: they are not asked. */
  readonly #early = new Map<string, { readonly scope: Scope; readonly question: Question }[]>();
  /** Claims of what was written since the wave began. */
  readonly #touched = new Map<string, Touch>();
  /** When the question of a claim was last asked. */
  readonly #askedAt = new Map<string, number>();
  #writes = 0;

  constructor(context: FlowContext) {
    this.#context = context;
  }

  /** Forgets what the last wave wrote over and what is too old; gives the time of the oldest answer that is left. */
  startWave(): number {
    const now = this.#context.clock.monotonic();
    let oldest = now;
    for (const [id, { claims, at, after }] of this.#byQuestion) {
      if (now - at > youngMs || this.#isTouched(claims, after)) this.#byQuestion.delete(id);
      else oldest = Math.min(oldest, at);
    }
    this.#rows.clear();
    for (const { answer, claims } of this.#byQuestion.values()) {
      if (answer instanceof Error) continue;
      // The claims of its rows come first.
      answer.forEach((row, index) => this.#rows.set(claims[index] ?? '', row));
    }
    this.#early.clear();
    this.#touched.clear();
    return oldest;
  }

  /**
   * A row of this wave was written: later targets see it as it is now. `stoodFor`: the place-holder of one that was made
   * just now. No row of the target can name it yet, so what was asked by the place-holder is answered by none.
   */
  wrote(scope: Scope, key: string, row: Row, stoodFor: string | undefined): void {
    this.#rows.set(rowClaim(scope.id, key), row);
    for (const early of this.#early.get(stoodFor ?? '') ?? []) this.#answerByNothing(early, stoodFor, key);
  }

  /** Rows as the target has them just after it made them: who asks by their keys need not. */
  made(scope: Scope, rows: readonly Row[]): void {
    const at = this.#context.clock.monotonic();
    for (const row of rows) {
      this.#keep(scope, row);
      const key = String(row[scope.description.id]);
      const claims = [rowClaim(scope.id, key)];
      this.#byQuestion.set(questionId(scope, byKey(scope, key)), { answer: [row], claims, at, after: this.#writes });
    }
  }

  /** A row was changed or removed: what these claims stand for may not be as it was read. */
  touch(claims: readonly string[]): void {
    this.#writes += 1;
    for (const claim of claims) this.#touched.set(claim, { write: this.#writes });
  }

  /** A row was made that these claims speak of: what was read stays true, and lacks this row at most. */
  touchByNew(claims: readonly string[], key: string): void {
    this.#writes += 1;
    for (const claim of claims) {
      const { made } = this.#touched.get(claim) ?? { made: [] };
      this.#touched.set(claim, { write: this.#writes, ...(made && { made: [...made, { write: this.#writes, key }] }) });
    }
  }

  /** When the first of these claims was asked for, of those that were, on the monotonic clock. */
  firstAsked(claims: readonly string[]): number {
    return Math.min(...claims.map((claim) => this.#askedAt.get(claim) ?? Infinity));
  }

  /** How many writes were made; a plan made now knows of all of them. */
  get writes(): number {
    return this.#writes;
  }

  /** Whether a plan made after so many writes rests on, or changes, what was written since. */
  isOld({ restsOn, effects }: Claims, after: number): boolean {
    return this.#isTouched(restsOn, after) || this.#isTouched(effects, after);
  }

  #isTouched(claims: readonly string[], after: number): boolean {
    return this.#writes > after && claims.some((claim) => (this.#touched.get(claim)?.write ?? 0) > after);
  }

  async answer(scope: Scope, questions: readonly Question[]): Promise<readonly Answered[]> {
    const asked = questions.map((question) => this.#known(scope, question));
    const open = new Map<string, Question>();
    for (const item of asked) if (isOpen(item)) open.set(item.id, item.question);
    if (open.size > 0) await this.#joinNew(scope, open);
    if (open.size > 0) await this.#ask(scope, open);
    return asked.map((item) => (isOpen(item) ? (this.#byQuestion.get(item.id)?.answer ?? []) : item));
  }

  /** An answer that needs no call, the question that is left to ask, or nothing to ask at all. */
  #known(scope: Scope, question: Question): Answered | Open {
    const keys = question.by[scope.description.id];
    if (keys && 'anyOf' in keys && Object.keys(question.by).length === 1) {
      const rows = keys.anyOf.map((key) => this.#rows.get(rowClaim(scope.id, String(key))));
      if (rows.every((row) => row !== undefined)) return rows;
    }
    const by: Record<string, Wanted> = {};
    for (const [field, wanted] of Object.entries(question.by)) {
      if ('empty' in wanted) by[field] = wanted;
      else {
        const anyOf = wanted.anyOf.filter((value) => !isPlaceholder(value));
        if (anyOf.length === 0) {
          this.#noteEarly(scope, question, wanted.anyOf);
          return [];
        }
        by[field] = { anyOf };
      }
    }
    const id = questionId(scope, { by });
    return this.#kept(id) ?? { id, question: { by } };
  }

  /** What was answered before, unless something was written since that may change it. */
  #kept(id: string): Answered | undefined {
    const kept = this.#byQuestion.get(id);
    return kept && !this.#isTouched(kept.claims, kept.after) ? kept.answer : undefined;
  }

  #noteEarly(scope: Scope, question: Question, placeholders: readonly unknown[]): void {
    for (const placeholder of placeholders.map(String)) {
      this.#early.set(placeholder, [...(this.#early.get(placeholder) ?? []), { scope, question }]);
    }
  }

  #answerByNothing(early: { scope: Scope; question: Question }, stoodFor: string | undefined, key: string): void {
    const { scope } = early;
    const by = Object.entries(early.question.by).map(([field, wanted]): [string, Wanted] => [
      field,
      'empty' in wanted ? wanted : { anyOf: wanted.anyOf.map((value) => (value === stoodFor ? key : value)) },
    ]);
    const question = { by: Object.fromEntries(by) };
    const claims = questionClaims(scope.id, scope.fields, question);
    const at = this.#context.clock.monotonic();
    this.#byQuestion.set(questionId(scope, question), { answer: [], claims, at, after: this.#writes });
  }

  /**
   * An answer that lacks nothing but rows this wave has made is not asked for again: these are read by their keys and
   * joined to it. A search might not know them yet (DL-2).
   */
  async #joinNew(scope: Scope, open: Map<string, Question>): Promise<void> {
    if (scope.sink.comparesItself) return;
    const after = this.#writes;
    const joined = [...open].flatMap(([id, question]) => {
      const kept = this.#byQuestion.get(id);
      const keys = kept && this.#madeSince(kept);
      return kept && keys ? [{ id, question, kept, keys }] : [];
    });
    const keys = [...new Set(joined.flatMap((item) => item.keys))];
    if (keys.length === 0) return;
    const rows = await this.#readNew(scope, keys);
    for (const { id: asked, question, kept, keys: made } of joined) {
      const read = made.map((key) => rows.get(key)).filter((row) => row !== undefined);
      if (read.length < made.length || kept.answer instanceof Error) continue;
      const answer = [...kept.answer, ...read.filter((row) => satisfies(scope.fields, question, row))];
      this.#byQuestion.set(asked, { ...kept, answer, claims: [...rowClaims(scope, answer), ...kept.claims], after });
      open.delete(asked);
    }
  }

  /** New rows as the target has them by now, each read once. */
  async #readNew(scope: Scope, keys: readonly string[]): Promise<ReadonlyMap<string, Row>> {
    const asked = keys.map((key) => {
      const question = byKey(scope, key);
      return { key, question, id: questionId(scope, question) };
    });
    const unread = asked.filter(({ id }) => !this.#kept(id));
    if (unread.length > 0) await this.#ask(scope, new Map(unread.map(({ id, question }) => [id, question])));
    const rows = new Map<string, Row>();
    for (const { key, id } of asked) {
      const answer = this.#kept(id);
      const [row] = answer instanceof Error ? [] : (answer ?? []);
      if (row) rows.set(key, row);
    }
    return rows;
  }

  /** Keys of the rows made since it was answered; undefined: it has to be asked again. */
  #madeSince({ answer, claims, after }: Kept): readonly string[] | undefined {
    if (answer instanceof Error) return undefined;
    const touches = claims.flatMap((claim) => this.#touched.get(claim) ?? []).filter(({ write }) => write > after);
    if (touches.some(({ made }) => !made)) return undefined;
    const made = touches.flatMap((touch) => touch.made ?? []).filter(({ write }) => write > after);
    return [...new Set(made.map(({ key }) => key))];
  }

  async #ask(scope: Scope, open: ReadonlyMap<string, Question>): Promise<void> {
    const at = this.#context.clock.monotonic();
    const after = this.#writes;
    const questions = [...open.values()];
    const rows = [...(await this.#find(scope, questions))];
    reach('find-answered');
    const claims = questions.map((question) => questionClaims(scope.id, scope.fields, question));
    for (const claim of claims.flat()) this.#askedAt.set(claim, at);
    await this.#joinRecent(scope, questions, claims, rows);
    [...open.keys()].forEach((id, index) => {
      const answer = rows[index] ?? [];
      this.#byQuestion.set(id, { answer, claims: [...rowClaims(scope, answer), ...(claims[index] ?? [])], at, after });
    });
  }

  async #find(scope: Scope, questions: readonly Question[]): Promise<readonly Answered[]> {
    const answers = await askTarget(this.#context, scope, questions);
    for (const rows of answers) if (!(rows instanceof Error)) for (const row of rows) this.#keep(scope, row);
    return answers;
  }

  #keep(scope: Scope, row: Row): void {
    this.#rows.set(rowClaim(scope.id, String(row[scope.description.id])), row);
  }

  /** DL-2: rows this installation created lately answer too, re-read by key, though the vendor's index may lag. */
  async #joinRecent(
    scope: Scope,
    questions: readonly Question[],
    claims: readonly (readonly string[])[],
    answers: Answered[],
  ): Promise<void> {
    if (scope.sink.findsAtOnce) return;
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
      return [...new Set(late)].filter((key) => !held.has(key));
    });
    const keys = [...new Set(missing.flat())];
    if (keys.length === 0) return;
    const reread = await this.#find(
      scope,
      keys.map((key) => byKey(scope, key)),
    );
    const rows = new Map(reread.map((answer, index) => [keys[index], answer]));
    missing.forEach((wanted, index) => {
      const question = questions[index];
      const answered = answers[index];
      if (!question || !answered || answered instanceof Error) return;
      const late = wanted.map((key) => rows.get(key) ?? []);
      // DL-3: a row that may be there and could not be read makes the answer incomplete.
      const unread = late.find((found) => found instanceof Error);
      const satisfying = late.flatMap((found) => (found instanceof Error ? [] : found));
      answers[index] = unread ?? [...answered, ...satisfying.filter((row) => satisfies(scope.fields, question, row))];
    });
  }
}

function rowClaims(scope: Scope, answer: Answered): readonly string[] {
  return answer instanceof Error ? [] : answer.map((row) => rowClaim(scope.id, String(row[scope.description.id])));
}

function byKey(scope: Scope, key: string): Question {
  return { by: { [scope.description.id]: { anyOf: [key] } } };
}

function isOpen(item: Answered | Open): item is Open {
  return !Array.isArray(item) && !(item instanceof Error);
}

function questionId(scope: Scope, question: Question): string {
  const by = Object.entries(question.by).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${scope.id}?${JSON.stringify(by)}`;
}
