import type { Cursor, Row } from '../connector.ts';
import type { CompiledFlow } from '../transform/compiled.ts';
import { lookAtDoubtfulDeletes } from './absent/absent-doubts.ts';
import { listTargets, noteSeen, removeAbsent } from './absent/absent.ts';
import { applyBrakes } from './apply-brakes.ts';
import type { FlowContext, RunContext } from './context.ts';
import { countsOf } from './counts.ts';
import type { Tally } from './counts.ts';
import { collectGarbage } from './collect-garbage.ts';
import { reach } from './crash-points.ts';
import { commit } from './deliver/commit.ts';
import { deliver } from './deliver/deliver.ts';
import { lookAtDoubts } from './doubt/doubts.ts';
import { watchAbsent } from './doubt/watch.ts';
import { runErrors } from './errors.ts';
import { takeOver } from './load/fence.ts';
import { loadBatch, loadingOf } from './load/load.ts';
import type { Loaded } from './load/load.ts';
import { meetAllFields } from './load/make-tables.ts';
import { whyRowByRow } from './load/row-by-row.ts';
import { openFlow } from './open-flow.ts';
import type { FlowRun } from './open-flow.ts';
import { orTell } from './preview/brake-told.ts';
import { batchesOf, chosenBatches, isComparing, isPart, modeOf, startOf } from './read/batches.ts';
import type { Start } from './read/batches.ts';
import { mapBatch } from './read/map-batch.ts';
import type { MappedBatch } from './read/map-batch.ts';
import { readAhead } from './read/read-ahead.ts';
import { workOffQueue } from './work-off-queue.ts';
import { makeYoungRoom } from './young-room.ts';
import { warn } from './warn.ts';

/** One flow of a run: source → map → targets, batch after batch, then the queue, then the rows left without a record. */
export async function runFlow(run: RunContext, flow: CompiledFlow, tally: Tally): Promise<void> {
  const { name } = flow.flow;
  const startedAt = run.clock.monotonic();
  run.emit({ type: 'flow-started', at: run.clock.now(), flow: name, mode: modeOf(run.options) });
  const work = await openFlow(run, flow, tally);
  const { context } = work;
  await takeOverTargets(work);
  await lookAtDoubts(context);
  // No run is green while something is in doubt, though its record was told of before.
  for (const [key, { dueAt }] of context.doubts.records) if (Number.isFinite(dueAt)) context.doubts.unmet.add(key);
  await lookAtDoubtfulDeletes(work);
  const start = await startOf(work);
  reach('window-taken');
  await orTell(context, () => applyBrakes(work, start));
  await listTargets(work);
  const isWhole = await readAll(work, start);
  // What this run lost the answer to may be there already: then it is adopted, and no next run is needed.
  if (context.doubts.records.size > 0) await lookAtDoubts(context);
  await watchAbsent(context, work.task);
  if (isWhole) await run.state.releaseUnfinished(name);
  if (!run.options.only) await workOffQueue(work);
  await removeAbsent(work);
  countUnmet(work);
  await run.state.purgeQueue(name, run.clock.now() - flow.flow.queue.keepMs);
  const seconds = (run.clock.monotonic() - startedAt) / 1000;
  run.emit({ type: 'flow-finished', at: run.clock.now(), flow: name, counts: countsOf(tally), seconds });
}

async function takeOverTargets(work: FlowRun): Promise<void> {
  const { context } = work;
  await takeOver(context);
  const loading = loadingOf(context);
  if (loading) work.loading = loading;
  else tellRowByRow(context);
}

/** Once in a run: it is slower than it need be, and right. */
function tellRowByRow(context: FlowContext): void {
  const { flow, connections, scopes } = context;
  const error = whyRowByRow(flow, ({ target: { name, connection, block } }) => {
    const isAtomic = connections.get(connection)?.connection.sink?.(block).atomic !== undefined;
    return isAtomic ? scopes.of(name).description : undefined;
  });
  if (error) warn(context, error, { flow: flow.flow.name });
}

