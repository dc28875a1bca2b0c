import { notInSandbox, SqlError, syntaxNear } from '../errors.ts';
import { overWindow } from './bind-call.ts';
import { bindExpression } from './bind-expression.ts';
import type { Place } from './binding.ts';
import { type Bound, compose } from './bound.ts';
import { sortKey } from './emit.ts';
import { asDecimal, BIGINT, decimal, family, FLOAT, INT, isMoney, isWide, MONEY, type SqlType } from './sql-types.ts';
import type { Call } from './syntax.ts';
import { typeCode } from './type-code.ts';

const names = new Set(['COUNT', 'COUNT_BIG', 'SUM', 'AVG', 'MIN', 'MAX']);
export const isAggregate = (name: string): boolean => names.has(name);

const wheres: Readonly<Record<string, string>> = { where: 'WHERE', on: 'ON', group: 'GROUP BY', set: 'SET' };

export function bindAggregate(place: Place, call: Call): Bound {
  if (place.insideAggregate) throw nested(call.line);
  const clause = wheres[place.clause];
  if (clause !== undefined && call.over === undefined) throw notHere(clause, call.line);
  if (call.star) {
    if (call.name !== 'COUNT' && call.name !== 'COUNT_BIG') throw syntaxNear('*', call.line);
    return finish(place, call, { sql: 'count(*)', type: call.name === 'COUNT' ? INT : BIGINT }, []);
  }
  const [argument] = call.arguments;
  if (argument === undefined || call.arguments.length > 1) throw syntaxNear(')', call.line);
  const value = bindExpression({ ...place, insideAggregate: true }, argument);
  if (value.hasAggregate || value.hasSubquery) throw nested(call.line);
  if (value.uses.length > 0 && value.uses.every((use) => use.scope !== place.scope)) {
    throw notInSandbox('an aggregate over columns of an outer query', call.line);
  }
  return finish(place, call, aggregateOf(call, value), [value]);
}

interface Aggregate {
  /** Calls of SQLite's or our aggregate functions. */
  readonly sql: string;
  readonly type: SqlType;
  /** What has to be done with the result, such as a check of its range. */
  readonly after?: (sql: string) => string;
  /** SQLite cannot compute it over a window. */
  readonly notOver?: true;
}

function finish(
  place: Place,
  call: Call,
  { sql, type, after = (result) => result, notOver }: Aggregate,
  given: readonly Bound[],
): Bound {
  if (call.over !== undefined) {
    if (call.distinct || notOver === true) throw notInSandbox(`${call.name} … OVER of this type`, call.line);
    const over = overWindow(place, call, sql, type, given);
    return { ...over, sql: after(over.sql) };
  }
  const nullable = call.name !== 'COUNT' && call.name !== 'COUNT_BIG';
  return { ...compose(after(sql), type, given, nullable), uses: [], hasAggregate: true };
}

function aggregateOf(call: Call, value: Bound): Aggregate {
  const distinct = call.distinct ? 'DISTINCT ' : '';
  switch (call.name) {
    case 'COUNT':
    case 'COUNT_BIG': {
      const counted = call.distinct ? sortKey(value) : value.sql;
      return { sql: `count(${distinct}${counted})`, type: call.name === 'COUNT' ? INT : BIGINT };
    }
    case 'MIN':
    case 'MAX':
      return extreme(call.name === 'MIN' ? 'min' : 'max', value);
    case 'SUM':
      return sum(call, value, distinct);
    default:
      return average(call, value, distinct);
  }
}

function extreme(name: 'min' | 'max', value: Bound): Aggregate {
  const { type } = value;
  sortKey(value);
  if (family(type) === 'text') return { sql: `tsql_${name}_text(${value.sql})`, type, notOver: true };
  if (isWide(type)) return { sql: `tsql_${name}_decimal(${value.sql})`, type, notOver: true };
  if (type.name === 'bit' || family(type) === 'guid') throw invalidOperand(type, name);
  return { sql: `${name}(${value.sql})`, type };
}

function sum(call: Call, value: Bound, distinct: string): Aggregate {
  const { type, sql } = value;
  switch (family(type)) {
    case 'integer': {
      if (type.name === 'bit') throw invalidOperand(type, 'sum');
      const total = type.name === 'bigint' ? BIGINT : INT;
      return { sql: `sum(${distinct}${sql})`, type: total, after: (result) => `tsql_int(${result}, '${total.name}')` };
    }
    case 'decimal':
      if (isMoney(type)) return { sql: `sum(${distinct}${sql})`, type: MONEY };
      if (call.distinct) throw notInSandbox('SUM(DISTINCT decimal)', call.line);
      return { sql: `tsql_sum_decimal(${sql})`, type: decimal(38, type.scale), notOver: true };
    case 'float':
      return { sql: `sum(${distinct}${sql})`, type: FLOAT };
    default:
      throw invalidOperand(type, 'sum');
  }
}

function average(call: Call, value: Bound, distinct: string): Aggregate {
  const { type, sql } = value;
  if (type.name === 'bit') throw invalidOperand(type, 'avg');
  const count = `count(${distinct}${sql})`;
  switch (family(type)) {
    case 'integer':
      return { sql: `(sum(${distinct}${sql}) / ${count})`, type: type.name === 'bigint' ? BIGINT : INT, notOver: true };
    case 'decimal': {
      const total = sum(call, value, distinct);
      const result = isMoney(type) ? MONEY : decimal(38, Math.max(type.scale, 6));
      const { scale } = asDecimal(total.type);
      return {
        sql: `tsql_decimal('/', ${total.sql}, ${scale}, nullif(${count}, 0), 0, '${typeCode(result)}')`,
        type: result,
        notOver: true,
      };
    }
    case 'float':
      return { sql: `avg(${distinct}${sql})`, type: FLOAT };
    default:
      throw invalidOperand(type, 'avg');
  }
}

const invalidOperand = (type: SqlType, name: string): SqlError =>
  new SqlError(8117, `Operand data type ${type.name} is invalid for ${name} operator.`);

const nested = (line: number): SqlError =>
  new SqlError(130, 'Cannot perform an aggregate function on an expression containing an aggregate or a subquery.', {
    severity: 15,
    line,
  });

const notHere = (clause: string, line: number): SqlError =>
  clause === 'GROUP BY'
    ? new SqlError(
        144,
        'Cannot use an aggregate or a subquery in an expression used for the group by list of a GROUP BY clause.',
        { severity: 15, line },
      )
    : new SqlError(
        clause === 'SET' ? 157 : clause === 'ON' ? 1015 : 147,
        clause === 'SET'
          ? 'An aggregate may not appear in the set list of an UPDATE statement.'
          : `An aggregate may not appear in the ${clause} clause unless it is in a subquery contained in a HAVING clause or a select list, and the column being aggregated is an outer reference.`,
        { severity: 15, line },
      );
