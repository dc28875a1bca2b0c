import { bindExpression } from './bind-expression.ts';
import { bindQuery, onlyOneColumn, outputValue } from './bind-query.ts';
import type { Place } from './binding.ts';
import { type Bound, compose } from './bound.ts';
import { comparable } from './emit.ts';
import { BIT } from './sql-types.ts';
import type { Condition, Query } from './syntax.ts';

export function bindExists(place: Place, query: Query): Bound {
  const bound = bindQuery(place.binding, query, place.scope, true);
  return { ...compose(`EXISTS (${bound.sql})`, BIT, [], false), uses: bound.uses, hasSubquery: true };
}

export function bindIn(place: Place, { operand, choices, negated }: Extract<Condition, { kind: 'in' }>): Bound {
  const value = bindExpression(place, operand);
  const not = negated ? 'NOT ' : '';
  if (!('body' in choices)) {
    const values = [value, ...choices.map((one) => bindExpression(place, one))];
    const [key, ...keys] = comparable(values);
    return compose(`${key} ${not}IN (${keys.join(', ')})`, BIT, values);
  }
  const bound = bindQuery(place.binding, choices, place.scope, true);
  const [column] = bound.columns;
  if (column === undefined || bound.columns.length > 1) throw onlyOneColumn();
  const [key, found] = comparable([value, outputValue(column, '"#1"')]);
  const sql = `${key} ${not}IN (SELECT ${found} FROM (${bound.sql}))`;
  const own = compose(sql, BIT, [value], true);
  return { ...own, uses: [...own.uses, ...bound.uses], hasSubquery: true };
}
