import type { Cursor, Host, ReadRequest, Row, SourceBatch, Value } from '../../engine/index.ts';
import { cursorAt, later, planRead, scanCursor } from './cursor.ts';
import type { Bounds, CursorColumn, ReadPlan } from './cursor.ts';
import type { About } from './dialect.ts';

/** A row with its place in both orders. */
export interface PlacedRow {
  readonly row: Row;
  readonly key: readonly Value[];
  /** Value of the cursor column; absent where it is NULL. */
  readonly at?: Value;
}

/** Reads pages in one of two orders; a page holds `count` rows, fewer only at the end. */
export interface Pages {
  readonly cursor: CursorColumn | undefined;
  now(signal: AbortSignal): Promise<About>;
  /** Rows behind `after` in the order of the key. */
  scan(
    bounds: Bounds,
    after: readonly Value[] | undefined,
    count: number,
    signal: AbortSignal,
  ): Promise<readonly PlacedRow[]>;
  /** Rows behind `after` in the order of (cursor column, key). */
  tail(bounds: Bounds, after: PlacedRow | undefined, count: number, signal: AbortSignal): Promise<readonly PlacedRow[]>;
}

/** A read in pages: between two of them nothing stays open on the server, however slow the target is. */
export async function* readPages(
  pages: Pages,
  request: ReadRequest,
  host: Host,
): AsyncGenerator<SourceBatch, void, void> {
  const { cursor: column } = pages;
  const plan = planRead(request, column, await pages.now(request.signal), host);
  let left = request.limit ?? Infinity;
  let last: PlacedRow | undefined;
  let { seen } = plan;
  while (left > 0) {
    request.signal.throwIfAborted();
    const count = Math.min(request.batch, left);
    // One more than wanted: whether it is there tells whether this is the end.
    const found = await nextPage(pages, plan, last, count + 1, request.signal);
    const ended = found.length <= count;
    const rows = found.slice(0, count);
    left -= rows.length;
    last = rows.at(-1) ?? last;
    if (column) for (const { at } of rows) seen = later(column, seen, at);
    const cursor = column && cursorAfter(column, plan, last, seen, ended);
    const moved = cursor !== undefined && JSON.stringify(cursor) !== JSON.stringify(request.cursor);
    if (rows.length > 0 || moved) yield { rows: rows.map(({ row }) => row), ...(cursor && { cursor }) };
    if (ended) return;
  }
}

async function nextPage(pages: Pages, plan: ReadPlan, last: PlacedRow | undefined, count: number, signal: AbortSignal) {
  if (plan.walk === 'tail') return await pages.tail(plan.bounds, last, count, signal);
  return await pages.scan(plan.bounds, last?.key ?? plan.after, count, signal);
}

function cursorAfter(
  column: CursorColumn,
  plan: ReadPlan,
  last: PlacedRow | undefined,
  seen: Value | undefined,
  ended: boolean,
): Cursor | undefined {
  if (plan.walk === 'scan' && !plan.keepsCursor) return undefined;
  if (plan.walk === 'scan' && !ended) return last && scanCursor(plan, last.key, seen);
  return cursorAt(column, seen, plan.began);
}

/** Batches of a stream whose order nobody knows: the cursor comes with the last one. */
export async function* readStream(
  pages: AsyncIterable<readonly Row[]>,
  request: ReadRequest,
  column: CursorColumn | undefined,
  plan: ReadPlan,
): AsyncGenerator<SourceBatch, void, void> {
  let left = request.limit ?? Infinity;
  let { seen } = plan;
  let waiting: readonly Row[] = [];
  for await (const page of pages) {
    request.signal.throwIfAborted();
    if (waiting.length > 0) yield { rows: waiting };
    waiting = page.length > left ? page.slice(0, left) : page;
    left -= waiting.length;
    if (column) for (const row of waiting) seen = later(column, seen, row[column.column.name]);
    if (left === 0) break;
  }
  const keeps = left > 0 && (plan.walk === 'tail' || plan.keepsCursor);
  const cursor = column && keeps ? cursorAt(column, seen, plan.began) : undefined;
  if (waiting.length > 0 || cursor) yield { rows: waiting, ...(cursor && { cursor }) };
}
