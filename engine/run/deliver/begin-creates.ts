import type { Answer, Question } from '../../connector.ts';
import { presentValues } from '../../plan/fields.ts';
import { satisfies } from '../../plan/question.ts';
import { askTarget, askWhether, checked } from '../ask/ask.ts';
import type { Answered } from '../ask/lockstep.ts';
import { attempt } from '../attempt.ts';
import type { CreatesBegun, RunContext, Scope } from '../context.ts';
import { runErrors } from '../errors.ts';
import type { Sending, Step } from './send.ts';
import { tagOf } from './tag.ts';

/** How long a new row may take to be found: an index may lag behind the table. */
const pausesMs = [0, 1_000, 2_000, 4_000, 8_000, 15_000];

/**
 * DL-3: before a run creates rows of an entity the highest key is noted, and its first create goes alone: only when that
 * row is found by its own question do the others follow. A filter that has come to be passed over in silence, or a field
 * that does not keep what it is given, would else double every row. Gives the steps that are left to send.
 */
export async function beginCreates(
  sending: Sending,
  steps: readonly Step[],
  sendAlone: (first: Step, question: Question | undefined) => Promise<Answer | undefined>,
): Promise<readonly Step[]> {
  if (!sending.scope.sink.highWater) return steps;
  let left = steps;
  while (!sending.context.signal.aborted) {
    const first = left.find(({ write }) => write.operation === 'create');
    if (!first) break;
    const begun = await begin(sending.context, sending.scope);
    if (begun.proven) break;
    const question = ownQuestion(sending, first);
    const answer = await sendAlone(first, question);
    begun.proven = await isFound(sending, first, question, answer).catch((thrown: unknown) => {
      // Who is told to stop asks no more; what was sent is told and kept.
      if (sending.context.signal.aborted) return false;
      throw thrown;
    });
    left = left.filter((step) => step !== first);
  }
  return left;
}

async function begin(context: RunContext, scope: Scope): Promise<CreatesBegun> {
  const known = context.creates.get(scope.id);
  if (known) return known;
  const { sink, connection, description } = scope;
  const highWater = await attempt(context, connection.name, async () =>
    sink.highWater?.(description.entity, context.signal),
  );
  const begun = { ...(highWater !== undefined && { highWater }), proven: false };
  context.creates.set(scope.id, begun);
  return begun;
}

/** False: it was not created, so that the next one is the first. `answer`: what came with the create itself. */
async function isFound(
  sending: Sending,
  step: Step,
  question: Question | undefined,
  answer: Answer | undefined,
): Promise<boolean> {
  const { context, target, scope } = sending;
  const { name } = target.target;
  const made = step.execution.written.find((row) => row.target === name && row.operation === 'created');
  if (!made) return false;
  if (!question) return true;
  const isMade = (found: Answered | undefined): boolean =>
    found !== undefined && !(found instanceof Error) && found.some((one) => one[scope.description.id] === made.row);
  if (answer && isMade(checked(scope, question, answer))) return true;
  for (const pauseMs of pausesMs) {
    if (pauseMs > 0) await context.clock.sleep(pauseMs, context.signal);
    const [found] = await askWhether(context, scope, [question]);
    if (found instanceof Error) throw found;
    if (isMade(found)) return true;
  }
  throw await reasonFor(sending, question, made.row);
}

/** What the row must be found by: a rung it was asked for by, or else our mark. */
function ownQuestion({ context, target, scope }: Sending, { execution, write }: Step): Question | undefined {
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

/** The row as it is there tells whether the field or the search is at fault. */
async function reasonFor({ context, scope }: Sending, question: Question, key: string): Promise<Error> {
  const { id, entity } = scope.description;
  const [rows] = await askTarget(context, scope, [{ by: { [id]: { anyOf: [key] } } }], Object.keys(question.by));
  if (rows instanceof Error) return rows;
  const [row] = rows ?? [];
  const lost = Object.keys(question.by).filter(
    (field) => row && !satisfies(scope.fields, { by: { [field]: question.by[field] ?? { empty: true } } }, row),
  );
  const facts = { entity, connection: scope.connection.name, row: key };
  return lost.length > 0
    ? runErrors.value_not_kept.error({ ...facts, fields: lost.join(', ') })
    : runErrors.create_not_found.error({ ...facts, fields: Object.keys(question.by).join(', ') });
}
