import type { Host, ReadRequest, Row, SourceBatch } from '../../engine/index.ts';
import { cursorAt, later, planRead } from './cursor.ts';
import type { CursorColumn } from './cursor.ts';
import type { About } from './dialect.ts';
import { walkPages } from './walk.ts';
import type { Along, Pages, ReadPlan } from './walk.ts';

/** The pages of a table, and the time of its data base. */
export interface TablePages extends Pages {
  readonly cursor: CursorColumn | undefined;
  now(signal: AbortSignal): Promise<About>;
}

export async function* readPages(
  pages: TablePages,
  request: ReadRequest,
  host: Host,
): AsyncGenerator<SourceBatch, void, void> {
  const { cursor: column } = pages;
  const plan = planRead(request, column, await pages.now(request.signal), host);
  const along: Along | undefined = column && {
    later: (a, b) => later(column, a, b),
    cursorAt: (seen) => cursorAt(column, seen, plan.began),
  };
  yield* walkPages(pages, plan, along, request);
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
