import { toPipeError, type CheckResult, type Value } from '../../engine/index.ts';
import { cannotRead } from '../_check/results.ts';
import { whatTable } from '../_mssql/check.ts';
import type { SqlClient } from '../_mssql/client.ts';
import { errors } from './errors.ts';
import type { Available } from './receptions-query.ts';
import { optionalColumns, requiredColumns } from './schema.ts';

const seen = new WeakMap<SqlClient, Available>();

/** Which optional columns this base has; asked once per connection. */
export async function availableColumns(client: SqlClient, signal: AbortSignal): Promise<Available> {
  const known = seen.get(client);
  if (known) return known;
  const columns = await visibleColumns(client, signal);
  const available = new Set(optionalColumns.filter((column) => columns.get(tableOf(column))?.has(nameOf(column))));
  seen.set(client, available);
  return available;
}

/** Every table and column the streams need and the login cannot see or read, by name. */
export async function checkTables(client: SqlClient, signal: AbortSignal): Promise<readonly CheckResult[]> {
  const visible = await visibleColumns(client, signal);
  const results: CheckResult[] = [];
  for (const [table, columns] of Object.entries(requiredColumns)) {
    results.push(await checkTable(client, table, columns, visible.get(table), signal));
  }
  return results;
}

async function checkTable(
  client: SqlClient,
  table: string,
  columns: readonly string[],
  visible: ReadonlySet<Value> | undefined,
  signal: AbortSignal,
): Promise<CheckResult> {
  const what = whatTable(table);
  if (visible === undefined) return cannotRead(what, errors.tables_missing.error({ table }));
  const missing = columns.filter((column) => !visible.has(column));
  if (missing.length > 0) return cannotRead(what, errors.columns_missing.error({ table, columns: missing.join(', ') }));
  try {
    const list = columns.map((column) => `[${column}]`).join(', ');
    await client.rows({ text: `SELECT TOP (0) ${list} FROM ${table}`, parameters: {} }, signal);
  } catch (thrown) {
    signal.throwIfAborted();
    return cannotRead(what, toPipeError(thrown));
  }
  const { length } = columns;
  return { what, ok: true, fact: { en: `all ${length} columns can be read`, ru: `читаются все столбцы: ${length}` } };
}

async function visibleColumns(
  client: SqlClient,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ReadonlySet<Value>>> {
  const rows = await client.rows({ text: columnsQuery, parameters: {} }, signal);
  const grouped = Map.groupBy(rows, (row) => `dbo.${String(row['table'])}`);
  return new Map(
    [...grouped].map(([table, columns]) => [table, new Set(columns.flatMap((row) => row['column'] ?? []))]),
  );
}

const names = Object.keys(requiredColumns).map((table) => `'${nameOf(table)}'`);
const columnsQuery = `SELECT TABLE_NAME AS [table], COLUMN_NAME AS [column] FROM INFORMATION_SCHEMA.COLUMNS
WHERE TABLE_SCHEMA = 'dbo' AND TABLE_NAME IN (${names.join(', ')})`;

function nameOf(qualified: string): string {
  return qualified.slice(qualified.lastIndexOf('.') + 1);
}

function tableOf(column: string): string {
  return column.slice(0, column.lastIndexOf('.'));
}
