import type { Host, Row, Source, SourceBatch } from '../../engine/index.ts';
import type { SqlClient } from '../_mssql/client.ts';
import { cursorColumn, nowOf, nowQuery } from '../_mssql/cursor.ts';
import type { SourceNow } from '../_mssql/cursor.ts';
import { readPages } from '../_mssql/pages.ts';
import type { Statement } from '../_mssql/parameters.ts';
import type { Bounds, Pages, PlacedRow } from '../_sql/walk.ts';
import { collect } from './collect.ts';
import { errors } from './errors.ts';
import type { Has, Stream } from './stream.ts';
import { fetchQuery, scanQuery, tailQuery } from './stream-query.ts';
import { hasOf, optionalQuery } from './visible-columns.ts';

/** A statement takes at most 2100 parameters, and a collection is asked for by one parameter a row. */
const pageLimit = 2000;

const changedAt = cursorColumn('changedAt', 'datetime');

/** A source out of a stream's description: each row once, whatever hangs on it (T9). */
export function streamSource(client: SqlClient, host: Host, stream: Stream): Source {
  const cursor = stream.stamps && changedAt;
  let known: Has | undefined;
  /** The columns are asked for once, in the round trip of the clock. */
  const open = async (signal: AbortSignal): Promise<{ readonly has: Has; readonly now: SourceNow }> => {
    const columns = known ? undefined : optionalQuery(stream);
    const [[now] = [], rows = []] = await client.results([nowQuery(cursor), ...(columns ? [columns] : [])], signal);
    known ??= hasOf(rows);
    return { has: known, now: nowOf(now, cursor) };
  };
  return {
    async describe(signal) {
      signal.throwIfAborted();
      return { fields: stream.fields, key: ['id'] };
    },
    async *read(request): AsyncGenerator<SourceBatch, void, void> {
      checkCursor(stream, request.window?.field);
      const { has, now } = await open(request.signal);
      const batch = Math.min(request.batch, pageLimit - 1);
      const pages = { cursor, now: async () => now, ...pagesOf(client, stream, has) };
      yield* readPages(pages, { ...request, batch }, host);
    },
    async fetch(keys, signal) {
      const has = known ?? (await open(signal)).has;
      const ids = keys.flatMap((key) => key['id'] ?? []);
      const rows: Row[] = [];
      for (let start = 0; start < ids.length; start += pageLimit) {
        const statement = fetchQuery(stream, has, ids.slice(start, start + pageLimit));
        const placed = await rowsOf(client, stream, has, statement, signal);
        rows.push(...placed.map(({ row }) => row));
      }
      return rows;
    },
  };
}

function checkCursor({ name, stamps }: Stream, field: string | undefined): void {
  if (field === undefined) return;
  if (!stamps) throw errors.no_cursor.error({ stream: name });
  if (field !== changedAt.name) throw errors.cursor_field.error({ stream: name, field });
}

function pagesOf(client: SqlClient, stream: Stream, has: Has): Pages {
  return {
    scan: async (bounds, after, count, signal) =>
      await rowsOf(client, stream, has, scanQuery(stream, has, bounds, after?.[0], count), signal),
    tail: async (bounds, after, count, signal) =>
      await rowsOf(client, stream, has, tailPage(stream, has, bounds, after, count), signal),
  };
}

function tailPage(
  stream: Stream,
  has: Has,
  { from = '' }: Bounds,
  after: PlacedRow | undefined,
  count: number,
): Statement {
  const [id] = after?.key ?? [];
  const place = after?.at !== undefined && id !== undefined ? { changedAt: after.at, id } : undefined;
  return tailQuery(stream, has, from, place, count);
}

/** One page and what hangs on its rows. */
async function rowsOf(
  client: SqlClient,
  stream: Stream,
  has: Has,
  statement: Statement,
  signal: AbortSignal,
): Promise<readonly PlacedRow[]> {
  const flat = await client.rows(statement, signal);
  const around = await collect(client, stream, has, flat, signal);
  return flat.map((one) => {
    const at = one['changedAt'];
    return { row: stream.row(one, around), key: [one['id'] ?? 0], ...(at !== undefined && { at }) };
  });
}
