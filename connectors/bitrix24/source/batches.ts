import type { ReadRequest, SourceBatch } from '../../../engine/index.ts';
import { inBatches } from '../../_http/batches.ts';
import type { PlacedRow } from './listing.ts';
import { cursorOf, later, type ReadPlan } from './window.ts';

/** What comes in batches, each with the cursor behind its last row. */
export function batches(
  request: ReadRequest,
  plan: ReadPlan,
  pages: AsyncIterable<readonly PlacedRow[]>,
): AsyncGenerator<SourceBatch> {
  let { seen, after } = plan;
  return inBatches(request, pages, (rows, ended) => {
    for (const { at } of rows) seen = later(seen, at);
    after = rows.at(-1)?.id ?? after;
    return cursorOf(plan, after, seen, ended);
  });
}
