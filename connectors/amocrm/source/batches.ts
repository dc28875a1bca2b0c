import type { ReadRequest, Row, SourceBatch } from '../../../engine/index.ts';
import type { Position } from '../walk.ts';
import { cursorOf, type ReadPlan } from './window.ts';

/** A row with its place and the time of its last change. */
export interface PlacedRow {
  readonly row: Row;
  readonly at: number;
  /** Absent: a read that is broken off here begins anew. */
  readonly position?: Position;
}

/** Cuts what comes into batches of the size asked for, each with the cursor behind its last row. */
export async function* batches(
  { batch: size, limit = Infinity, cursor: stored, signal }: ReadRequest,
  plan: ReadPlan,
  pages: AsyncIterable<readonly PlacedRow[]>,
): AsyncGenerator<SourceBatch> {
  let { seen, after } = plan;
  let given = 0;
  let waiting: readonly PlacedRow[] = [];

  function batchOf(rows: readonly PlacedRow[], ended: boolean): SourceBatch {
    for (const { at } of rows) seen = Math.max(seen ?? at, at);
    after = rows.at(-1)?.position ?? after;
    given += rows.length;
    const cursor = cursorOf(plan, after, seen, ended);
    return { rows: rows.map(({ row }) => row), ...(cursor && { cursor }) };
  }

  for await (const page of pages) {
    const rows = [...waiting, ...page];
    let start = 0;
    // What is left may be the end, and the cursor behind it another.
    for (; rows.length - start > Math.min(size, limit - given); start += size) {
      signal.throwIfAborted();
      yield batchOf(rows.slice(start, start + Math.min(size, limit - given)), false);
      if (given >= limit) return;
    }
    waiting = rows.slice(start);
  }
  signal.throwIfAborted();
  const last = batchOf(waiting, true);
  const moved = last.cursor !== undefined && JSON.stringify(last.cursor) !== JSON.stringify(stored);
  if (last.rows.length > 0 || moved) yield last;
}
