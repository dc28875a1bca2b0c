import type { Row } from '../connector.ts';
import type { PipeError } from '../errors.ts';
import type { FlowRecord } from '../plan/change.ts';
import { splitWave } from '../plan/waves.ts';
import type { Delivery, QueuePut, Receipt } from '../state/ports.ts';
import { Answers } from './answers.ts';
import type { FlowContext } from './context.ts';
import { tallyDone, tallyWritten } from './counts.ts';
import type { Progress, Tally } from './counts.ts';
import { reach } from './crash-points.ts';
import { runErrors } from './errors.ts';
import { executeWave } from './execute-wave.ts';
import type { Executed } from './execute-wave.ts';
import { queuePut } from './failures.ts';
import type { Failure } from './failures.ts';
import type { MappedRow } from './map-batch.ts';
import { planBatch } from './plan-batch.ts';
import type { PlannedRecord } from './plan-batch.ts';

/** What delivering records needs beside the context. */
export interface DeliveryTask {
  readonly tally: Tally;
  /** The columns of a source row that `fetch` needs, where the source has such. */
  readonly sourceKey: (row: Row) => Row | undefined;
  /** Attempts already made, of records that come from the queue. */
  readonly attempts: ReadonlyMap<string, number>;
}

/**
 * Delivers records wave after wave (DL-1): plan all, carry out those that touch nobody before them, plan the rest
 * again. Every record ends as delivered or in the queue; each wave is committed on its own.
 */
export async function deliver(context: FlowContext, records: readonly MappedRow[], task: DeliveryTask): Promise<void> {
  const hashes = new Map(records.map((record) => [record.key, record.hash]));
  const progress = new Map(records.map((record) => [record.key, { created: false, updated: false }]));
  let pending: readonly FlowRecord[] = records;
  let waveSize = records.length;
  const answers = new Answers(context);
  while (pending.length > 0) {
    context.signal.throwIfAborted();
    const asking = pending.slice(0, waveSize);
    const { free, doubtful } = partition(context, await planBatch(context, asking, answers));
    reach('planned');
    const { now, later } = splitWave(free);
    const executed = await executeWave(context, now, answers);
    const done = executed.filter((record) => !record.stale);
    for (const record of executed) tallyWritten(task.tally, progressOf(progress, record.record.key), record);
    await commitWave(context, task, { done, doubtful, hashes, progress });
    const stale = executed.filter((record) => record.stale);
    // What could not be sent while its plan was fresh was too much for one wave.
    if (stale.length > 0) waveSize = Math.max(1, done.length);
    pending = [...inOrder(asking, [...later, ...stale]), ...pending.slice(asking.length)];
  }
}

/**
 * A record with a write in doubt waits, whatever its plan says: a late effect may yet undo what was found. One that
 * would write what somebody else's doubt touches waits too; the others go on (DL-13).
 */
function partition(
  context: FlowContext,
  planned: readonly PlannedRecord[],
): { free: PlannedRecord[]; doubtful: PlannedRecord[] } {
  const { claims, records } = context.doubts;
  const free: PlannedRecord[] = [];
  const doubtful: PlannedRecord[] = [];
  for (const item of planned) {
    const touches = meetsAny(item.claims.asked, claims) || meetsAny(item.claims.effects, claims);
    const waits = records.has(item.record.key) || (touches && item.changes);
    (waits ? doubtful : free).push(item);
  }
  return { free, doubtful };
}

function meetsAny(claims: ReadonlySet<string>, held: ReadonlySet<string>): boolean {
  if (held.size === 0) return false;
  for (const claim of claims) if (held.has(claim)) return true;
  return false;
}

function inOrder(
  asked: readonly FlowRecord[],
  chosen: readonly { readonly record: FlowRecord }[],
): readonly FlowRecord[] {
  const keys = new Set(chosen.map((item) => item.record.key));
  return asked.filter((record) => keys.has(record.key));
}

interface Wave {
  readonly done: readonly Executed[];
  readonly doubtful: readonly PlannedRecord[];
  readonly hashes: ReadonlyMap<string, string>;
  readonly progress: ReadonlyMap<string, Progress>;
}

