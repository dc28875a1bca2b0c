import { notABoolean, SqlError, syntaxNear, syntaxNearKeyword } from '../errors.ts';
import { bindCall } from './bind-call.ts';
import { bindVariable, type Place } from './binding.ts';
import { type Bound, compose, literal, quoteText } from './bound.ts';
import { bindScalarQuery } from './bind-query.ts';
import { bindExists, bindIn } from './bind-subquery.ts';
import { asInt, arithmetic, asText, callConvert, commonType, comparable, convertSql, negate } from './emit.ts';
import { checkConversion, NO_STYLE } from './convert.ts';
import { parseDecimal } from './decimals.ts';
import { resolveColumn } from './scope.ts';
import { BIT, decimal, family, FLOAT, INT, isWide, nvarchar, varbinary, varchar } from './sql-types.ts';
import type { Expression } from './syntax.ts';
import { throughWindows1251 } from './windows-1251.ts';

const MOST_DIGITS = 38;

/** A value. A condition where a value is wanted is a syntax error, as T-SQL has no boolean type. */
export function bindExpression(place: Place, expression: Expression): Bound {
  const bound = bindAny(place, expression);
  return place.scope.grouping.has(bound.sql) ? { ...bound, uses: [] } : bound;
}

function bindAny(place: Place, expression: Expression): Bound {
  switch (expression.kind) {
    case 'integer':
    case 'decimal':
      return bindNumber(expression.text);
    case 'float':
      return literal(floatLiteral(Number(expression.text)), FLOAT);
    case 'text':
      return bindText(expression.text, expression.national);
    case 'binary': {
      const digits = expression.text.slice(2);
      const even = digits.length % 2 === 0 ? digits : `0${digits}`;
      return literal(`x'${even}'`, varbinary(even.length / 2));
    }
    case 'null':
      return { ...compose('NULL', INT, [], true), untyped: true };
    case 'variable':
      return bindVariable(place.binding, expression.name);
    case 'column':
      return resolveColumn(place.scope, expression.name);
    case 'unary':
      return bindUnary(expression.operator, bindExpression(place, expression.operand));
    case 'arithmetic':
      return arithmetic(
        expression.operator,
        bindExpression(place, expression.left),
        bindExpression(place, expression.right),
      );
    case 'case':
      return bindCase(place, expression);
    case 'convert':
      return bindConvert(place, expression);
    case 'call':
      return bindCall(place, expression);
    case 'subquery':
      return bindScalarQuery(place, expression.query);
    case 'compare':
      throw syntaxNear(expression.operator, expression.line);
    case 'isNull':
      throw syntaxNearKeyword('IS', expression.line);
    default:
      throw syntaxNearKeyword(expression.kind.toUpperCase(), expression.line);
  }
}

function bindNumber(text: string): Bound {
  const parsed = parseDecimal(text);
  const significant = text.replace('.', '').replace(/^0+/, '').length;
  if (parsed === undefined || significant > MOST_DIGITS) {
    throw new SqlError(1007, `The number '${text}' is out of the range for numeric representation.`, { severity: 15 });
  }
  if (!text.includes('.') && parsed.digits < 2n ** 31n) return literal(parsed.digits.toString(), INT);
  const type = decimal(Math.max(significant, parsed.scale, 1), parsed.scale);
  return literal(isWide(type) ? `'${parsed.digits}'` : parsed.digits.toString(), type);
}

const floatLiteral = (value: number): string => (Number.isInteger(value) ? value.toExponential() : String(value));

/** A text without N is `varchar`: letters outside the code page are lost here, as they are there. */
function bindText(text: string, national: boolean): Bound {
  const kept = national ? text : throughWindows1251(text);
  const long = kept.length > (national ? 4000 : 8000);
  const length = long ? 'max' : Math.max(kept.length, 1);
  return literal(quoteText(kept), national ? nvarchar(length) : varchar(length));
}

function bindUnary(operator: '-' | '+' | '~', operand: Bound): Bound {
  if (operator === '-') return negate(operand);
  if (operator === '+') return operand;
  if (family(operand.type) !== 'integer') {
    throw new SqlError(8117, `Operand data type ${operand.type.name} is invalid for '~' operator.`);
  }
  return compose(operand.type.name === 'bit' ? `(1 - ${operand.sql})` : `(~${operand.sql})`, operand.type, [operand]);
}

