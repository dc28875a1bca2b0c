import type { Field } from '../../engine/index.ts';
import type { SqlClient } from './client.ts';
import { errors } from './errors.ts';
import { fieldType } from './values.ts';

/** A column as the data base describes it. */
export interface CatalogueColumn {
  readonly name: string;
  /** T-SQL type without length: `nvarchar`, `timestamp`. */
  readonly type: string;
  readonly nullable: boolean;
  readonly precision?: number;
  readonly scale?: number;
}

export interface CatalogueTable {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly CatalogueColumn[];
  /** Columns of the primary key in its order; empty without one. */
  readonly key: readonly string[];
}

/** `dbo.Orders`, `Orders` and `[dbo].[Orders]` are one table. */
export function tableName(text: string): { readonly schema: string; readonly name: string } {
  const parts = [...text.matchAll(/\[((?:[^\]]|\]\])+)\]|([^.[\]]+)/g)].map(
    ([, quoted, bare = '']) => quoted?.replaceAll(']]', ']') ?? bare,
  );
  const name = parts.at(-1) ?? text;
  return { schema: parts.at(-2) ?? 'dbo', name };
}

/** Columns and key of a table as far as the login sees them; throws when it sees none. */
export async function readTable(client: SqlClient, text: string, signal: AbortSignal): Promise<CatalogueTable> {
  const { schema, name } = tableName(text);
  const parameters = { schema: { type: 'nvarchar', value: schema }, name: { type: 'nvarchar', value: name } };
  const columns = await client.rows({ text: columnsQuery, parameters }, signal);
  if (columns.length === 0) throw errors.table_unknown.error({ table: `${schema}.${name}` });
  const key = await client.rows({ text: keyQuery, parameters }, signal);
  return {
    schema,
    name,
    columns: columns.map((row) => ({
      name: String(row['name']),
      type: String(row['type']).toLowerCase(),
      nullable: row['nullable'] === 'YES',
      ...(typeof row['precision'] === 'number' && { precision: row['precision'] }),
      ...(typeof row['scale'] === 'number' && { scale: row['scale'] }),
    })),
    key: key.map((row) => String(row['name'])),
  };
}

const columnsQuery = `SELECT COLUMN_NAME AS [name], DATA_TYPE AS [type], IS_NULLABLE AS [nullable],
  NUMERIC_PRECISION AS [precision], NUMERIC_SCALE AS [scale]
FROM INFORMATION_SCHEMA.COLUMNS
WHERE TABLE_SCHEMA = @schema AND TABLE_NAME = @name
ORDER BY ORDINAL_POSITION`;

const keyQuery = `SELECT c.name AS [name]
FROM sys.indexes AS i
INNER JOIN sys.index_columns AS k ON k.object_id = i.object_id AND k.index_id = i.index_id
INNER JOIN sys.columns AS c ON c.object_id = k.object_id AND c.column_id = k.column_id
WHERE i.is_primary_key = 1 AND i.object_id = OBJECT_ID(QUOTENAME(@schema) + '.' + QUOTENAME(@name))
ORDER BY k.key_ordinal`;

/**
 * Columns of a query's first result, without running it; throws what the server has against it.
 * https://learn.microsoft.com/sql/relational-databases/system-stored-procedures/sp-describe-first-result-set-transact-sql
 */
export async function describeQuery(
  client: SqlClient,
  query: string,
  declarations: string,
  signal: AbortSignal,
): Promise<readonly CatalogueColumn[]> {
  const parameters = { tsql: { type: 'nvarchar', value: query }, params: { type: 'nvarchar', value: declarations } };
  const rows = await client.rows({ text: 'sp_describe_first_result_set', procedure: true, parameters }, signal);
  return rows
    .filter((row) => row['is_hidden'] !== true)
    .map((row) => ({
      name: String(row['name'] ?? ''),
      type: String(row['system_type_name']),
      nullable: row['is_nullable'] !== false,
    }));
}

export function fieldsOf(columns: readonly CatalogueColumn[]): readonly Field[] {
  return columns.map(({ name, type, nullable }) => {
    const kind = fieldType(type);
    const isNaive = kind === 'datetime' && type !== 'datetimeoffset';
    return { name, type: kind, optional: nullable, ...(isNaive && { naive: true }) };
  });
}
