import type { Cursor, ReadRequest, Row, SourceBatch } from '../../engine/index.ts';

/**
 * Cuts the pages of an API into batches of the size asked for, up to `limit` rows. `cursorBehind` hears of the rows of
 * each batch in their order and gives the cursor behind the last of them; `ended`: nothing comes after them, which may
 * make it another. An end without rows is a batch only where its cursor has moved.
 */
export async function* inBatches<Placed extends { readonly row: Row }>(
  { batch: size, limit = Infinity, cursor: stored, signal }: ReadRequest,
  pages: AsyncIterable<readonly Placed[]>,
  cursorBehind: (rows: readonly Placed[], ended: boolean) => Cursor | undefined,
): AsyncGenerator<SourceBatch> {
  let given = 0;
  let waiting: readonly Placed[] = [];

  function batchOf(rows: readonly Placed[], ended: boolean): SourceBatch {
    given += rows.length;
    const cursor = cursorBehind(rows, ended);
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
