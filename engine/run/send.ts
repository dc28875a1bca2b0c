import { createHash, randomUUID } from 'node:crypto';
import type { Outcome, Write } from '../connector.ts';
import type { Change } from '../plan/change.ts';
import type { Intent } from '../state/ports.ts';
import type { CompiledTarget } from '../transform/compiled.ts';
import type { Answers } from './answers.ts';
import { attemptWrites } from './attempt.ts';
import type { FlowContext, Scope } from './context.ts';
import { reach } from './crash-points.ts';
import type { Execution } from './execute-wave.ts';
import { keepReceipts } from './receipts.ts';
import { settle } from './settle.ts';

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
}

/** A write that was sent, with what came back. */
export interface Sent {
  readonly step: Step;
  readonly intent: Intent;
  readonly outcome: Outcome;
}

/** A plan older than this is not sent: the row is read again first (DL-4). */
const freshMs = 30_000;

/** Sends writes in order, a request's worth at a time: intents durable first, receipts after (DL-9, DL-10). */
export async function sendSteps(sending: Sending, steps: readonly Step[]): Promise<void> {
  const { context, scope } = sending;
  let left = steps;
  while (left.length > 0) {
    context.signal.throwIfAborted();
    const size = scope.sink.writesPerRequest;
    const chunk = left.slice(0, size).filter((step) => isFresh(context, step));
    left = left.slice(size);
    if (chunk.length > 0) await sendChunk(sending, chunk);
  }
}

function isFresh(context: FlowContext, { execution }: Step): boolean {
  if (context.clock.monotonic() - execution.askedAt > freshMs) execution.stale = true;
  return !execution.stale;
}

async function sendChunk(sending: Sending, steps: readonly Step[]): Promise<void> {
  const { context, scope } = sending;
  const intents = steps.map((step) => intentOf(sending, step));
  reach('intents-before-fsync');
  await context.state.saveIntents(intents);
  reach('intents-durable');
  const outcomes = await attemptWrites(
    context,
    scope.connection.name,
    intents.map((intent) => intent.write),
    (writes) => {
      context.lease.verify();
      return scope.sink.write(writes, context.signal);
    },
    (index) => steps.slice(index, index + 1).every((step) => isFresh(context, step)),
  );
  reach('answer-received');
  const sent = steps.flatMap((step, index): Sent[] => {
    const [intent, outcome] = [intents[index], outcomes[index]];
    return intent && outcome ? [{ step, intent, outcome }] : [];
  });
  await keepReceipts(sending, sent);
  for (const one of sent) settle(sending, one);
  stopOnEnvironment(sent);
}

function intentOf(sending: Sending, step: Step): Intent {
  const { context, target } = sending;
  const { execution, change } = step;
  const { name, connection } = target.target;
  return {
    id: randomUUID(),
    run: context.run,
    epoch: context.epoch,
    flow: context.flow.flow.name,
    key: execution.record.key,
    target: name,
    connection,
    claims: execution.effectsOf.get(change) ?? [],
    source: execution.record.source,
    at: context.clock.now(),
    ...('before' in change && { before: change.before }),
    ...(execution.absent && { absent: true }),
    ...tagWrite(sending, step),
  };
}

/** The engine's own mark on what it creates, where the vendor has room and the mapping leaves it free (DL-12). */
function tagWrite({ context, target, scope }: Sending, { write, execution }: Step): Pick<Intent, 'write' | 'tag'> {
  const { tag: room } = scope.description;
  if (!room || write.operation !== 'create') return { write };
  const mapped = new Set([...(target.fields ?? []).map(({ mapping }) => mapping.field), ...Object.keys(write.values)]);
  if (mapped.has(room.origin) || mapped.has(room.key)) return { write };
  const tag = createHash('sha256')
    .update(`${context.compiled.pipeline.name}\u0000${target.target.name}\u0000${execution.record.key}`)
    .digest('hex')
    .slice(0, 32);
  return { tag, write: { ...write, values: { ...write.values, [room.origin]: 'pipe', [room.key]: tag } } };
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
