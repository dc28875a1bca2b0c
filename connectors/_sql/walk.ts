import type { Cursor, ReadRequest, Row, SourceBatch, Value } from '../../engine/index.ts';

/** Which rows a read takes. Bounds are of the cursor column; rows without a value there belong to no window. */
export interface Bounds {
  /** Inclusive. */
  readonly from?: Value;
  /** Exclusive. */
  readonly until?: Value;
}

/**
 * How a read goes. `scan` walks the key, which no change moves, so that rows changed meanwhile are neither lost nor
 * late; `tail` walks the cursor column from where the last read ended. A scan that is broken off goes on later.
 */
export type ReadPlan =
  | {
      readonly walk: 'scan';
      readonly bounds: Bounds;
      readonly after?: readonly Value[];
      readonly seen?: Value;
      /** Where the source stood when the scan began (DL-6). */
      readonly began?: Value;
      readonly keepsCursor: boolean;
    }
  | { readonly walk: 'tail'; readonly bounds: Bounds; readonly seen?: Value; readonly began?: Value };

/** A row with its place in both orders. */
export interface PlacedRow {
  readonly row: Row;
  readonly key: readonly Value[];
  /** Value of the cursor column; absent where it is NULL. */
  readonly at?: Value;
}

/** Reads pages in one of two orders; a page holds `count` rows, fewer only at the end. */
export interface Pages {
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

/** The column a read moves along: how its values are ordered, and what they leave for the next read. */
export interface Along {
  /** The larger of two values of the column; either may be absent. */
  later(a: Value | undefined, b: Value | undefined): Value | undefined;
  /** The cursor behind a tail's rows up to `last`, the largest of them being `seen`; no `last`: behind the whole read. */
  cursorAt(seen: Value | undefined, last: PlacedRow | undefined): Cursor | undefined;
}

/**
 * A read in pages: between two of them nothing stays open on the server, so that a target of two rows a second never
 * makes a clinic's own software wait for a lock.
 * https://learn.microsoft.com/troubleshoot/sql/database-engine/performance/understand-resolve-blocking
 */
export async function* walkPages(
  pages: Pages,
  plan: ReadPlan,
  along: Along | undefined,
  request: ReadRequest,
): AsyncGenerator<SourceBatch, void, void> {
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
    if (along) for (const { at } of rows) seen = along.later(seen, at);
    const cursor = along && cursorAfter(along, plan, seen, last, ended);
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
  along: Along,
  plan: ReadPlan,
  seen: Value | undefined,
  last: PlacedRow | undefined,
  ended: boolean,
): Cursor | undefined {
  if (plan.walk === 'scan' && !plan.keepsCursor) return undefined;
  if (plan.walk === 'scan' && !ended) return last && amidScan(plan, last.key, seen);
  return along.cursorAt(seen, ended ? undefined : last);
}

/** The cursor amid a scan, behind the row with this key. */
function amidScan(plan: ReadPlan, after: readonly Value[], seen: Value | undefined): Cursor {
  return {
    after,
    ...(plan.bounds.from !== undefined && { from: plan.bounds.from }),
    ...(seen !== undefined && { seen }),
    ...(plan.began !== undefined && { began: plan.began }),
  };
}

/** A scan that was broken off, from the cursor it left behind the row with the key `after`. */
export function resumedScan({ from, seen, began }: Cursor, after: readonly Value[]): ReadPlan {
  return {
    walk: 'scan',
    bounds: from === undefined ? {} : { from },
    after,
    keepsCursor: true,
    ...(seen !== undefined && { seen }),
    ...(began !== undefined && { began }),
  };
}
