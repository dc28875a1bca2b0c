import type { ReadRequest, Row, SourceBatch } from '../../../engine/index.ts';
import { inBatches } from '../../_http/batches.ts';
import type { Position } from '../walk.ts';
import { cursorOf, type ReadPlan } from './window.ts';

/** A row with its place and the time of its last change, in seconds since 1970. */
export interface PlacedRow {
  readonly row: Row;
  readonly at: number;
  /** Absent: a read that is broken off here begins anew. */
  readonly position?: Position;
}

/** What comes in batches, each with the cursor behind its last row. */
export function batches(
  request: ReadRequest,
  plan: ReadPlan,
  pages: AsyncIterable<readonly PlacedRow[]>,
): AsyncGenerator<SourceBatch> {
  let { seen, after } = plan;
  return inBatches(request, pages, (rows, ended) => {
    for (const { at } of rows) seen = Math.max(seen ?? at, at);
    after = rows.at(-1)?.position ?? after;
    return cursorOf(plan, after, seen, ended);
  });
}
