import { SqlError } from '../errors.ts';
import { bindCondition, bindExpression } from './bind-expression.ts';
import { bindFrom } from './bind-from.ts';
import { bindCompound } from './bind-compound.ts';
import type { Binding, Place } from './binding.ts';
import { type Bound, type ColumnUse, compose } from './bound.ts';
import { sortKey } from './emit.ts';
import { columnUse, findColumn, type Scope, sourcesNamed } from './scope.ts';
import { fold } from '../catalog.ts';
import type { SqlType } from './sql-types.ts';
import type { Expression, Order, Query, QueryBody, Select, SelectItem } from './syntax.ts';
import { bindXmlText } from './bind-xml.ts';
import { bindOrder, limitSql, orderSql } from './bind-order.ts';

/** A column of a result. In SQL it is called `"#1"`, `"#2"`, … by its place. */
export interface Output {
  readonly name: string;
  readonly type: SqlType;
  readonly nullable: boolean;
  readonly identity: boolean;
  readonly untyped: boolean;
}

export interface BoundQuery {
  readonly sql: string;
  readonly columns: readonly Output[];
  /** Columns of surrounding queries that it reads. */
  readonly uses: readonly ColumnUse[];
  readonly atMostOneRow: boolean;
}

export const outputName = (index: number): string => `"#${index + 1}"`;

/** One column of a query as a value for whoever stands around it. */
export const outputValue = (column: Output, sql: string): Bound => ({
  ...compose(sql, column.type, [], column.nullable),
  untyped: column.untyped,
});

/** @param parent the scope around it; undefined for a statement's own query. */
export function bindQuery(binding: Binding, query: Query, parent: Scope | undefined, nested: boolean): BoundQuery {
  const { body, order, offset, fetch } = query;
  if (query.xml !== undefined) return bindXmlText(binding, query, parent);
  if (nested && order.length > 0 && offset === undefined && (body.kind !== 'select' || body.top === undefined)) {
    throw new SqlError(
      1033,
      'The ORDER BY clause is invalid in views, inline functions, derived tables, subqueries, and common table expressions, unless TOP, OFFSET or FOR XML is also specified.',
      { severity: 15, line: query.line },
    );
  }
  if (body.kind === 'select') return bindSelect(binding, body, parent, query);
  const compound = bindBody(binding, body, parent);
  if (order.length === 0) return compound;
  const terms = order.map((term) => outputOrder(compound, term));
  const names = compound.columns.map((_, index) => outputName(index)).join(', ');
  const limit = limitSql(placeOf(binding, parent), { offset, fetch, top: undefined });
  return { ...compound, sql: `SELECT ${names} FROM (${compound.sql}) ORDER BY ${terms.join(', ')}${limit}` };
}

export function bindBody(binding: Binding, body: QueryBody, parent: Scope | undefined): BoundQuery {
  if (body.kind !== 'select') return bindCompound(binding, body, parent);
  return bindSelect(binding, body, parent, { order: [], offset: undefined, fetch: undefined });
}

/** After UNION only columns of the result can be sorted by. */
function outputOrder({ columns }: BoundQuery, { value, descending }: Order): string {
  const index = outputIndex(columns, value);
  const column = index === undefined ? undefined : columns[index];
  if (index === undefined || column === undefined) {
    throw new SqlError(
      104,
      'ORDER BY items must appear in the select list if the statement contains a UNION, INTERSECT or EXCEPT operator.',
      { severity: 15, line: value.line },
    );
  }
  return `${sortKey(outputValue(column, outputName(index)))}${descending ? ' DESC' : ''}`;
}

/** ORDER BY 2, ORDER BY alias. */
export function outputIndex(columns: readonly { readonly name: string }[], value: Expression): number | undefined {
  if (value.kind === 'integer') {
    const index = Number(value.text) - 1;
    if (index >= 0 && index < columns.length) return index;
    throw new SqlError(
      108,
      `The ORDER BY position number ${value.text} is out of range of the number of items in the select list.`,
      { severity: 15, line: value.line },
    );
  }
  if (value.kind !== 'column' || value.name.length !== 1) return undefined;
  const index = columns.findIndex((column) => fold(column.name) === fold(value.name[0] ?? ''));
  return index < 0 ? undefined : index;
}

const emptyScope = (parent: Scope | undefined): Scope => ({ parent, sources: [], grouping: new Set() });

const placeOf = (binding: Binding, parent: Scope | undefined): Place => ({
  binding,
  scope: emptyScope(parent),
  clause: 'select',
  insideAggregate: false,
});

export interface Item {
  readonly name: string;
  readonly value: Bound;
  readonly identity: boolean;
}

type Tail = Pick<Query, 'order' | 'offset' | 'fetch'>;

