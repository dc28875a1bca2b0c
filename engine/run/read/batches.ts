import type { Cursor, ReadRequest, Row, SourceBatch, Window } from '../../connector.ts';
import type { FlowContext, RunOptions } from '../context.ts';
import { runErrors } from '../errors.ts';
import { cursorOf } from '../load/fence.ts';
import type { FlowRun } from '../open-flow.ts';
import { readPatiently } from './read-patiently.ts';

/** Where a read goes on. */
export interface Start {
  readonly cursor?: Cursor;
  /** Where it begins without a cursor, by a person's word (`pipe state set`). */
  readonly since?: string;
  /** Nothing was ever read. */
  readonly isFirst: boolean;
}

/** §4.12: where a cursor was left under other params, going on from it would leave a gap. */
export async function startOf({ context, loading }: FlowRun): Promise<Start> {
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
export async function* chosenBatches(
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
export function modeOf({ full, only }: RunOptions): ReadRequest['mode'] {
  return full || only ? 'full' : 'incremental';
}

export function batchesOf(
  { context, source }: FlowRun,
  start: Omit<Start, 'isFirst'>,
  answered?: () => void,
): AsyncIterable<SourceBatch> {
  const request = { ...readRequest(context, start), ...(answered && { answered }) };
  return readPatiently(context, context.flow.flow.source.connection, source, request);
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

/** Somebody wants to see some of the rows: these are looked at again, and the cursor stays where it is. */
export function isPart({ only, since, until }: RunOptions): boolean {
  return only !== undefined || since !== undefined || until !== undefined;
}

/** An ordinary run leaves out what is known as delivered; `--full`, `--only` and windows look at the target again. */
export function isComparing(context: FlowContext): boolean {
  return !context.options.full && !isPart(context.options);
}
