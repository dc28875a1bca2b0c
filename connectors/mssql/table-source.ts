import type { Host, ReadRequest, Row, Source, SourceBatch, Value } from '../../engine/index.ts';
import { fieldsOf, readTable } from '../_mssql/catalogue.ts';
import type { CatalogueTable } from '../_mssql/catalogue.ts';
import type { SqlClient } from '../_mssql/client.ts';
import { cursorColumn, planRead, sourceNow } from '../_mssql/cursor.ts';
import { errors } from '../_mssql/errors.ts';
import { readPages } from '../_mssql/pages.ts';
import type { TablePages } from '../_mssql/pages.ts';
import type { Statement } from '../_mssql/parameters.ts';
import { readStream } from '../_mssql/query-source.ts';
import { wideNumber } from '../_mssql/values.ts';
import type { Converter } from '../_mssql/values.ts';
import type { PlacedRow } from '../_sql/walk.ts';
import { fetchQuery, isWide, scanQuery, streamQuery, tailPlace, tailQuery } from './table-query.ts';
import type { TableRead } from './table-query.ts';

export interface TableSetting {
  readonly table: string;
  readonly filter: Readonly<Record<string, readonly Value[]>>;
}

/** Parameters of a statement end at 2100. */
const parameterLimit = 2000;

/** A table or view: in pages along its primary key, in one stream where it has none. */
export function tableSource(client: SqlClient, host: Host, setting: TableSetting): Source {
  let found: CatalogueTable | undefined;
  const table = async (signal: AbortSignal): Promise<CatalogueTable> => {
    signal.throwIfAborted();
    return (found ??= await readTable(client, setting.table, signal));
  };
  const reading = async (field: string | undefined, signal: AbortSignal): Promise<TableRead> =>
    tableRead(await table(signal), setting.filter, field);
  return {
    async describe(signal) {
      const { columns, key } = await table(signal);
      return { fields: fieldsOf(columns), ...(key.length > 0 && { key }) };
    },
    async *read(request): AsyncGenerator<SourceBatch, void, void> {
      const read = await reading(request.window?.field, request.signal);
      if (read.table.key.length > 0) yield* readPages(pagesOf(client, read), request, host);
      else yield* readUnkeyed(client, host, read, request);
    },
    async fetch(keys, signal) {
      const read = await reading(undefined, signal);
      const { key } = read.table;
      if (key.length === 0) throw errors.no_key.error({ table: setting.table });
      const rows: Row[] = [];
      const step = Math.floor(parameterLimit / key.length);
      for (let start = 0; start < keys.length; start += step) {
        rows.push(
          ...(await client.rows(fetchQuery(read, keys.slice(start, start + step)), signal, convertersOf(read))),
        );
      }
      return rows;
    },
  };
}

function tableRead(table: CatalogueTable, filter: TableSetting['filter'], field: string | undefined): TableRead {
  for (const name of [...Object.keys(filter), ...(field === undefined ? [] : [field])]) {
    if (!table.columns.some((column) => column.name === name)) throw errors.column_unknown.error({ column: name });
  }
  const column = table.columns.find(({ name }) => name === field);
  return { table, filter, cursor: column && cursorColumn(column.name, column.type) };
}

function pagesOf(client: SqlClient, read: TableRead): TablePages {
  const rows = async (statement: Statement, signal: AbortSignal): Promise<readonly PlacedRow[]> => {
    const found = await client.rows(statement, signal, convertersOf(read));
    return found.map((row) => placed(read, row));
  };
  return {
    cursor: read.cursor,
    now: async (signal) => await sourceNow(client, read.cursor, signal),
    scan: async (bounds, after, count, signal) => await rows(scanQuery(read, bounds, after, count), signal),
    tail: async (bounds, after, count, signal) =>
      await rows(tailQuery(read, bounds, after && tailPlace(read, after.row), count), signal),
  };
}

function placed(read: TableRead, row: Row): PlacedRow {
  const at = read.cursor && row[read.cursor.name];
  return { row, key: read.table.key.map((name) => row[name] ?? ''), ...(at !== undefined && { at }) };
}

async function* readUnkeyed(
  client: SqlClient,
  host: Host,
  read: TableRead,
  request: ReadRequest,
): AsyncGenerator<SourceBatch, void, void> {
  const now = await sourceNow(client, read.cursor, request.signal);
  const plan = planRead(request, read.cursor, now, host);
  const rows = client.stream(streamQuery(read, plan.bounds), request.signal, convertersOf(read));
  yield* readStream(rows, request, read.cursor, plan);
}

function convertersOf({ table }: TableRead): Readonly<Record<string, Converter>> {
  return Object.fromEntries(table.columns.filter(isWide).map(({ name }) => [name, wideNumber]));
}
