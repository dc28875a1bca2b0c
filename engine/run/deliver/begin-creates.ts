import type { Question, Row } from '../../connector.ts';
import { satisfies } from '../../plan/question.ts';
import { askTarget, askWhether } from '../ask/ask.ts';
import type { Answered } from '../ask/lockstep.ts';
import { attempt } from '../attempt.ts';
import type { CreatesBegun, RunContext, Scope } from '../context.ts';
import { runErrors } from '../errors.ts';
import { ownQuestion } from './asked-along.ts';
import type { Sending, Step } from './send.ts';

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
  sendAlone: (first: Step, question: Question | undefined) => Promise<readonly Row[] | undefined>,
): Promise<readonly Step[]> {
  if (!sending.scope.sink.highWater) return steps;
  let left = steps;
  while (!sending.context.signal.aborted) {
    const first = left.find(({ write }) => write.operation === 'create');
    if (!first) break;
    const begun = await begin(sending.context, sending.scope);
    if (begun.proven) break;
    const question = ownQuestion(sending, first);
    const rows = await sendAlone(first, question);
    begun.proven = await isFound(sending, first, question, rows).catch((thrown: unknown) => {
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

/** False: it was not created, so that the next one is the first. `along`: what came with the create itself. */
async function isFound(
  sending: Sending,
  step: Step,
  question: Question | undefined,
  along: readonly Row[] | undefined,
): Promise<boolean> {
  const { context, target, scope } = sending;
  const { name } = target.target;
  const made = step.execution.written.find((row) => row.target === name && row.operation === 'created');
  if (!made) return false;
  if (!question) return true;
  const isMade = (found: Answered | undefined): boolean =>
    found !== undefined && !(found instanceof Error) && found.some((one) => one[scope.description.id] === made.row);
  if (isMade(along)) return true;
  for (const pauseMs of pausesMs) {
    if (pauseMs > 0) await context.clock.sleep(pauseMs, context.signal);
    const [found] = await askWhether(context, scope, [question]);
    if (found instanceof Error) throw found;
    if (isMade(found)) return true;
  }
  throw await reasonFor(sending, question, made.row);
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
