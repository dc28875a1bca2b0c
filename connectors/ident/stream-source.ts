import type { Host, Row, Source, SourceBatch, Value } from '../../engine/index.ts';
import type { SqlClient } from '../_mssql/client.ts';
import { cursorColumn, sourceNow } from '../_mssql/cursor.ts';
import { readPages } from '../_mssql/pages.ts';
import type { TablePages } from '../_mssql/pages.ts';
import type { Statement } from '../_mssql/parameters.ts';
import type { Bounds, PlacedRow } from '../_sql/walk.ts';
import { errors } from './errors.ts';
import type { Around, Has, Stream } from './stream.ts';
import { fetchQuery, scanQuery, tailQuery } from './stream-query.ts';
import { readableColumns } from './visible-columns.ts';

/** A statement takes at most 2100 parameters, and a collection is asked for by one parameter a row. */
const pageLimit = 2000;

const changedAt = cursorColumn('changedAt', 'datetime');

/** A source out of a stream's description: each row once, whatever hangs on it (T9). */
export function streamSource(client: SqlClient, host: Host, stream: Stream): Source {
  return {
    async describe(signal) {
      signal.throwIfAborted();
      return { fields: stream.fields, key: ['id'] };
    },
    async *read(request): AsyncGenerator<SourceBatch, void, void> {
      checkCursor(stream, request.window?.field);
      const has = await readableColumns(client, request.signal);
      const batch = Math.min(request.batch, pageLimit - 1);
      yield* readPages(pagesOf(client, stream, has), { ...request, batch }, host);
    },
    async fetch(keys, signal) {
      const has = await readableColumns(client, signal);
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

function pagesOf(client: SqlClient, stream: Stream, has: Has): TablePages {
  const cursor = stream.stamps && changedAt;
  return {
    cursor,
    now: async (signal) => await sourceNow(client, cursor, signal),
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

/** One page and, by one query each, what hangs on its rows. */
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

async function collect(
  client: SqlClient,
  { around = {} }: Stream,
  has: Has,
  flat: readonly Row[],
  signal: AbortSignal,
): Promise<Around> {
  const found = new Map<string, ReadonlyMap<Value, readonly Row[]>>();
  // One after the other, on one connection: four at once would cost the clinic's server a login each.
  for (const [name, { of, by, query }] of Object.entries(around)) {
    const ids = [...new Set(flat.flatMap((row) => row[of] ?? []))];
    const statement = ids.length === 0 ? undefined : query(ids, has);
    if (!statement) continue;
    found.set(
      name,
      Map.groupBy(await client.rows(statement, signal), (row) => row[by] ?? ''),
    );
  }
  return (name, id) => (id === undefined ? undefined : found.get(name)?.get(id)) ?? [];
}