function bindSelect(binding: Binding, select: Select, parent: Scope | undefined, tail: Tail): BoundQuery {
  const grouping = new Set<string>();
  const from = bindFrom(binding, select.from, parent, grouping);
  const place: Place = { binding, scope: from.scope, clause: 'select', insideAggregate: false };
  const where = select.where && bindCondition({ ...place, clause: 'where' }, select.where);
  const groups = select.group.map((one) => bindGroup({ ...place, clause: 'group' }, one));
  for (const group of groups) grouping.add(group.sql);
  const items = select.items.flatMap((item) => bindItem(place, item));
  const having = select.having && bindCondition({ ...place, clause: 'having' }, select.having);
  const order = tail.order.map((term) => bindOrder({ ...place, clause: 'order' }, term, items, select.distinct));
  const grouped =
    groups.length > 0 || having !== undefined || [...items, ...order].some((one) => one.value.hasAggregate);
  if (grouped) checkGrouping(from.scope, items, having, order);

  const limit = limitSql(place, { top: select.top, offset: tail.offset, fetch: tail.fetch });
  const list = items.map(({ value }, index) => `${value.sql} AS ${outputName(index)}`).join(', ');
  const core = [
    `SELECT ${list}`,
    from.sql,
    where === undefined ? '' : ` WHERE ${where.sql}`,
    groups.length === 0 ? '' : ` GROUP BY ${groups.map(sortKey).join(', ')}`,
    having === undefined ? '' : ` HAVING ${having.sql}`,
  ].join('');
  const sql = select.distinct ? distinctSql(core, items) : core;
  const parts = [...items.map((item) => item.value), ...order.map((term) => term.value), where, having, ...groups];
  const uses = [...from.uses, ...parts.flatMap((part) => part?.uses ?? [])];
  return {
    sql: `${sql}${orderSql(order, items)}${limit}`,
    columns: items.map(({ name, value, identity }) => ({ ...value, name, identity })),
    uses: uses.filter((use) => use.scope !== from.scope),
    atMostOneRow:
      (grouped && groups.length === 0) || isOne(select.top) || isOne(tail.fetch) || select.from.length === 0,
  };
}

const isOne = (count: Expression | undefined): boolean => count?.kind === 'integer' && count.text === '1';

/** DISTINCT by collation and exact value: SQLite's own would tell Иванов from ИВАНОВ. */
function distinctSql(core: string, items: readonly Item[]): string {
  const names = items.map((_, index) => outputName(index));
  const keys = items.map(({ value }, index) => sortKey({ ...value, sql: outputName(index) }));
  return `SELECT ${names.join(', ')} FROM (${core}) GROUP BY ${keys.join(', ')}`;
}

function bindGroup(place: Place, expression: Expression): Bound {
  const bound = bindExpression(place, expression);
  if (bound.hasSubquery) {
    throw new SqlError(
      144,
      'Cannot use an aggregate or a subquery in an expression used for the group by list of a GROUP BY clause.',
      { severity: 15, line: expression.line },
    );
  }
  if (bound.uses.every((use) => use.scope !== place.scope)) {
    throw new SqlError(
      164,
      'Each GROUP BY expression must contain at least one column that is not an outer reference.',
      {
        severity: 15,
        line: expression.line,
      },
    );
  }
  return bound;
}

function bindItem(place: Place, item: SelectItem): Item[] {
  if (item.kind === 'value') {
    const value = bindExpression(place, item.value);
    const column = item.value.kind === 'column' ? findColumn(place.scope, item.value.name).column : undefined;
    return [{ name: item.alias ?? writtenName(item.value), value, identity: column?.identity === true }];
  }
  const sources = sourcesNamed(place.scope, item.of);
  if (place.scope.sources.length === 0 || sources.length === 0) {
    if (item.of.length === 0) throw new SqlError(263, 'Must specify table to select from.');
    throw new SqlError(
      107,
      `The column prefix '${item.of.join('.')}' does not match with a table name or alias name used in the query.`,
      { severity: 15 },
    );
  }
  return sources.flatMap((source) =>
    source.columns.map((column) => ({
      name: column.name,
      value: columnUse(place.scope, source, column),
      identity: column.identity,
    })),
  );
}

/** A column without an alias is called as the statement writes it. */
const writtenName = (value: Expression): string => (value.kind === 'column' ? (value.name.at(-1) ?? '') : '');

/** Every column outside of aggregates has to be one that was grouped by. */
function checkGrouping(
  scope: Scope,
  items: readonly Item[],
  having: Bound | undefined,
  order: readonly { readonly value: Bound }[],
): void {
  const loose = (value: Bound | undefined) => value?.uses.find((use) => use.scope === scope);
  const because = 'because it is not contained in either an aggregate function or the GROUP BY clause.';
  for (const { value } of items) {
    const use = loose(value);
    if (use !== undefined) throw new SqlError(8120, `Column '${use.name}' is invalid in the select list ${because}`);
  }
  const inHaving = loose(having);
  if (inHaving !== undefined) {
    throw new SqlError(8121, `Column '${inHaving.name}' is invalid in the HAVING clause ${because}`);
  }
  for (const { value } of order) {
    const use = loose(value);
    if (use !== undefined)
      throw new SqlError(8127, `Column "${use.name}" is invalid in the ORDER BY clause ${because}`);
  }
}

/** A subquery used as a value: NULL for no row, error 512 for more than one. */
export function bindScalarQuery(place: Place, query: Query): Bound {
  const bound = bindQuery(place.binding, query, place.scope, true);
  const [column] = bound.columns;
  if (column === undefined || bound.columns.length > 1) throw onlyOneColumn();
  const sql = bound.atMostOneRow
    ? `(${bound.sql})`
    : `(SELECT CASE WHEN count(*) > 1 THEN tsql_many_rows(count(*)) ELSE max("#1") END FROM (SELECT "#1" FROM (${bound.sql}) LIMIT 2))`;
  return { ...compose(sql, column.type, [], true), untyped: column.untyped, uses: bound.uses, hasSubquery: true };
}

export const onlyOneColumn = (): SqlError =>
  new SqlError(
    116,
    'Only one expression can be specified in the select list when the subquery is not introduced with EXISTS.',
  );
