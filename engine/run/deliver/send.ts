import { randomUUID } from 'node:crypto';
import type { Answer, AtomicWrites, Outcome, Question, Row, Write } from '../../connector.ts';
import { toPipeError } from '../../errors.ts';
import { placeholder } from '../../plan/change.ts';
import type { Change } from '../../plan/change.ts';
import type { Intent } from '../../state/ports.ts';
import type { CompiledTarget } from '../../transform/compiled.ts';
import type { Answers } from '../ask/answers.ts';
import { checked } from '../ask/ask.ts';
import { attempt, attemptWrites, waitOut } from '../attempt.ts';
import { askedAlong, fieldsAlong, isWhole } from './asked-along.ts';
import { beginCreates } from './begin-creates.ts';
import { claimCreates } from './claim-creates.ts';
import type { FlowContext, Scope } from '../context.ts';
import { reach } from '../crash-points.ts';
import { commitOnce, markOf, takeOverOne } from '../load/fence.ts';
import { freshMs } from '../../state/machine-ports.ts';
import type { Execution } from './execute-wave.ts';
import { withoutQuotes } from './quoted.ts';
import { keepReceipts } from './receipts.ts';
import { noteOutcome } from './note-outcome.ts';
import { markSettling } from '../doubt/settling.ts';
import { tagOf } from './tag.ts';

/** One write of one record. */
export interface Step {
  readonly execution: Execution;
  readonly change: Change;
  readonly write: Write;
}

/** A target of a wave being written. */
export interface Sending {
  readonly context: FlowContext;
  readonly target: CompiledTarget;
  readonly scope: Scope;
  readonly answers: Answers;
  /** What is asked by records that have their turn after this. */
  readonly awaited?: ReadonlySet<string>;
}

/** A write that was sent, with what came back. */
export interface Sent {
  readonly step: Step;
  readonly intent: Intent;
  readonly outcome: Outcome;
}

const shortPauseMs = 1_000;

/**
 * Sends writes a request's worth at a time, as many requests side by side as the sink takes: intents durable first,
 * receipts after (DL-9, DL-10). Writes to one row keep their order and are never in flight together. Where a request
 * fails for good, or a stop is asked for, nothing new begins, and those in flight end and keep their receipts.
 */
export async function sendSteps(sending: Sending, steps: readonly Step[]): Promise<void> {
  const { context, scope } = sending;
  const failures: unknown[] = [];
  const flying = new Map<Promise<void>, ReadonlySet<string>>();
  let left = await beginCreates(sending, steps, (first, question) => sendFresh(sending, first, question));
  while (left.length > 0 && failures.length === 0 && !context.signal.aborted) {
    const size = Math.max(1, scope.sink.writesPerRequest);
    const rows = rowsOf(left.slice(0, size));
    if (flying.size >= scope.sink.requestsInFlight || [...flying.values()].some((others) => meets(rows, others))) {
      await Promise.race(flying.keys());
      continue;
    }
    const chunk = await claimCreates(
      sending,
      left.slice(0, size).filter((step) => isFresh(context, step)),
    );
    left = left.slice(size);
    if (chunk.length === 0) continue;
    const request: Promise<void> = sendChunk(sending, chunk, askedAlong(sending, chunk))
      .then(() => undefined)
      .catch((thrown: unknown) => void failures.push(thrown))
      .finally(() => flying.delete(request));
    flying.set(request, rows);
  }
  await Promise.all(flying.keys());
  if (failures.length > 0) throw failures[0];
  if (left.length > 0) context.signal.throwIfAborted();
  // Who is told to stop ends here as anywhere else.
  if (steps.some(({ execution }) => execution.meetsOther))
    await context.clock.sleep(shortPauseMs, context.signal).catch(() => undefined);
}

function rowsOf(steps: readonly Step[]): ReadonlySet<string> {
  return new Set(steps.flatMap(({ write }) => ('key' in write ? [write.key] : [])));
}

function meets(rows: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  return [...rows].some((row) => others.has(row));
}

/** Sends one write alone; gives what answered the question in the same request, where the target takes both together. */
async function sendFresh(
  sending: Sending,
  step: Step,
  question: Question | undefined,
): Promise<readonly Row[] | undefined> {
  if (!isFresh(sending.context, step)) return undefined;
  const [free] = await claimCreates(sending, [step]);
  return free && sendChunk(sending, [free], question);
}

