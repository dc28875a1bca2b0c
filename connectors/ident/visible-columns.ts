import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Row, Value } from '../../engine/index.ts';
import type { SqlClient } from '../_mssql/client.ts';
import type { Has, Stream } from './stream.ts';
import { optionalColumns } from './stream.ts';

/** Columns the login can read, by table. */
export type Readable = ReadonlyMap<string, ReadonlySet<Value>>;

/**
 * Which columns of these tables the base has and the login can read. The catalogue shows columns of a table that are
 * denied one by one, so each is asked for.
 */
export async function askColumns(client: SqlClient, tables: Iterable<string>, signal: AbortSignal): Promise<Readable> {
  const names = [...tables].map((table) => sql.lit(table.slice(table.indexOf('.') + 1)));
  const query = sql`SELECT 'dbo.' + TABLE_NAME AS [table], COLUMN_NAME AS [column] FROM INFORMATION_SCHEMA.COLUMNS
WHERE TABLE_SCHEMA = 'dbo' AND TABLE_NAME IN (${sql.join(names)})
AND HAS_PERMS_BY_NAME('dbo.' + QUOTENAME(TABLE_NAME), 'OBJECT', 'SELECT', COLUMN_NAME, 'COLUMN') = 1`;
  const [rows = []] = await client.results([query], signal);
  const grouped = Map.groupBy(rows, (row) => String(row['table']));
  return new Map(
    [...grouped].map(([table, columns]) => [table, new Set(columns.flatMap((row) => row['column'] ?? []))]),
  );
}

/** Asks which of the columns that not every base has are there for a stream; undefined: it knows none. */
export function optionalQuery(stream: Stream): RawBuilder<unknown> | undefined {
  const columns = [...optionalColumns(stream)].flatMap(([table, of]) =>
    Object.keys(of).map((column) => sql`(${sql.lit(table)}, ${sql.lit(column)})`),
  );
  if (columns.length === 0) return undefined;
  return sql`SELECT c.[table], c.[column] FROM (VALUES ${sql.join(columns)}) AS c ([table], [column])
WHERE COL_LENGTH(c.[table], c.[column]) IS NOT NULL AND HAS_PERMS_BY_NAME(c.[table], 'OBJECT', 'SELECT', c.[column], 'COLUMN') = 1`;
}

/** Out of the rows of `optionalQuery`. */
export function hasOf(rows: readonly Row[]): Has {
  const there = new Set(rows.map((row) => `${String(row['table'])}.${String(row['column'])}`));
  return (column) => there.has(column);
}
