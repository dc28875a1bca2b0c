import type { Cursor, ReadRequest, Row, Source, SourceBatch, Window } from '../connector.ts';
import { addPlan, brake, brakeAfterEdit, nothingChanged } from '../plan/brakes.ts';
import type { CompiledFlow } from '../transform/compiled.ts';
import { lookAtDoubtfulDeletes } from './absent/absent-doubts.ts';
import { listTargets, noteSeen, openAbsence, refuseTooMany, removeAbsent } from './absent/absent.ts';
import type { Absence } from './absent/absent.ts';
import { Answers } from './ask/answers.ts';
import { attempt } from './attempt.ts';
import type { FlowContext, RunContext, RunOptions } from './context.ts';
import { countsOf } from './counts.ts';
import type { Tally } from './counts.ts';
import { collectGarbage } from './collect-garbage.ts';
import { reach } from './crash-points.ts';
import { commit } from './deliver/commit.ts';
import { deliver } from './deliver/deliver.ts';
import type { DeliveryTask } from './deliver/deliver.ts';
import { lookAtDoubts, noDoubts } from './doubt/doubts.ts';
import { orTell } from './preview/brake-told.ts';
import { runErrors } from './errors.ts';
import { cursorOf, takeOver } from './load/fence.ts';
import { loadBatch, loadingOf } from './load/load.ts';
import type { Loaded, Loading } from './load/load.ts';
import { meetAllFields } from './load/make-tables.ts';
import { mapBatch } from './read/map-batch.ts';
import type { MappedBatch } from './read/map-batch.ts';
import { planBatch } from './deliver/plan-batch.ts';
import { readAhead } from './read/read-ahead.ts';
import { readPatiently } from './read/read-patiently.ts';
import { whyRowByRow } from './load/row-by-row.ts';
import { lazyScopes } from './scopes.ts';
import { watchAbsent } from './doubt/watch.ts';
import { workOffQueue } from './work-off-queue.ts';
import { makeYoungRoom } from './young-room.ts';

/** A flow at work: its source, what it counts, and whether its checkpoint may move. */
export interface FlowRun {
  readonly context: FlowContext;
  readonly source: Source;
  readonly task: DeliveryTask;
  readonly absence: Absence;
  /** Records go into the target in bulk, without a plan for each. */
  loading?: Loading;
}

/** Where a read goes on. */
interface Start {
  readonly cursor?: Cursor;
  /** Where it begins without a cursor, by a person's word (`pipe state set`). */
  readonly since?: string;
  /** Nothing was ever read. */
  readonly isFirst: boolean;
}

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

export async function openFlow(run: RunContext, flow: CompiledFlow, tally: Tally): Promise<FlowRun> {
  const { connection, block } = flow.flow.source;
  const source = run.connections.get(connection)?.connection.source?.(block);
  if (!source) throw new Error(`connection ${connection} cannot be read from`);
  const described = await attempt(run, connection, () => source.describe(run.signal));
  const context: FlowContext = {
    ...run,
    flow,
    scopes: lazyScopes(run, flow, described),
    sourceKey: keyPicker(described.key),
    sourceFields: described.fields,
    variables: {
      params: run.compiled.pipeline.values,
      run: { id: run.run, startedAt: new Date(run.startedAt).toISOString() },
    },
    doubts: noDoubts(),
    fences: new Map(),
  };
  const task = { tally, pace: { waveSize: Infinity }, waiting: new Set<string>() };
  return { context, source, task, absence: openAbsence(context) };
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
  if (error) context.emit({ type: 'warning', at: context.clock.now(), flow: flow.flow.name, error });
}

/** Records an earlier process left in doubt and this read did not bring: they are in the queue, and no run is green. */
function countUnmet({ context, task }: FlowRun): void {
  task.tally.read += context.doubts.unmet.size;
  task.tally.queued += context.doubts.unmet.size;
}

function keyPicker(columns: readonly string[] | undefined): (row: Row) => Row | undefined {
  return (row) => {
    if (!columns || columns.some((column) => row[column] === undefined)) return undefined;
    return Object.fromEntries(columns.flatMap((column) => (row[column] === undefined ? [] : [[column, row[column]]])));
  };
}

/** §4.12: where a cursor was left under other params, going on from it would leave a gap. */
async function startOf({ context, loading }: FlowRun): Promise<Start> {
  const { name } = context.flow.flow;
  const checkpoint = await context.state.checkpoint(name);
  const isForgotten = checkpoint?.params === '';
  if (checkpoint && !isForgotten && checkpoint.params !== context.compiled.paramsHash && !context.options.full) {
    throw runErrors.other_params.error({ flow: name, params: context.compiled.paramNames.join(', ') });
  }
  const cursor = loading ? cursorOf(checkpoint, context.fences.get(loading.target.target.name)) : checkpoint?.cursor;
  const since = checkpoint?.since;
  return { isFirst: !checkpoint, ...(cursor && { cursor }), ...(since !== undefined && { since }) };
}

