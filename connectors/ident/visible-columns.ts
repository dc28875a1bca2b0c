import type { Value } from '../../engine/index.ts';
import type { SqlClient } from '../_mssql/client.ts';
import type { Has } from './stream.ts';
import { optionalColumns } from './stream.ts';
import { streams } from './streams.ts';

/** Columns the login can read, by table. */
export type Readable = ReadonlyMap<string, ReadonlySet<Value>>;

const seen = new WeakMap<SqlClient, Has>();

/** Which columns this base has and the login can read; asked once per connection. */
export async function readableColumns(client: SqlClient, signal: AbortSignal): Promise<Has> {
  const known = seen.get(client);
  if (known) return known;
  const readable = await askColumns(client, signal);
  const has: Has = (column) => {
    const end = column.lastIndexOf('.');
    return readable.get(column.slice(0, end))?.has(column.slice(end + 1)) === true;
  };
  seen.set(client, has);
  return has;
}

export async function askColumns(client: SqlClient, signal: AbortSignal): Promise<Readable> {
  const rows = await client.rows({ text: columnsQuery, parameters: {} }, signal);
  const grouped = Map.groupBy(rows, (row) => `dbo.${String(row['table'])}`);
  return new Map(
    [...grouped].map(([table, columns]) => [table, new Set(columns.flatMap((row) => row['column'] ?? []))]),
  );
}

const tables = new Set(
  streams.flatMap((stream) => [...Object.keys(stream.required), ...optionalColumns(stream).keys()]),
);
const names = [...tables].map((table) => `'${table.slice(table.indexOf('.') + 1)}'`);
/** The catalogue shows columns of a table that are denied one by one, so each is asked for. */
const columnsQuery = `SELECT TABLE_NAME AS [table], COLUMN_NAME AS [column] FROM INFORMATION_SCHEMA.COLUMNS
WHERE TABLE_SCHEMA = 'dbo' AND TABLE_NAME IN (${names.join(', ')})
AND HAS_PERMS_BY_NAME('dbo.' + QUOTENAME(TABLE_NAME), 'OBJECT', 'SELECT', COLUMN_NAME, 'COLUMN') = 1`;
