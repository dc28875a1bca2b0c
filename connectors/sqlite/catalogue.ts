import type { Row } from '../../engine/index.ts';
import type { Session } from '../_sql/dialect.ts';
import type { Column, Table, TableName } from '../_sql/table.ts';

/** Columns and keys by the pragmas of SQLite. https://www.sqlite.org/pragma.html#pragma_table_xinfo */
export async function readTable(run: Session['run'], given: TableName): Promise<Table | undefined> {
  const name = given.name;
  const schema = given.schema ?? 'main';
  if (schema.toLowerCase() !== 'main') return undefined;
  const ask = async (sql: string, ...parameters: readonly string[]): Promise<readonly Row[]> =>
    (await run({ sql, parameters })).rows;
  const columns = await ask(
    `SELECT name, type, "notnull", dflt_value IS NOT NULL AS filled, pk, hidden
     FROM pragma_table_xinfo(?, ?) WHERE hidden <> 1 ORDER BY cid`,
    name,
    schema,
  );
  if (columns.length === 0) return undefined;
  const unique = await ask(
    `SELECT i.name AS name, i.origin AS origin, c.name AS column, c.cid AS cid
     FROM pragma_index_list(?, ?) AS i, pragma_index_info(i.name, ?) AS c
     WHERE i."unique" = 1 AND i.partial = 0 ORDER BY i.seq, c.seqno`,
    name,
    schema,
    schema,
  );
  const primaryKey = columns
    .filter((row) => Number(row['pk']) > 0)
    .toSorted((a, b) => Number(a['pk']) - Number(b['pk']))
    .map((row) => String(row['name']));
  const numbered = isRowid(columns, primaryKey, unique);
  return {
    ...given,
    columns: columns.map((row) => columnOf(row, numbered)),
    primaryKey,
    keys: distinct([primaryKey, ...keysOf(unique)].filter((key) => key.length > 0)),
  };
}

/** A key that has no index of its own is the row's number, which SQLite gives where nothing is written. */
function isRowid(columns: readonly Row[], primaryKey: readonly string[], unique: readonly Row[]): boolean {
  const key = columns.find((row) => row['name'] === primaryKey[0]);
  const isInteger = String(key?.['type'] ?? '').toUpperCase() === 'INTEGER';
  return primaryKey.length === 1 && isInteger && !unique.some((row) => row['origin'] === 'pk');
}

function columnOf(row: Row, numbered: boolean): Column {
  const inKey = Number(row['pk']) > 0;
  return {
    name: String(row['name']),
    type: String(row['type'] ?? ''),
    nullable: row['notnull'] === 0 && !inKey,
    hasDefault: row['filled'] === 1 || (inKey && numbered),
    generated: Number(row['hidden']) > 1,
  };
}

/** Of columns alone: an index of an expression names none. */
function keysOf(unique: readonly Row[]): readonly (readonly string[])[] {
  const parts = new Map<string, Row[]>();
  for (const row of unique) parts.set(String(row['name']), [...(parts.get(String(row['name'])) ?? []), row]);
  return [...parts.values()]
    .filter((rows) => rows.every((row) => row['column'] !== undefined))
    .map((rows) => rows.map((row) => String(row['column'])));
}

function distinct(keys: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return [...new Map(keys.map((key) => [JSON.stringify(key.toSorted()), key])).values()];
}