/** Whether its plan is young enough to be sent, now or in so many milliseconds; where it is not, the record is stale from here on. */
function isFresh(context: FlowContext, { execution }: Step, inMs = 0): boolean {
  if (context.clock.monotonic() + inMs - execution.askedAt > freshMs) execution.stale = true;
  return !execution.stale;
}

/** Until when, on the wall clock, all of these plans are fresh. */
function freshUntil(context: FlowContext, steps: readonly Step[]): number {
  const oldest = Math.min(...steps.map(({ execution }) => execution.askedAt));
  return context.clock.now() + freshMs - (context.clock.monotonic() - oldest);
}

/**
 * One request: journal, send, receipts, and what they mean for the records. `question`: what rows made here have to
 * answer, to be asked along; gives the rows that did, where the target takes both together.
 */
async function sendChunk(
  sending: Sending,
  steps: readonly Step[],
  question?: Question,
): Promise<readonly Row[] | undefined> {
  const { context, scope } = sending;
  const intents = steps.map((step) => intentOf(sending, step));
  reach('intents-before-fsync');
  await context.state.saveIntents(intents);
  reach('intents-durable');
  if (context.applying) reach('apply-n');
  const { outcomes, answer } = await sendWrites(sending, steps, intents, question);
  reach('answer-received');
  const sent = steps.flatMap((step, index): Sent[] => {
    const [intent, outcome] = [intents[index], outcomes[index]];
    return intent && outcome ? [{ step, intent, outcome: withoutQuotes(outcome, intent.write, scope.fields) }] : [];
  });
  await keepReceipts(sending, sent);
  const lost = sent.filter(({ outcome }) => !outcome.ok && outcome.applied === 'unknown');
  await markSettling(
    context,
    lost.map(({ intent }) => intent),
  );
  for (const one of sent) noteOutcome(sending, one);
  const found = question && answer && checked(scope, question, answer);
  // Without an answer nothing is lost: who needs the rows asks for them.
  const rows = found instanceof Error ? undefined : found;
  if (rows) noteMade(sending, sent, rows);
  stopOnEnvironment(sent);
  await waitForStale(sending, sent);
  return rows;
}

/** Sends until each write is done, refused for good, or in doubt; `answer`: what was found along with the last of them. */
async function sendWrites(
  sending: Sending,
  steps: readonly Step[],
  intents: readonly Intent[],
  question: Question | undefined,
): Promise<{ readonly outcomes: readonly Outcome[]; readonly answer: Answer | undefined }> {
  const { context, scope } = sending;
  const { sink } = scope;
  let answer: Answer | undefined;
  const send = async (writes: readonly Write[]): Promise<readonly Outcome[]> => {
    context.lease.verify();
    if (sink.atomic) return commitWrites(sending, sink.atomic, steps, writes);
    const until = freshUntil(context, steps);
    if (!question || !sink.writeAndFind) return sink.write(writes, context.signal, until);
    const both = await sink.writeAndFind(writes, question, fieldsAlong(scope), context.signal, until);
    ({ answer } = both);
    return both.outcomes;
  };
  const staysFresh = (index: number, inMs: number): boolean => {
    const step = steps[index];
    return step !== undefined && isFresh(context, step, inMs);
  };
  const writes = intents.map((intent) => intent.write);
  const outcomes = await attemptWrites(context, scope.connection.name, writes, send, staysFresh);
  return { outcomes, answer };
}

/** Keeps what was read along of the rows this request made. Other rows that answered may be changing in a request beside it. */
function noteMade({ scope, answers }: Sending, sent: readonly Sent[], found: readonly Row[]): void {
  if (!isWhole(scope)) return;
  const keys = sent.flatMap(({ step, outcome }) =>
    outcome.ok && step.write.operation === 'create' ? [outcome.key] : [],
  );
  const made = new Set(keys);
  answers.made(
    scope,
    found.filter((row) => made.has(String(row[scope.description.id]))),
  );
}

/**
 * Where a target commits in transactions and an answer was lost, taking over again ends the one it belongs to: then what
 * became of the writes can be read off the target, so they are planned anew instead of being in doubt (DL-23).
 */
