import { createHash, randomUUID } from 'node:crypto';
import type { Outcome, Row, Value, Write } from '../connector.ts';
import type { PipeError } from '../errors.ts';
import { placeholder } from '../plan/change.ts';
import type { Change } from '../plan/change.ts';
import { effectClaims, rowClaim } from '../plan/claims.ts';
import { presentValues, rowAfter } from '../plan/fields.ts';
import type { Intent, Link, Receipt, RecentRow } from '../state/ports.ts';
import type { CompiledTarget } from '../transform/compiled.ts';
import type { Answers } from './answers.ts';
import { attemptWrites } from './attempt.ts';
import type { FlowContext, Scope } from './context.ts';
import { reach } from './crash-points.ts';
import { runErrors } from './errors.ts';
import type { Execution } from './execute-wave.ts';
import { effectsOf } from './plan-batch.ts';

/** One write of one record. */
export interface Step {
  readonly execution: Execution;
  readonly change: Change;
  readonly write: Write;
}

/** A plan older than this is not sent: the row is read again first (DL-4). */
const freshMs = 30_000;

/** Sends writes in order, a request's worth at a time: intents durable first, receipts after (DL-9, DL-10). */
export async function sendSteps(
  context: FlowContext,
  target: CompiledTarget,
  steps: readonly Step[],
  answers: Answers,
): Promise<void> {
  const scope = context.scopes.of(target.target.name);
  let left = steps;
  while (left.length > 0) {
    context.signal.throwIfAborted();
    const size = scope.sink.writesPerRequest;
    const chunk = left.slice(0, size).filter((step) => isFresh(context, step));
    left = left.slice(size);
    if (chunk.length > 0) await sendChunk(context, target, scope, chunk, answers);
  }
}

function isFresh(context: FlowContext, step: Step): boolean {
  const { execution } = step;
  if (context.clock.monotonic() - execution.askedAt > freshMs) execution.stale = true;
  return !execution.stale;
}

async function sendChunk(
  context: FlowContext,
  target: CompiledTarget,
  scope: Scope,
  steps: readonly Step[],
  answers: Answers,
): Promise<void> {
  const tagged = steps.map((step) => ({ ...step, ...tagWrite(context, target, scope, step) }));
  const intents = tagged.map((step) => intentOf(context, target, step, step.tag));
  reach('intents-before-fsync');
  await context.state.saveIntents(intents);
  reach('intents-durable');
  const outcomes = await attemptWrites(
    context,
    scope.connection.name,
    tagged.map((step) => step.write),
    (writes) => {
      context.lease.verify();
      return scope.sink.write(writes, context.signal);
    },
    (index) => tagged.slice(index, index + 1).every((step) => isFresh(context, step)),
  );
  reach('answer-received');
  await keepReceipts(context, target, scope, tagged, intents, outcomes);
  tagged.forEach((step, index) => settle(context, target, scope, step, intents[index], outcomes[index], answers));
  stopOnEnvironment(outcomes.filter((_, index) => tagged[index]?.execution.stale !== true));
}

interface TaggedStep extends Step {
  readonly tag?: string;
}

/** The engine's own mark on what it creates, where the vendor has room and the mapping leaves it free (DL-12). */
function tagWrite(
  context: FlowContext,
  target: CompiledTarget,
  scope: Scope,
  step: Step,
): Pick<TaggedStep, 'write' | 'tag'> {
  const { tag } = scope.description;
  if (!tag || step.write.operation !== 'create') return { write: step.write };
  const mapped = new Set([
    ...(target.fields ?? []).map((field) => field.mapping.field),
    ...Object.keys(step.write.values),
  ]);
  if (mapped.has(tag.origin) || mapped.has(tag.key)) return { write: step.write };
  const mark = createHash('sha256')
    .update(`${context.compiled.pipeline.name}\u0000${target.target.name}\u0000${step.execution.record.key}`)
    .digest('hex')
    .slice(0, 32);
  return {
    tag: mark,
    write: { ...step.write, values: { ...step.write.values, [tag.origin]: 'pipe', [tag.key]: mark } },
  };
}

function intentOf(context: FlowContext, target: CompiledTarget, step: Step, tag: string | undefined): Intent {
  const { execution, change, write } = step;
  return {
    id: randomUUID(),
    run: context.run,
    epoch: context.epoch,
    flow: context.flow.flow.name,
    key: execution.record.key,
    target: target.target.name,
    connection: target.target.connection,
    write,
    claims: effectsOf(context.scopes.of(target.target.name), change, execution.questions.get(target.target.name) ?? []),
    source: execution.record.source,
    at: context.clock.now(),
    ...(change.operation === 'update' && { before: change.before }),
    ...(tag !== undefined && { tag }),
  };
}

