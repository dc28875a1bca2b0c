import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Value } from '../../engine/index.ts';
import type { Dialect } from './dialect.ts';
import type { Column, TableName } from './table.ts';

export function tableRef({ schema, name }: TableName): RawBuilder<unknown> {
  return schema === undefined ? sql`${sql.id(name)}` : sql`${sql.id(schema, name)}`;
}

export function where(conditions: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  return conditions.length === 0 ? sql`` : sql` WHERE ${sql.join(conditions, sql` AND `)}`;
}

export function named(columns: readonly Column[]): RawBuilder<unknown> {
  return sql.join(columns.map(({ name }) => sql.id(name)));
}

export function equal(dialect: Dialect, column: Column, value: Value): RawBuilder<unknown> {
  return sql`${sql.id(column.name)} = ${dialect.bound(column, value)}`;
}

/** Rows behind a place in an order of several columns: a > 1, or a = 1 and b > 2, or …. */
export function behind(
  dialect: Dialect,
  order: readonly Column[],
  after: readonly Value[] | undefined,
): readonly RawBuilder<unknown>[] {
  if (!after) return [];
  const place = (index: number): Value => after[index] ?? '';
  const alternatives = order.map((column, index) => {
    const equals = order.slice(0, index).map((before, position) => equal(dialect, before, place(position)));
    const greater = sql`${sql.id(column.name)} > ${dialect.bound(column, place(index))}`;
    return sql`(${sql.join([...equals, greater], sql` AND `)})`;
  });
  // The first column alone lets the index find the place; the rest decides within it.
  const [first] = order;
  const start = first && order.length > 1 ? [sql`${sql.id(first.name)} >= ${dialect.bound(first, place(0))}`] : [];
  return [...start, sql`(${sql.join(alternatives, sql` OR `)})`];
}

/** A page of rows in the order of these columns. */
export function page(
  table: TableName,
  columns: readonly Column[],
  conditions: readonly RawBuilder<unknown>[],
  order: readonly Column[],
  count: number,
): RawBuilder<unknown> {
  return sql`SELECT ${named(columns)} FROM ${tableRef(table)}${where(conditions)} ORDER BY ${named(order)} LIMIT ${sql.lit(count)}`;
}