async function commitWrites(
  { context, scope, target, answers }: Sending,
  atomic: AtomicWrites,
  steps: readonly Step[],
  writes: readonly Write[],
): Promise<readonly Outcome[]> {
  const { name } = target.target;
  const sequence = context.fences.get(name)?.sequence ?? 0;
  try {
    return (await commitOnce(context, atomic, name, { sequence, writes })).outcomes;
  } catch (thrown) {
    if (!toPipeError(thrown).retry || context.signal.aborted) throw thrown;
    await attempt(context, scope.connection.name, () => takeOverOne(context, atomic, markOf(context, name)));
    for (const { execution, change } of steps) {
      answers.touch(execution.effectsOf.get(change) ?? []);
      execution.stale = true;
    }
    throw thrown;
  }
}

/** What was held up for longer than its plan is fresh is planned again, but not before it may pass. */
async function waitForStale({ context, scope }: Sending, sent: readonly Sent[]): Promise<void> {
  const held = sent.flatMap(({ step, outcome }) =>
    !outcome.ok && outcome.applied === 'no' && step.execution.stale ? [outcome.error] : [],
  );
  const [longest] = held.sort((a, b) => (b.retryAfterMs ?? 0) - (a.retryAfterMs ?? 0));
  if (longest?.retry) await waitOut(context, scope.connection.name, longest, longest.retryAfterMs ?? shortPauseMs);
}

/**
 * What later targets of the record are going to touch: it is held as long as this write is in doubt. A lead that the
 * record is to convert must not become another's while its deal is in doubt (DL-13).
 */
function laterEffects({ context, target }: Sending, execution: Execution): Pick<Intent, 'holds'> {
  const { plans, effectsOf, written, record } = execution;
  const { targets } = context.flow;
  const later = targets.slice(targets.indexOf(target) + 1).map(({ target: { name } }) => plans.get(name));
  const effects = later.flatMap((plan) => (plan?.changes ?? []).flatMap((change) => effectsOf.get(change) ?? []));
  // They were planned when rows of earlier targets were yet to be made.
  const made = written.map(({ target: name, row }) => ({ stoodFor: placeholder(name, record.key), row }));
  const holds = effects.map((effect) =>
    made.reduce((text, { stoodFor, row }) => text.replaceAll(stoodFor, row), effect),
  );
  return holds.length > 0 ? { holds } : {};
}

/** By what a create that gets no answer is found again, and what it leaves to be done (DL-12, DL-15). */
function madeAs(
  { context, target, scope }: Sending,
  { write, execution, change }: Step,
): Pick<Intent, 'tag' | 'highWater' | 'owes'> {
  const tag = tagOf(context, target, execution.record.key);
  const isMarked = tag && write.operation === 'create' && write.values[tag.field] === tag.value;
  const highWater = context.creates.get(scope.id)?.highWater;
  const owes = change.operation === 'create' ? change.lists.map(({ list }) => list) : [];
  return {
    ...(isMarked && { tag: tag.value }),
    ...(highWater !== undefined && { highWater }),
    ...(owes.length > 0 && { owes }),
  };
}

/** The time first, so that the journal's index grows at its end and not all over. */
function intentId(at: number): string {
  return `${at.toString(36)}-${randomUUID()}`;
}

function intentOf(sending: Sending, step: Step): Intent {
  const { context, target } = sending;
  const { execution, change } = step;
  const { name, connection } = target.target;
  const at = context.clock.now();
  return {
    id: intentId(at),
    run: context.run,
    epoch: context.epoch,
    flow: context.flow.flow.name,
    key: execution.record.key,
    target: name,
    connection,
    claims: execution.effectsOf.get(change) ?? [],
    ...laterEffects(sending, execution),
    source: execution.record.source,
    at,
    write: step.write,
    ...('before' in change && { before: change.before }),
    ...(execution.absent && { absent: true }),
    ...(step.write.operation === 'create' && madeAs(sending, step)),
    ...stepOfPlan(context, execution.record.key, name, step.write),
  };
}

function stepOfPlan({ applying, flow }: FlowContext, key: string, target: string, write: Write): Pick<Intent, 'plan'> {
  if (!applying) return {};
  const n = applying.stepOf(flow.flow.name, key, target, write);
  if (n === undefined) throw new Error(`a write of ${target} is no step of the plan`);
  return { plan: { id: applying.plan, n } };
}

/**
 * DL-18: a system that cannot be reached, or refuses us, stops the run instead of filling the queue. What is too old to
 * be sent again has its turn in the next wave.
 */
function stopOnEnvironment(sent: readonly Sent[]): void {
  for (const { step, outcome } of sent) {
    const ours = !outcome.ok && outcome.applied === 'no' && outcome.error.kind !== 'data';
    if (ours && !step.execution.stale) throw outcome.error;
  }
}
