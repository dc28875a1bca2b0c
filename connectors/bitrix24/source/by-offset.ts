import { batchLimit, type Client, type Reply } from '../client.ts';
import { errors } from '../errors.ts';
import { chunks, pageSize } from './jobs.ts';
import type { Listing, PlacedRow } from './listing.ts';
import { askAll, resultOf } from './refusal.ts';

/**
 * Every row of a method that knows pages by their number only. They are read from the last to the first: a row that is
 * deleted meanwhile moves others down, into pages that are still to come, and new rows go behind the last one. So
 * none is passed over, and one that comes twice is known by its id. What falls short of the portal's own count is an error
 * and not an end (T17: the old program read the first page alone).
 */
export async function* readByOffset(
  client: Client,
  listing: Listing,
  signal: AbortSignal,
): AsyncGenerator<readonly PlacedRow[]> {
  const first = pageOf(listing, (await askAll(client, [listing.page({}, 0)], signal))[0]);
  if (!first.more) {
    if (first.rows.length > 0) yield first.rows.toSorted((a, b) => b.id - a.id);
    return;
  }
  const count = Math.ceil(first.total / pageSize);
  const starts = Array.from({ length: count }, (_, index) => (count - 1 - index) * pageSize);
  let above = Infinity;
  let read = 0;
  let counted = first.total;
  for (const some of chunks(starts, batchLimit)) {
    const replies = await askAll(
      client,
      some.map((start) => listing.page({}, start)),
      signal,
    );
    signal.throwIfAborted();
    for (const [index] of some.entries()) {
      const page = pageOf(listing, replies[index]);
      checkOrder(listing, page.rows);
      const rows = page.rows.filter(({ id }) => id < above).reverse();
      above = rows.at(-1)?.id ?? above;
      read += rows.length;
      counted = Math.min(counted, page.total);
      if (rows.length > 0) yield rows;
    }
  }
  if (read < counted) throw errors.incomplete_list.error({ host: listing.host, list: listing.what }, { retry: true });
}

interface OffsetPage {
  readonly rows: readonly PlacedRow[];
  readonly total: number;
  readonly more: boolean;
}

function pageOf(listing: Listing, reply: Reply | undefined): OffsetPage {
  const { value, next, total } = resultOf(listing, reply);
  const given = listing.rows(value);
  if (given === undefined) throw errors.unexpected_result.error({ host: listing.host, method: listing.method });
  const rows = given.map((one) => listing.place(one));
  const more = next !== undefined || (total ?? 0) > rows.length;
  if (more && total === undefined) throw errors.unexpected_result.error({ host: listing.host, method: listing.method });
  return { rows, total: total ?? rows.length, more };
}

function checkOrder({ host, what, key }: Listing, rows: readonly PlacedRow[]): void {
  for (const [index, { id }] of rows.entries()) {
    const before = rows[index - 1];
    if (before && before.id >= id) throw errors.filter_ignored.error({ host, entity: what, fields: key });
  }
}