function bindCase(place: Place, { input, branches, otherwise }: Extract<Expression, { kind: 'case' }>): Bound {
  const subject = input && bindExpression(place, input);
  const whens = branches.map(({ when }) => {
    if (subject === undefined) return bindCondition(place, when);
    const value = bindExpression(place, when);
    const [left, right] = comparable([subject, value]);
    return compose(`${left} = ${right}`, BIT, [subject, value]);
  });
  const thens = branches.map(({ result }) => bindExpression(place, result));
  return caseOf(whens, thens, otherwise && bindExpression(place, otherwise));
}

export function caseOf(whens: readonly Bound[], thens: readonly Bound[], otherwise: Bound | undefined): Bound {
  const results = otherwise === undefined ? thens : [...thens, otherwise];
  const shared = commonType(results);
  if (results.every((result) => result.untyped)) {
    throw new SqlError(
      8133,
      'At least one of the result expressions in a CASE specification must be an expression other than the NULL constant.',
    );
  }
  const arms = whens.map((when, index) => {
    const then = thens[index];
    return then === undefined ? '' : `WHEN ${when.sql} THEN ${convertSql(then, shared)}`;
  });
  const last = otherwise === undefined ? '' : ` ELSE ${convertSql(otherwise, shared)}`;
  const nullable = otherwise === undefined || results.some((result) => result.nullable);
  return compose(`CASE ${arms.join(' ')}${last} END`, shared, [...whens, ...results], nullable);
}

function bindConvert(place: Place, { to, value, style, tolerant }: Extract<Expression, { kind: 'convert' }>): Bound {
  const source = bindExpression(place, value);
  const chosen = style && asInt(bindExpression(place, style));
  const parts = chosen === undefined ? [source] : [source, chosen];
  const nullable = tolerant || parts.some((part) => part.nullable);
  if (source.untyped) return compose(`CAST(NULL AS TEXT)`, to, parts, true);
  checkConversion(source.type, to, true);
  const plain = chosen === undefined && !tolerant;
  const sql = plain
    ? convertSql(source, to, true)
    : callConvert(tolerant ? 'try_convert' : 'convert', source, to, chosen?.sql ?? String(NO_STYLE));
  return compose(sql, to, parts, nullable);
}

/** A condition: what WHERE, ON, HAVING and WHEN want. Its `sql` is SQLite's 1, 0 or NULL. */
export function bindCondition(place: Place, condition: Expression): Bound {
  switch (condition.kind) {
    case 'and':
    case 'or': {
      const sides = [bindCondition(place, condition.left), bindCondition(place, condition.right)];
      return compose(`(${sides.map((side) => side.sql).join(` ${condition.kind.toUpperCase()} `)})`, BIT, sides);
    }
    case 'not': {
      const operand = bindCondition(place, condition.operand);
      return compose(`NOT (${operand.sql})`, BIT, [operand]);
    }
    case 'compare': {
      const sides = [bindExpression(place, condition.left), bindExpression(place, condition.right)];
      const [left, right] = comparable(sides, condition.operator);
      return compose(`${left} ${condition.operator} ${right}`, BIT, sides);
    }
    case 'between': {
      const parts = [condition.operand, condition.low, condition.high].map((one) => bindExpression(place, one));
      const [operand = '', low, high] = comparable(parts);
      return compose(`${operand} ${condition.negated ? 'NOT ' : ''}BETWEEN ${low} AND ${high}`, BIT, parts);
    }
    case 'like':
      return bindLike(place, condition);
    case 'isNull': {
      const operand = bindExpression(place, condition.operand);
      return compose(`(${operand.sql}) IS ${condition.negated ? 'NOT ' : ''}NULL`, BIT, [operand], false);
    }
    case 'in':
      return bindIn(place, condition);
    case 'exists':
      return bindExists(place, condition.query);
    default:
      throw notABoolean(nearOf(condition), condition.line);
  }
}

/** SQL Server names the token after the expression, which a tree no longer knows: the expression itself must do. */
const nearOf = (expression: Expression): string =>
  expression.kind === 'column' ? expression.name.join('.') : 'text' in expression ? expression.text : expression.kind;

function bindLike(place: Place, { operand, pattern, escape, negated }: Extract<Expression, { kind: 'like' }>): Bound {
  const parts = [operand, pattern, ...(escape === undefined ? [] : [escape])].map((one) =>
    asText(bindExpression(place, one)),
  );
  const [value = '', like = '', mark = 'NULL'] = parts.map((part) => part.sql);
  return compose(`${negated ? 'NOT ' : ''}tsql_like(${value}, ${like}, ${mark})`, BIT, parts);
}
