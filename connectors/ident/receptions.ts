import type { Host, Row, Source, SourceBatch, Value } from '../../engine/index.ts';
import type { SqlClient } from '../_mssql/client.ts';
import { cursorColumn, sourceNow } from '../_mssql/cursor.ts';
import type { Bounds } from '../_mssql/cursor.ts';
import { readPages } from '../_mssql/pages.ts';
import type { Pages, PlacedRow } from '../_mssql/pages.ts';
import type { Statement } from '../_mssql/parameters.ts';
import { availableColumns } from './visible-columns.ts';
import { errors } from './errors.ts';
import { receptionFields } from './fields.ts';
import { receptionRow } from './reception-row.ts';
import {
  fetchQuery,
  finishedVisitsQuery,
  linesQuery,
  ordersQuery,
  professionsQuery,
  scanQuery,
  tailQuery,
} from './receptions-query.ts';
import type { Available } from './receptions-query.ts';

/** A statement takes at most 2100 parameters, and a collection is asked for by one parameter a visit. */
const pageLimit = 2000;

const changedAt = cursorColumn('changedAt', 'datetime');

/** The stream `receptions`: visits with patient, doctor, branch and bill, each once whatever hangs on it (T9). */
export function receptions(client: SqlClient, host: Host): Source {
  return {
    async describe(signal) {
      signal.throwIfAborted();
      return { fields: receptionFields, key: ['id'] };
    },
    async *read(request): AsyncGenerator<SourceBatch, void, void> {
      const field = request.window?.field ?? 'changedAt';
      if (field !== 'changedAt') throw errors.cursor_field.error({ stream: 'receptions', field });
      const available = await availableColumns(client, request.signal);
      yield* readPages(pagesOf(client, available), { ...request, batch: Math.min(request.batch, pageLimit - 1) }, host);
    },
    async fetch(keys, signal) {
      const available = await availableColumns(client, signal);
      const ids = keys.flatMap((key) => key['id'] ?? []);
      const rows: Row[] = [];
      for (let start = 0; start < ids.length; start += pageLimit) {
        const placed = await visitsOf(client, fetchQuery(available, ids.slice(start, start + pageLimit)), signal);
        rows.push(...placed.map(({ row }) => row));
      }
      return rows;
    },
  };
}

function pagesOf(client: SqlClient, available: Available): Pages {
  return {
    cursor: changedAt,
    now: async (signal) => await sourceNow(client, changedAt, signal),
    scan: async (bounds, after, count, signal) =>
      await visitsOf(client, scanQuery(available, bounds, after?.[0], count), signal),
    tail: async (bounds, after, count, signal) =>
      await visitsOf(client, tailPage(available, bounds, after, count), signal),
  };
}

function tailPage(available: Available, { from = '' }: Bounds, after: PlacedRow | undefined, count: number): Statement {
  const [id] = after?.key ?? [];
  const place = after?.at !== undefined && id !== undefined ? { changedAt: after.at, id } : undefined;
  return tailQuery(available, from, place, count);
}

/** One page and, by one query each, what hangs on its visits. */
async function visitsOf(client: SqlClient, statement: Statement, signal: AbortSignal): Promise<readonly PlacedRow[]> {
  const visits = await client.rows(statement, signal);
  const ids = distinct(visits, 'id');
  if (ids.length === 0) return [];
  const collection = async (by: string, keys: readonly Value[], query: (keys: readonly Value[]) => Statement) =>
    Map.groupBy(keys.length === 0 ? [] : await client.rows(query(keys), signal), (row) => row[by] ?? '');
  // One after the other, on one connection: four at once would cost the clinic's server a login each.
  const professions = await collection('doctorId', distinct(visits, 'doctorId'), professionsQuery);
  const orders = await collection('receptionId', ids, ordersQuery);
  const lines = await collection('receptionId', ids, linesQuery);
  const finished = await collection('patientId', distinct(visits, 'patientId'), finishedVisitsQuery);
  return visits.map((visit) => {
    const row = receptionRow(visit, { professions, orders, lines, finished });
    const at = visit['changedAt'];
    return { row, key: [visit['id'] ?? 0], ...(at !== undefined && { at }) };
  });
}

function distinct(rows: readonly Row[], column: string): readonly Value[] {
  return [...new Set(rows.flatMap((row) => row[column] ?? []))];
}
