import { idOf, type VendorObject } from './answer.ts';
import type { Client, Query } from './client.ts';
import type { EntityKind } from './entities.ts';
import { pageSize, readPage, repeatedPage } from './page.ts';

/** Passes before it is said that the list does not come to rest. */
const mostPasses = 20;

/**
 * Every row of a list that knows no order but its own, by the last change (elements of a list, reference 3.7, 5). A row
 * that is changed or deleted meanwhile moves others over the edge of a page; so pages are read from the first one again
 * until a pass meets no row twice and none that is new. What fits on one page takes one request.
 */
export async function* readByPasses(
  client: Client,
  kind: EntityKind,
  query: Query,
  signal: AbortSignal,
): AsyncGenerator<readonly VendorObject[]> {
  const given = new Set<number>();
  for (let pass = 1; pass <= mostPasses; pass++) {
    const met = new Set<number>();
    let isCalm = pass > 1;
    for (let page = 1, isLast = false; !isLast; page++) {
      const paging = [...query, ['page', String(page)] as const, ['limit', String(pageSize)] as const];
      const read = await readPage(client, kind, paging, signal);
      const ids = read.rows.map((row) => idOf(row) ?? 0);
      const fresh = read.rows.filter((_, place) => !given.has(ids[place] ?? 0));
      // A number of a page that is passed over would have no end.
      if (!read.isLast && ids.every((id) => met.has(id))) throw repeatedPage(client, kind);
      if (fresh.length > 0 || ids.some((id) => met.has(id))) isCalm = false;
      for (const id of ids) {
        met.add(id);
        given.add(id);
      }
      if (fresh.length > 0) yield fresh;
      isLast = read.isLast;
      if (isLast && page === 1) return;
    }
    if (isCalm) return;
  }
  throw repeatedPage(client, kind);
}
