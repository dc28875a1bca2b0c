import { notInSandbox, SqlError } from '../errors.ts';
import { bindExpression } from './bind-expression.ts';
import { type Item, outputIndex, outputName } from './bind-query.ts';
import type { Place } from './binding.ts';
import type { Bound } from './bound.ts';
import { asBigInt, sortKey } from './emit.ts';
import { family } from './sql-types.ts';
import type { Expression, Order } from './syntax.ts';

export interface BoundOrder {
  readonly value: Bound;
  /** The item of the select list it sorts by; undefined for any other expression. */
  readonly index: number | undefined;
  readonly descending: boolean;
}

/** A name in ORDER BY is an alias of the select list first, then a column of FROM. */
export function bindOrder(
  place: Place,
  { value, descending }: Order,
  items: readonly Item[],
  distinct: boolean,
): BoundOrder {
  const named = outputIndex(items, value);
  const item = named === undefined ? undefined : items[named];
  if (item !== undefined) return { value: item.value, index: named, descending };
  if (['text', 'decimal', 'float', 'null'].includes(value.kind)) {
    throw new SqlError(408, `A constant expression was encountered in the ORDER BY list, position 1.`, {
      severity: 15,
      line: value.line,
    });
  }
  const bound = bindExpression(place, value);
  const same = items.findIndex((one) => one.value.sql === bound.sql);
  if (distinct && same < 0) {
    throw new SqlError(145, 'ORDER BY items must appear in the select list if SELECT DISTINCT is specified.', {
      severity: 15,
      line: value.line,
    });
  }
  return { value: bound, index: same < 0 ? undefined : same, descending };
}

export function orderSql(order: readonly BoundOrder[], items: readonly Item[]): string {
  if (order.length === 0) return '';
  const terms = order.map(({ value, index, descending }) => {
    const item = index === undefined ? undefined : items[index];
    const key = item === undefined || index === undefined ? value : { ...item.value, sql: outputName(index) };
    return `${sortKey(key)}${descending ? ' DESC' : ''}`;
  });
  return ` ORDER BY ${terms.join(', ')}`;
}

interface Limits {
  readonly top: Expression | undefined;
  readonly offset: Expression | undefined;
  readonly fetch: Expression | undefined;
}

export function limitSql(place: Place, { top, offset, fetch }: Limits): string {
  if (top !== undefined && offset !== undefined) {
    throw new SqlError(10741, 'A TOP can not be used in the same query or sub-query as a OFFSET.', { severity: 15 });
  }
  if (top !== undefined) return ` LIMIT ${count(place, top)}`;
  if (offset === undefined) return '';
  return ` LIMIT ${fetch === undefined ? '-1' : count(place, fetch)} OFFSET ${count(place, offset)}`;
}

/** A count must not look at rows. SQLite reads a negative LIMIT as none, T-SQL as an error. */
function count(place: Place, expression: Expression): string {
  if (expression.kind === 'integer') return expression.text;
  const empty = { ...place, scope: { parent: undefined, sources: [], grouping: new Set<string>() } };
  const bound = bindExpression(empty, expression);
  if (bound.hasSubquery) throw notInSandbox('a subquery in TOP', expression.line);
  if (family(bound.type) !== 'integer') {
    throw new SqlError(
      1060,
      'The number of rows provided for a TOP or FETCH clauses row count parameter must be an integer.',
      { severity: 15, line: expression.line },
    );
  }
  return `tsql_row_count(${asBigInt(bound).sql})`;
}
