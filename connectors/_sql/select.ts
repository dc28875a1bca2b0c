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

/** An order of rows; the cursor's values are put into it as the dialect says. */
export interface Order {
  readonly columns: readonly Column[];
  readonly cursor?: Column | undefined;
}

/** A column, or a value it meets, as it is compared in this order. */
export function placed(dialect: Dialect, { cursor }: Order, column: Column, value?: Value): RawBuilder<unknown> {
  const operand = value === undefined ? sql`${sql.id(column.name)}` : dialect.bound(column, value);
  return column.name === cursor?.name && dialect.inOrder ? dialect.inOrder(column, operand) : operand;
}

export function orderBy(dialect: Dialect, order: Order): RawBuilder<unknown> {
  return sql` ORDER BY ${sql.join(order.columns.map((column) => placed(dialect, order, column)))}`;
}

/** Rows behind a place in an order of several columns: a > 1, or a = 1 and b > 2, or …. */
export function behind(
  dialect: Dialect,
  order: Order,
  after: readonly Value[] | undefined,
): readonly RawBuilder<unknown>[] {
  if (!after) return [];
  const compared = (column: Column, index: number, operator: '=' | '>' | '>='): RawBuilder<unknown> =>
    sql`${placed(dialect, order, column)} ${sql.raw(operator)} ${placed(dialect, order, column, after[index] ?? '')}`;
  const alternatives = order.columns.map((column, index) => {
    const equals = order.columns.slice(0, index).map((before, position) => compared(before, position, '='));
    return sql`(${sql.join([...equals, compared(column, index, '>')], sql` AND `)})`;
  });
  // The first column alone lets the index find the place; the rest decides within it.
  const [first] = order.columns;
  const start = first && order.columns.length > 1 ? [compared(first, 0, '>=')] : [];
  return [...start, sql`(${sql.join(alternatives, sql` OR `)})`];
}

/** A page of rows in this order. */
export function page(
  dialect: Dialect,
  table: TableName,
  columns: readonly Column[],
  conditions: readonly RawBuilder<unknown>[],
  order: Order,
  count: number,
): RawBuilder<unknown> {
  return sql`SELECT ${named(columns)} FROM ${tableRef(table)}${where(conditions)}${orderBy(dialect, order)} LIMIT ${sql.lit(count)}`;
}