async function keepReceipts(
  context: FlowContext,
  target: CompiledTarget,
  scope: Scope,
  steps: readonly TaggedStep[],
  intents: readonly Intent[],
  outcomes: readonly Outcome[],
): Promise<void> {
  const at = context.clock.now();
  const receipts: Receipt[] = [];
  const links: Link[] = [];
  const recent: RecentRow[] = [];
  steps.forEach((step, index) => {
    const intent = intents[index];
    const outcome = outcomes[index];
    if (!intent || !outcome) return;
    receipts.push(receiptOf(intent, outcome, at));
    if (!outcome.ok || step.write.operation === 'rows') return;
    links.push(linkOf(context, target, step, outcome.key, at));
    const created = step.write.operation === 'create' ? recentRow(scope, step, outcome.key, at) : undefined;
    if (created) recent.push(created);
  });
  reach('receipts-before-commit');
  await context.book.saveRecent(recent);
  const flow = context.flow.flow.name;
  await context.state.commit({
    run: context.run,
    epoch: context.epoch,
    flow,
    at,
    receipts,
    links,
    delivered: [],
    queued: [],
  });
  reach('receipts-after-commit');
}

function receiptOf(intent: Intent, outcome: Outcome, at: number): Receipt {
  if (outcome.ok) return { intent: intent.id, outcome: 'applied', row: outcome.key, at };
  const { code, parameters } = outcome.error;
  return {
    intent: intent.id,
    outcome: outcome.applied === 'no' ? 'not-applied' : 'unknown',
    error: { code, parameters },
    at,
  };
}

function linkOf(context: FlowContext, target: CompiledTarget, step: Step, row: string, at: number): Link {
  const { connection, entity, name } = target.target;
  return { flow: context.flow.flow.name, key: step.execution.record.key, target: name, connection, entity, row, at };
}

function recentRow(scope: Scope, step: Step, key: string, at: number): RecentRow | undefined {
  if (step.write.operation !== 'create') return undefined;
  const row = withKey(scope, presentValues(step.write.values), key);
  const claims = scope.signatures.flatMap((signature) => effectClaims(scope.id, scope.fields, signature, row));
  return { connection: scope.connection.identity, entity: scope.description.entity, row: key, claims, at };
}

/** What an outcome means for its record. */
function settle(
  context: FlowContext,
  target: CompiledTarget,
  scope: Scope,
  step: TaggedStep,
  intent: Intent | undefined,
  outcome: Outcome | undefined,
  answers: Answers,
): void {
  const { execution, change, write } = step;
  const { name } = target.target;
  if (!intent || !outcome) return;
  if (outcome.ok) {
    answers.touch([rowClaim(scope.id, outcome.key), ...intent.claims]);
    applied(scope, name, step, outcome.key, answers);
    return;
  }
  // Refused for now, and too old to be sent again: it is planned anew.
  if (outcome.applied === 'no' && execution.stale) {
    execution.heldUpBy = outcome.error;
    return;
  }
  if (outcome.applied === 'unknown') {
    doubt(context, scope, execution, intent);
    answers.forgetAll();
  }
  const error =
    outcome.applied === 'no'
      ? outcome.error
      : runErrors.in_doubt.error(
          { operation: write.operation, target: name, reason: outcome.error.message },
          { retry: true },
        );
  execution.failures.set(name, error);
  if (change.operation === 'create' || write.operation !== 'rows') execution.plans.delete(name);
}

function applied(scope: Scope, target: string, step: TaggedStep, key: string, answers: Answers): void {
  const { execution, change, write } = step;
  if (change.operation === 'unchanged') return;
  const created = write.operation === 'create';
  const already = execution.written.some((row) => row.target === target && row.row === key);
  if (!already) execution.written.push({ target, operation: created ? 'created' : 'updated', row: key });
  if (write.operation === 'rows') return;
  const row =
    change.operation === 'create' ? withKey(scope, change.values, key) : rowAfter(scope, change.before, change.values);
  answers.wrote(scope, key, row, created ? placeholder(target, execution.record.key) : undefined);
  if (created) execution.moved.add(target);
  const plan = execution.plans.get(target);
  if (!plan) return;
  const first = plan.changes.find((candidate) => candidate.operation !== 'unchanged');
  if (first === change) execution.plans.set(target, { ...plan, row });
}

function withKey(scope: Scope, values: Readonly<Record<string, Value | null>>, key: string): Row {
  return { ...presentValues(values), [scope.description.id]: key };
}

/** DL-13: what the write touches is held until a late effect is no longer possible. */
function doubt(context: FlowContext, scope: Scope, execution: Execution, intent: Intent): void {
  context.doubts.records.set(execution.record.key, context.clock.now() + scope.sink.settleMs);
  for (const claim of intent.claims) context.doubts.claims.add(claim);
}

/** DL-18: a system that cannot be reached, or refuses us, stops the run instead of filling the queue. */
function stopOnEnvironment(outcomes: readonly Outcome[]): void {
  const refused = outcomes.find((outcome): outcome is Outcome & { ok: false; error: PipeError } => {
    return !outcome.ok && outcome.applied === 'no' && outcome.error.kind !== 'data';
  });
  if (refused) throw refused.error;
}
