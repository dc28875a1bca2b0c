import type { Delivery, QueuePut } from '../../state/ports.ts';
import type { FlowContext } from '../context.ts';
import type { Tally } from '../counts.ts';
import { reach } from '../crash-points.ts';
import type { DeliveryTask } from './deliver.ts';
import { runErrors } from '../errors.ts';
import { queuePut } from '../failures.ts';
import type { Failure } from '../failures.ts';
import { warn } from '../warn.ts';

export interface Batch {
  readonly delivered: Delivery['delivered'];
  readonly failures: readonly Failure[];
  readonly traces?: Delivery['traces'];
  readonly checkpoint?: Delivery['checkpoint'];
}

/** One transaction for what a wave or a batch came to; failures are counted and told. */
export async function commit(context: FlowContext, task: DeliveryTask, batch: Batch): Promise<void> {
  const { run, epoch } = context;
  const flow = context.flow.flow.name;
  const at = context.clock.now();
  for (const { key, error } of batch.failures) context.preview?.failed(flow, key, error);
  const { delivered, checkpoint, traces } = batch;
  const queued = await putsOf(context, batch.failures);
  const dropped = await roomFor(context, queued);
  reach(checkpoint ? 'checkpoint-before' : 'queue-insert');
  await context.state.commit({
    run,
    epoch,
    flow,
    at,
    receipts: [],
    links: [],
    delivered,
    queued,
    dropped,
    ...(traces && { traces }),
    ...(checkpoint && { checkpoint }),
  });
  if (checkpoint) reach('checkpoint-after');
  for (const { key } of [...delivered, ...queued]) context.doubts.unmet.delete(key);
  tellDropped(context, task.tally, dropped.length);
  for (const put of queued) {
    task.tally[put.state === 'failed' ? 'rejected' : 'queued'] += 1;
    if (put.state !== 'failed') task.waiting.add(put.key);
    const retryAt = put.dueAt === undefined ? {} : { retryAt: put.dueAt };
    context.emit({ type: 'record-queued', at, flow, key: put.key, error: put.error, ...retryAt });
  }
}

/** DL-17: a record that waits already keeps its attempts, whoever brings it: the queue, or a newer read (T7). */
async function putsOf(context: FlowContext, failures: readonly Failure[]): Promise<readonly QueuePut[]> {
  if (failures.length === 0) return [];
  const keys = failures.map(({ key }) => key);
  const attempts = await context.state.queuedAttempts(context.flow.flow.name, keys);
  return failures.map((failure) => queuePut(context, failure, attempts.get(failure.key) ?? 0));
}

/**
 * Ids of the rows to give up so that these find room; a record that waits there already takes no more of it. Rows in
 * doubt are never given up, so a queue full of them stops the run whatever the file says (DL-18).
 */
async function roomFor(context: FlowContext, queued: readonly QueuePut[]): Promise<readonly number[]> {
  if (queued.length === 0) return [];
  const { name, queue } = context.flow.flow;
  const counts = await context.state.queueCounts(name);
  const open = counts.pending + counts.waiting + counts.quarantined + counts.failed;
  if (open + queued.length <= queue.limit) return [];
  const keys = queued.map(({ key }) => key);
  const again = await context.state.queuedAttempts(name, keys);
  const tooMany = open + queued.length - again.size - queue.limit;
  if (tooMany <= 0) return [];
  const dropped = queue.whenFull === 'drop-oldest' ? await context.state.droppable(name, keys, tooMany) : [];
  if (dropped.length < tooMany) {
    tellNoRoom(context, queued);
    throw queueFull(context);
  }
  return dropped;
}

const reasonsTold = 3;

/** They are nowhere but in the source: nobody else would say why they failed. */
function tellNoRoom(context: FlowContext, queued: readonly QueuePut[]): void {
  const flow = context.flow.flow.name;
  for (const { key, error } of queued.slice(0, reasonsTold)) warn(context, error, { flow, key });
}

function queueFull({ flow, compiled }: FlowContext): Error {
  const { name, queue } = flow.flow;
  return runErrors.queue_full.error({ flow: name, limit: queue.limit, file: compiled.pipeline.file });
}

/** A purge is counted: what is given up here was not delivered, and the run is not green. */
function tellDropped(context: FlowContext, tally: Tally, count: number): void {
  if (count === 0) return;
  const { name: flow, queue } = context.flow.flow;
  tally.purged += count;
  warn(context, runErrors.queue_dropped.error({ flow, count, limit: queue.limit }), { flow });
}