async function commitWave(context: FlowContext, task: DeliveryTask, wave: Wave): Promise<void> {
  const delivered: { key: string; hash: string }[] = [];
  const failures: Failure[] = [];
  for (const executed of wave.done) {
    const { key } = executed.record;
    const hash = wave.hashes.get(key) ?? '';
    emitNamed(context, executed);
    const [error] = executed.failures.values();
    if (error) {
      failures.push(failureOf(executed.record, error, hash, task));
      continue;
    }
    delivered.push({ key, hash });
    tallyDone(task.tally, progressOf(wave.progress, key), executed);
  }
  for (const { record } of wave.doubtful) {
    const error = runErrors.waits_for_doubt.error({}, { retry: true });
    failures.push(failureOf(record, error, wave.hashes.get(record.key) ?? '', task));
  }
  const receipts = await closeDoubts(context, wave.done, delivered);
  await commit(context, task, { delivered, failures, receipts });
}

function failureOf({ key, source }: FlowRecord, error: PipeError, hash: string, task: DeliveryTask): Failure {
  return { key, source, error, hash, attempts: task.attempts.get(key) ?? 0 };
}

function progressOf(progress: ReadonlyMap<string, Progress>, key: string): Progress {
  return progress.get(key) ?? { created: false, updated: false };
}

/** Words of guards and rungs for the log, each once per record. */
function emitNamed(context: FlowContext, executed: Executed): void {
  for (const [target, plan] of executed.plans) {
    for (const { name, rows } of plan.named) {
      const flow = context.flow.flow.name;
      context.emit({
        type: 'record-named',
        at: context.clock.now(),
        flow,
        key: executed.record.key,
        target,
        name,
        rows,
      });
    }
  }
}

/** A record that came through after its doubt was settled closes the intents that were open for it. */
async function closeDoubts(
  context: FlowContext,
  done: readonly Executed[],
  delivered: readonly { readonly key: string }[],
): Promise<readonly Receipt[]> {
  const keys = new Set(delivered.map(({ key }) => key));
  const settled = context.doubts.settled.filter((intent) => keys.has(intent.key));
  if (settled.length === 0) return [];
  const byKey = new Map(done.map((executed) => [executed.record.key, executed]));
  const at = context.clock.now();
  return settled.map((intent) => {
    const again =
      byKey.get(intent.key)?.written.some((row) => row.target === intent.target && row.operation === 'created') ??
      false;
    return { intent: intent.id, outcome: again ? 'not-applied' : 'applied', at };
  });
}

export interface Batch {
  readonly delivered: Delivery['delivered'];
  readonly failures: readonly Failure[];
  readonly receipts?: readonly Receipt[];
  readonly checkpoint?: Delivery['checkpoint'];
}

/** One transaction for what a wave or a batch came to; failures are counted and told. */
export async function commit(context: FlowContext, task: DeliveryTask, batch: Batch): Promise<void> {
  const queued = batch.failures.map((failure) => queuePut(context, failure, task.sourceKey(failure.source)));
  await refuseFullQueue(context, queued);
  const { run, epoch } = context;
  const flow = context.flow.flow.name;
  const at = context.clock.now();
  const { delivered, receipts = [], checkpoint } = batch;
  reach(checkpoint ? 'checkpoint-before' : 'queue-insert');
  await context.state.commit({
    run,
    epoch,
    flow,
    at,
    receipts,
    links: [],
    delivered,
    queued,
    ...(checkpoint && { checkpoint }),
  });
  if (checkpoint) reach('checkpoint-after');
  for (const put of queued) {
    task.tally[put.state === 'failed' ? 'rejected' : 'queued'] += 1;
    const retryAt = put.dueAt === undefined ? {} : { retryAt: put.dueAt };
    context.emit({ type: 'record-queued', at, flow, key: put.key, error: put.error, ...retryAt });
  }
}

async function refuseFullQueue(context: FlowContext, queued: readonly QueuePut[]): Promise<void> {
  if (queued.length === 0) return;
  const { name, queue } = context.flow.flow;
  const counts = await context.state.queueCounts(name);
  const open = counts.pending + counts.waiting + counts.quarantined + counts.failed;
  if (open + queued.length <= queue.limit) return;
  if (queue.whenFull === 'drop-oldest') {
    await context.state.dropQueue({ flow: name, limit: open + queued.length - queue.limit });
    return;
  }
  throw runErrors.queue_full.error({ flow: name, limit: queue.limit });
}
