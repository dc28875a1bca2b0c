import { batchLimit, type Client, type Reply } from '../client.ts';
import type { Params } from '../command.ts';
import { errors } from '../errors.ts';
import { createCoverage, type Coverage } from './id-coverage.ts';
import { pageSize } from './jobs.ts';
import type { Listing, PlacedRow } from './listing.ts';
import type { Pace } from '../pace.ts';
import { askAll, resultOf } from './refusal.ts';

export interface IdWalk {
  readonly client: Client;
  readonly listing: Listing;
  /** How many pages go into one request, by what they took: few of a wide row, 50 of a narrow one. */
  readonly pace: Pace;
  readonly requestsInFlight: number;
}

export interface IdBounds {
  /** Filters beside the id. */
  readonly bounds: Params;
  /** The row before the first. */
  readonly after: number;
  /** Throws for a row that lies outside of the bounds (DL-3). */
  verify(row: PlacedRow): void;
  /** No more rows are wanted. */
  readonly limit: number;
}

/** From one page to many, as far as the pages so far were full: a small list costs one request. */
const growth = 4;

/**
 * Every row after `after`, in order of the ids, each once, which no change of a row moves. While the caller works on
 * what came, a few requests are under way, so that the portal's limits and not its answering time set the pace.
 */
export async function* readById(
  walk: IdWalk,
  wanted: IdBounds,
  signal: AbortSignal,
): AsyncGenerator<readonly PlacedRow[]> {
  const coverage = createCoverage(wanted.after);
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  const underWay = new Set<Promise<void>>();
  let yielded = 0;
  try {
    while (!coverage.ended && yielded < wanted.limit) {
      while (underWay.size < inFlight(walk, coverage)) {
        const starts = coverage.plan(pagesOf(walk, wanted, coverage, yielded));
        if (starts.length === 0) break;
        const request = ask(walk, wanted, coverage, starts, both).finally(() => underWay.delete(request));
        request.catch(() => undefined);
        underWay.add(request);
      }
      await Promise.race(underWay);
      signal.throwIfAborted();
      const rows = coverage.take();
      yielded += rows.length;
      if (rows.length > 0) yield rows;
    }
  } finally {
    stop.abort();
    await Promise.allSettled(underWay);
  }
}

function inFlight({ requestsInFlight }: IdWalk, { full }: Coverage): number {
  return full < batchLimit ? 1 : requestsInFlight;
}

function pagesOf({ pace, listing }: IdWalk, { limit }: IdBounds, { full }: Coverage, yielded: number): number {
  const wanted = Math.ceil((limit - yielded) / pageSize);
  const most = Math.min(batchLimit, growth * full || 1, wanted);
  return Math.max(1, pace.room(Array.from({ length: most }, () => listing.method)));
}

async function ask(
  { client, listing, pace }: IdWalk,
  { bounds, verify }: IdBounds,
  coverage: Coverage,
  starts: readonly number[],
  signal: AbortSignal,
): Promise<void> {
  const commands = starts.map((after) => listing.page({ ...bounds, [`>${listing.key}`]: after }, -1));
  let replies: readonly Reply[];
  try {
    replies = await askAll(client, commands, signal);
  } catch (thrown) {
    if (!signal.aborted) pace.lost(starts.length);
    throw thrown;
  }
  pace.came(
    replies.map((reply) => ({ method: listing.method, ms: reply.ok ? reply.time.processingMs : undefined })),
    undefined,
  );
  for (const [index, after] of starts.entries()) {
    const rows = rowsOf(listing, replies[index], after);
    for (const row of rows) verify(row);
    coverage.came(after, rows);
  }
}

/** Ids go up from row to row, or the portal passed over filter or order: the read would never end (DL-3). */
function rowsOf(listing: Listing, reply: Reply | undefined, after: number): readonly PlacedRow[] {
  const { host, what, key } = listing;
  const given = listing.rows(resultOf(listing, reply).value);
  if (given === undefined) throw errors.unexpected_result.error({ host, method: listing.method });
  let last = after;
  return given.map((one) => {
    const row = listing.place(one);
    if (row.id <= last) throw errors.filter_ignored.error({ host, entity: what, fields: key });
    last = row.id;
    return row;
  });
}
