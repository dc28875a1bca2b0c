import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Row, Value } from '../../engine/index.ts';
import type { CatalogueColumn, CatalogueTable } from '../_mssql/catalogue.ts';
import { bound, compileRaw } from '../_mssql/compile.ts';
import type { CursorColumn } from '../_mssql/cursor.ts';
import type { Bounds } from '../_sql/walk.ts';
import type { Statement } from '../_mssql/parameters.ts';

/** Which rows of which table; `filter` holds the values a column may have. */
export interface TableRead {
  readonly table: CatalogueTable;
  readonly filter: Readonly<Record<string, readonly Value[]>>;
  readonly cursor: CursorColumn | undefined;
}

/** The next rows behind `after` in the order of the primary key. */
export function scanQuery(
  read: TableRead,
  bounds: Bounds,
  after: readonly Value[] | undefined,
  count: number,
): Statement {
  const key = read.table.key.map((name) => columnOf(read, name));
  return page(read, [...within(read, bounds), ...behind(key, after)], key, count);
}

/** The next rows behind `after` in the order of (cursor column, primary key). */
export function tailQuery(
  read: TableRead,
  bounds: Bounds,
  after: readonly Value[] | undefined,
  count: number,
): Statement {
  const cursor = read.cursor ? [columnOf(read, read.cursor.name)] : [];
  const key = read.table.key.filter((name) => name !== read.cursor?.name).map((name) => columnOf(read, name));
  const order = [...cursor, ...key];
  return page(read, [...within(read, bounds), ...behind(order, after)], order, count);
}

/** Values of a row in the order of tailQuery. */
export function tailPlace(read: TableRead, row: Row): readonly Value[] {
  const names = [read.cursor?.name ?? '', ...read.table.key.filter((name) => name !== read.cursor?.name)];
  return names.map((name) => row[name] ?? '');
}

/** All rows of a table without a key, in one stream. */
export function streamQuery(read: TableRead, bounds: Bounds): Statement {
  const order = read.cursor ? sql` ORDER BY ${sql.ref(read.cursor.name)}` : sql``;
  return compileRaw(sql`SELECT ${selection(read)} FROM ${tableOf(read)}${where(within(read, bounds))}${order}`);
}

/** Rows by their whole key. */
export function fetchQuery(read: TableRead, keys: readonly Row[]): Statement {
  const one = (key: Row): RawBuilder<unknown> =>
    sql`(${sql.join(
      read.table.key.map((name) => equal(columnOf(read, name), key[name] ?? '')),
      sql` AND `,
    )})`;
  return compileRaw(sql`SELECT ${selection(read)} FROM ${tableOf(read)} WHERE ${sql.join(keys.map(one), sql` OR `)}`);
}

function page(
  read: TableRead,
  conditions: readonly RawBuilder<unknown>[],
  order: readonly CatalogueColumn[],
  count: number,
): Statement {
  const names = sql.join(order.map(({ name }) => sql.ref(name)));
  return compileRaw(
    sql`SELECT TOP (${sql.lit(count)}) ${selection(read)} FROM ${tableOf(read)}${where(conditions)} ORDER BY ${names}`,
  );
}

function where(conditions: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  return conditions.length === 0 ? sql`` : sql` WHERE ${sql.join(conditions, sql` AND `)}`;
}

function within(read: TableRead, { from, until }: Bounds): readonly RawBuilder<unknown>[] {
  const conditions = Object.entries(read.filter).map(([name, values]) => {
    const column = columnOf(read, name);
    return sql`${sql.ref(column.name)} IN (${sql.join(values.map((value) => typed(column, value)))})`;
  });
  if (!read.cursor) return conditions;
  const column = columnOf(read, read.cursor.name);
  if (from !== undefined) conditions.push(sql`${sql.ref(column.name)} >= ${typed(column, from)}`);
  if (until !== undefined) conditions.push(sql`${sql.ref(column.name)} < ${typed(column, until)}`);
  return conditions;
}

/** Rows behind a place in an order of several columns: a > 1, or a = 1 and b > 2, or …. */
function behind(
  order: readonly CatalogueColumn[],
  after: readonly Value[] | undefined,
): readonly RawBuilder<unknown>[] {
  if (!after) return [];
  const alternatives = order.map((column, index) => {
    const equals = order.slice(0, index).map((before, position) => equal(before, after[position] ?? ''));
    return sql`(${sql.join([...equals, sql`${sql.ref(column.name)} > ${typed(column, after[index] ?? '')}`], sql` AND `)})`;
  });
  return [sql`(${sql.join(alternatives, sql` OR `)})`];
}

function equal(column: CatalogueColumn, value: Value): RawBuilder<unknown> {
  return sql`${sql.ref(column.name)} = ${typed(column, value)}`;
}

function typed(column: CatalogueColumn, value: Value): RawBuilder<unknown> {
  return bound({ type: column.type, value });
}

function tableOf({ table }: TableRead): RawBuilder<unknown> {
  return sql`${sql.id(table.schema, table.name)}`;
}

function columnOf(read: TableRead, name: string): CatalogueColumn {
  return read.table.columns.find((column) => column.name === name) ?? { name, type: 'nvarchar', nullable: true };
}

function selection({ table }: TableRead): RawBuilder<unknown> {
  return sql.join(table.columns.map(selected));
}

/** Decimals wider than a double and types the driver cannot read come as text. */
function selected(column: CatalogueColumn): RawBuilder<unknown> {
  const name = sql.ref(column.name);
  if (column.type === 'money') return sql`CONVERT(varchar(40), CONVERT(decimal(19, 4), ${name})) AS ${name}`;
  if (isWide(column)) return sql`CONVERT(varchar(40), ${name}) AS ${name}`;
  if (column.type === 'sql_variant') return sql`CONVERT(nvarchar(4000), ${name}) AS ${name}`;
  if (column.type === 'hierarchyid' || column.type === 'geography' || column.type === 'geometry') {
    return sql`${name}.ToString() AS ${name}`;
  }
  return name;
}

/** Numbers read as text, because a double may not hold them. */
export function isWide({ type, precision }: CatalogueColumn): boolean {
  return type === 'money' || ((type === 'decimal' || type === 'numeric') && (precision ?? 0) > 15);
}