/** Records an earlier process left in doubt and this read did not bring: they are in the queue, and no run is green. */
function countUnmet({ context, task }: FlowRun): void {
  task.tally.read += context.doubts.unmet.size;
  task.tally.queued += context.doubts.unmet.size;
}

/** Whether all there was to read was read. */
async function readAll(work: FlowRun, start: Start): Promise<boolean> {
  const { context } = work;
  const { options } = context;
  const ended = new AbortController();
  // A first read most likely brings something to deliver: the targets are asked for their fields meanwhile.
  let ahead: Promise<void> | undefined;
  const answered = (): void => {
    if (start.isFirst) ahead ??= context.scopes.ask(AbortSignal.any([context.signal, ended.signal]));
  };
  let seen = 0;
  let chosen = 0;
  const batches = batchesOf(work, start, answered);
  try {
    // A batch of a load is large, and what fills the next one costs little beside it: one at a time is enough (G8).
    for await (const batch of chosenBatches(context, work.loading ? batches : readAhead(batches))) {
      reach('batch-read');
      seen += batch.read;
      chosen += batch.rows.length;
      await deliverBatch(work, batch.rows, batch.cursor);
      context.signal.throwIfAborted();
    }
  } finally {
    ended.abort();
    await ahead;
  }
  if (options.only && chosen === 0) throw runErrors.only_matched_nothing.error({ rows: seen });
  return !isPart(options) && seen < (options.limit ?? Infinity);
}

/** Rows of one batch through map and targets; the cursor is saved once all of them are delivered or queued. */
async function deliverBatch(work: FlowRun, rows: readonly Row[], cursor: Cursor | undefined): Promise<void> {
  const { context, task } = work;
  const { name: flow } = context.flow.flow;
  const { tally } = task;
  tally.read += rows.length;
  context.emit({ type: 'batch-read', at: context.clock.now(), flow, rows: rows.length });
  const { loading } = work;
  if (loading) collectGarbage();
  else makeYoungRoom({ isPreview: context.preview !== undefined });
  const mapped = await mapBatch(context, rows, isComparing(context) && !loading, loading !== undefined);
  await noteSeen(work, mapped.seen);
  tally.mapped += rows.length - mapped.failed.length;
  tally.unchanged += mapped.unchanged + mapped.replaced;
  tally.skipped += mapped.skipped.length;
  for (const { key, name } of mapped.skipped) {
    context.emit({ type: 'record-named', at: context.clock.now(), flow, key, name, rows: [] });
    context.preview?.skipped(flow, key, name);
  }
  const loaded = await deliverRecords(work, mapped, movedCheckpoint(work, cursor).checkpoint?.cursor);
  const delivered = [...mapped.withdrawn.map((key) => ({ key, hash: '' })), ...(loaded?.delivered ?? [])];
  const failures = [...mapped.failed, ...(loaded?.failures ?? [])];
  const { checkpoint } = movedCheckpoint(work, cursor);
  await commit(context, task, { delivered, failures, ...(checkpoint && { checkpoint }) });
  context.emit({ type: 'batch-done', at: context.clock.now(), flow, counts: countsOf(tally) });
}

async function deliverRecords(
  work: FlowRun,
  mapped: MappedBatch,
  cursor: Cursor | undefined,
): Promise<Loaded | undefined> {
  const { context, task, loading } = work;
  const { records } = mapped;
  if (records.length === 0) return undefined;
  await context.scopes.load();
  await meetAllFields(context, records);
  if (loading) return loadBatch(context, loading, mapped, cursor, task.tally);
  await deliver(context, records, task);
  return undefined;
}

/** A window given by hand, or single rows, leave the cursor alone. */
function movedCheckpoint(
  { context, loading }: FlowRun,
  cursor: Cursor | undefined,
): Pick<Parameters<typeof commit>[2], 'checkpoint'> {
  if (isPart(context.options)) return {};
  const params = context.compiled.paramsHash;
  const flow = context.flow.flow.name;
  const sequence = loading && { sequence: loading.sequence };
  return {
    checkpoint: { flow, params, at: context.clock.now(), run: context.run, ...sequence, ...(cursor && { cursor }) },
  };
}
