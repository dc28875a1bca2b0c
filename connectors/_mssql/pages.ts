import type { Host, ReadRequest, SourceBatch } from '../../engine/index.ts';
import { walkPages } from '../_sql/walk.ts';
import type { Along, Pages } from '../_sql/walk.ts';
import { cursorAt, later, planRead } from './cursor.ts';
import type { CursorColumn, SourceNow } from './cursor.ts';

/** The pages of a table or stream, and where its data base stands. */
export interface TablePages extends Pages {
  readonly cursor: CursorColumn | undefined;
  now(signal: AbortSignal): Promise<SourceNow>;
}

export async function* readPages(
  pages: TablePages,
  request: ReadRequest,
  host: Host,
): AsyncGenerator<SourceBatch, void, void> {
  const { cursor: column } = pages;
  const plan = planRead(request, column, await pages.now(request.signal), host);
  request.answered?.();
  const along: Along | undefined = column && {
    later: (a, b) => later(column, a, b),
    cursorAt(seen, last) {
      // A whole read leaves where the data base stood before it; amid one, versions are in the order of their rows.
      if (column.kind === 'rowversion' && last) return last.at === undefined ? undefined : { at: last.at };
      return cursorAt(column, seen, plan.began);
    },
  };
  yield* walkPages(pages, plan, along, request);
}