/** G10: with brakes set, or for the first time after an edit, the whole run is planned first and nothing is written when it would change too much. */
async function applyBrakes(work: FlowRun, start: Start): Promise<void> {
  const { context } = work;
  const { brakes } = context.compiled.pipeline;
  const isEdited = !work.loading && (await isFirstOfMapping(context));
  if (Object.keys(brakes).length === 0 && !isEdited) return;
  let totals = nothingChanged;
  // What is worth a word is said when the batch is delivered.
  const quiet = { ...context, emit: () => undefined };
  const writing = context.flow.targets.filter((target) => target.fields).length;
  const isFirst = firstOnly();
  let unchanged = 0;
  await listTargets({ ...work, context: quiet });
  for await (const { rows } of chosenBatches(context, batchesOf(work, start))) {
    const mapped = await mapBatch(quiet, rows, isComparing(context));
    unchanged += mapped.unchanged;
    await noteSeen(work, mapped.seen);
    if (mapped.records.length === 0) continue;
    await context.scopes.load();
    for (const { plans, effectsOf } of await planBatch(context, mapped.records, new Answers(context))) {
      for (const plan of plans.values()) {
        totals = addPlan(totals, plan, (change) => isFirst(effectsOf.get(change) ?? []));
      }
    }
  }
  const looked = totals.looked + unchanged * writing;
  const all = { ...totals, looked };
  const { allow } = context.options;
  const error = brake(brakes, all, allow) ?? (isEdited ? brakeAfterEdit(brakes, all, allow) : undefined);
  if (error) throw error;
  if (brakes.deletes) await refuseTooMany(work);
}

/** How far back the run is looked for that came as far as the checkpoint says: those since then have failed. */
const runsLookedAt = 500;

/** Whether the flow was last carried on by another mapping, or with other params. */
async function isFirstOfMapping({ state, compiled, flow }: FlowContext): Promise<boolean> {
  const checkpoint = await state.checkpoint(flow.flow.name);
  if (!checkpoint) return false;
  const last = (await state.runs(runsLookedAt)).find(({ run }) => run === checkpoint.run);
  return last !== undefined && last.mapping !== compiled.hash;
}

/** Two visits of one new patient would create one contact: what an earlier record does already is not counted again. */
export function firstOnly(): (effects: readonly string[]) => boolean {
  const seen = new Set<string>();
  return (effects) => {
    const first = effects.length === 0 || effects.some((effect) => !seen.has(effect));
    for (const effect of effects) seen.add(effect);
    return first;
  };
}

/** Whether all there was to read was read. */
async function readAll(work: FlowRun, start: Start): Promise<boolean> {
  const { context } = work;
  const { only, limit = Infinity, since, until } = context.options;
  const ended = new AbortController();
  // A first read most likely brings something to deliver: the targets are asked for their fields meanwhile.
  const ahead = start.isFirst ? context.scopes.ask(AbortSignal.any([context.signal, ended.signal])) : undefined;
  let seen = 0;
  let chosen = 0;
  const batches = batchesOf(work, start);
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
  if (only && chosen === 0) throw runErrors.only_matched_nothing.error({ rows: seen });
  return !only && since === undefined && until === undefined && seen < limit;
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
  const { only, since, until } = context.options;
  if (only || since !== undefined || until !== undefined) return {};
  const params = context.compiled.paramsHash;
  const flow = context.flow.flow.name;
  const sequence = loading && { sequence: loading.sequence };
  return {
    checkpoint: { flow, params, at: context.clock.now(), run: context.run, ...sequence, ...(cursor && { cursor }) },
  };
}

/** An ordinary run leaves out what is known as delivered; `--full`, `--only` and windows look at the target again. */
export function isComparing(context: FlowContext): boolean {
  const { full, only, since, until } = context.options;
  return !full && !only && since === undefined && until === undefined;
}

export async function chosenRows(context: FlowContext, rows: readonly Row[]): Promise<readonly Row[]> {
  const { only } = context.options;
  if (!only) return rows;
  const chosen: Row[] = [];
  for (const row of rows) if (await only(row, { ...context.variables, source: row })) chosen.push(row);
  return chosen;
}

interface ChosenBatch extends SourceBatch {
  /** Rows that were read for it. */
  readonly read: number;
}

/** With `--only` the rows it is true of, and of these no more than `--limit`. */
async function* chosenBatches(
  context: FlowContext,
  batches: AsyncIterable<SourceBatch>,
): AsyncGenerator<ChosenBatch, void, undefined> {
  const { only, limit } = context.options;
  let left = only && limit !== undefined ? limit : Infinity;
  for await (const batch of batches) {
    const rows = (await chosenRows(context, batch.rows)).slice(0, left);
    left -= rows.length;
    yield { ...batch, rows, read: batch.rows.length };
    if (left === 0) return;
  }
}

/** A single row asked for by hand may lie further back than the cursor. */
function modeOf({ full, only }: RunOptions): ReadRequest['mode'] {
  return full || only ? 'full' : 'incremental';
}

export function batchesOf(work: FlowRun, start: Omit<Start, 'isFirst'>): AsyncIterable<SourceBatch> {
  const { context, source } = work;
  return readPatiently(context, context.flow.flow.source.connection, source, readRequest(context, start));
}

function readRequest(context: FlowContext, { cursor, since }: Omit<Start, 'isFirst'>): ReadRequest {
  const { options } = context;
  const { window: usual, batch } = context.flow.flow.source;
  const window = cursor || since === undefined ? usual : backTo(since, usual, context.clock.now());
  return {
    mode: modeOf(options),
    batch,
    params: context.compiled.pipeline.values,
    signal: context.signal,
    ...(cursor && { cursor }),
    ...(window && { window }),
    ...(options.since !== undefined && { since: options.since }),
    ...(options.until !== undefined && { until: options.until }),
    // With `--only` the limit is that of the rows it takes.
    ...(options.limit !== undefined && !options.only && { limit: options.limit }),
  };
}

/** The window of a first read that goes back to that time: unlike a `--since` it leaves a cursor to go on from. */
function backTo(time: string, window: Window | undefined, now: number): Window | undefined {
  return window && { ...window, firstMs: Math.max(0, now - Date.parse(time)) };
}
