import { incompatibleTypes, notInSandbox, SqlError, typeClash } from '../errors.ts';
import { type Bound, compose } from './bound.ts';
import { checkConversion, NO_STYLE } from './convert.ts';
import { arithmeticType } from './decimals.ts';
import {
  asDecimal,
  BIGINT,
  decimal,
  family,
  FLOAT,
  INT,
  isLegacyLob,
  isMoney,
  isUnicode,
  isWide,
  nvarchar,
  rank,
  type SqlType,
  varchar,
} from './sql-types.ts';
import { typeCode } from './type-code.ts';

/** SQL for converting, comparing and calculating; the JavaScript half is sqlite-functions.ts. */

/** Does a value of `from` already lie in SQLite as `to` wants it, with no check or cut needed? */
function isSame(from: SqlType, to: SqlType): boolean {
  if (family(from) !== family(to)) return false;
  switch (family(to)) {
    case 'integer':
      return to.name !== 'bit' && rank(from) <= rank(to);
    case 'decimal':
      return (
        from.name === to.name &&
        from.scale === to.scale &&
        from.precision <= to.precision &&
        isWide(from) === isWide(to)
      );
    case 'text':
      return (isUnicode(to) || !isUnicode(from)) && isNoLonger(from, to) && to.name !== 'char' && to.name !== 'nchar';
    case 'binary':
      return isNoLonger(from, to) && to.name !== 'binary' && to.name !== 'timestamp';
    case 'float':
      return to.name === 'float';
    case 'guid':
      return true;
    default:
      return from.name === to.name && from.scale === to.scale;
  }
}

const isNoLonger = (from: SqlType, to: SqlType): boolean =>
  to.length === 'max' || (from.length !== 'max' && !isLegacyLob(from) && from.length <= to.length);

export function convertSql(value: Bound, to: SqlType, explicit = false): string {
  if (value.untyped) return value.sql;
  checkConversion(value.type, to, explicit);
  if (isSame(value.type, to)) return value.sql;
  if (family(value.type) === 'integer' && to.name === 'float') return `CAST(${value.sql} AS REAL)`;
  return callConvert('convert', value, to, String(NO_STYLE));
}

export function callConvert(name: 'convert' | 'try_convert', value: Bound, to: SqlType, style: string): string {
  return `tsql_${name}(${value.sql}, '${typeCode(value.type)}', '${typeCode(to)}', ${style})`;
}

export const assignSql = (value: Bound, to: SqlType): string => {
  if (value.untyped) return value.sql;
  checkConversion(value.type, to, false);
  if (isSame(value.type, to)) return value.sql;
  return `tsql_assign(${value.sql}, '${typeCode(value.type)}', '${typeCode(to)}')`;
};

/** The type several values meet in: CASE, COALESCE, UNION, IN, comparisons. */
export function commonType(values: readonly Bound[]): SqlType {
  const typed = values.filter((value) => !value.untyped).map((value) => value.type);
  const [first = INT, ...rest] = typed;
  return rest.reduce(meet, first);
}

function meet(one: SqlType, other: SqlType): SqlType {
  const higher = rank(one) >= rank(other) ? one : other;
  switch (family(higher)) {
    case 'text': {
      if (family(one) !== 'text' || family(other) !== 'text') return higher;
      const unicode = isUnicode(one) || isUnicode(other);
      const longest = one.length === 'max' || other.length === 'max' ? 'max' : Math.max(one.length, other.length);
      return unicode ? nvarchar(longest) : varchar(longest);
    }
    case 'decimal': {
      if (isMoney(higher) || family(one) === 'text' || family(other) === 'text') return higher;
      const [a, b] = [asDecimal(one), asDecimal(other)];
      const scale = Math.max(a.scale, b.scale);
      return decimal(Math.min(38, scale + Math.max(a.precision - a.scale, b.precision - b.scale)), scale);
    }
    case 'binary':
      if (higher.name === 'varbinary' && family(one) === family(other)) {
        const longest = one.length === 'max' || other.length === 'max' ? 'max' : Math.max(one.length, other.length);
        return { ...higher, length: longest };
      }
      return higher;
    case 'datetime2':
    case 'time':
      return one.name === other.name ? { ...higher, scale: Math.max(one.scale, other.scale) } : higher;
    default:
      return higher;
  }
}

const LONG_NAMES: Readonly<Record<string, string>> = {
  '=': 'equal to',
  '<>': 'not equal to',
  '<': 'less than',
  '>': 'greater than',
  '<=': 'less than or equal to',
  '>=': 'greater than or equal to',
};

/** Values as SQLite must see them so that its own comparison gives SQL Server's answer. */
export function comparable(values: readonly Bound[], operator = '='): readonly string[] {
  for (const value of values) {
    if (!value.untyped && isLegacyLob(value.type)) {
      const other = values.find((one) => one !== value) ?? value;
      throw incompatibleTypes(value.type.name, other.type.name, LONG_NAMES[operator] ?? operator);
    }
  }
  const shared = commonType(values);
  return values.map((value) =>
    keySql({ ...value, sql: convertSql(value, compareAs(shared)), type: compareAs(shared) }),
  );
}

/** Compared texts are never cut. */
const compareAs = (shared: SqlType): SqlType =>
  family(shared) === 'text' ? (isUnicode(shared) ? nvarchar('max') : varchar('max')) : shared;

/** What a value is sorted, grouped and made distinct by. */
export function keySql({ sql, type, untyped }: Pick<Bound, 'sql' | 'type' | 'untyped'>): string {
  if (untyped) return sql;
  switch (family(type)) {
    case 'text':
      return `tsql_key(${sql})`;
    case 'decimal':
      return isWide(type) ? `tsql_decimal_key(${sql})` : sql;
    case 'guid':
      return `tsql_guid_key(${sql})`;
    default:
      return sql;
  }
}

/** Error 306 for what cannot be sorted or grouped. */
export function sortKey(value: Bound): string {
  if (isLegacyLob(value.type)) {
    throw new SqlError(
      306,
      'The text, ntext, and image data types cannot be compared or sorted, except when using IS NULL or LIKE operator.',
      { state: 2 },
    );
  }
  return keySql(value);
}

type Operator = '+' | '-' | '*' | '/' | '%' | '&' | '|' | '^';

export function arithmetic(operator: Operator, left: Bound, right: Bound): Bound {
  const parts = [left, right];
  if (operator === '&' || operator === '|' || operator === '^') return bitwise(operator, left, right);
  const shared = commonType(parts);
  switch (family(shared)) {
    case 'text':
      return concatenate(operator, left, right, shared);
    case 'datetime':
      return addDates(operator, left, right, shared);
    case 'integer':
      return integerArithmetic(operator, left, right, shared);
    case 'decimal':
      return decimalArithmetic(operator, left, right, shared);
    case 'float': {
      const [a, b] = parts.map((part) => convertSql(part, FLOAT));
      if (operator === '%') throw incompatibleTypes(left.type.name, right.type.name, 'modulo');
      return compose(`tsql_float('${operator}', ${a}, ${b})`, FLOAT, parts);
    }
    default:
      throw left.type.name === right.type.name
        ? new SqlError(8117, `Operand data type ${left.type.name} is invalid for ${operatorName(operator)} operator.`)
        : typeClash(left.type.name, right.type.name);
  }
}

const operatorName = (operator: string): string =>
  ({ '+': 'add', '-': 'subtract', '*': 'multiply', '/': 'divide', '%': 'modulo' })[operator] ?? operator;

function concatenate(operator: Operator, left: Bound, right: Bound, shared: SqlType): Bound {
  const bad = [left, right].find((part) => isLegacyLob(part.type));
  if (operator !== '+' || bad !== undefined) {
    throw operator === '+' || left.type.name !== right.type.name
      ? incompatibleTypes(left.type.name, right.type.name, operatorName(operator))
      : new SqlError(8117, `Operand data type ${left.type.name} is invalid for ${operatorName(operator)} operator.`);
  }
  const most = isUnicode(shared) ? 4000 : 8000;
  const lengths = [left, right].map((part) => part.type.length);
  const [a = 0, b = 0] = lengths;
  const length = a === 'max' || b === 'max' ? 'max' : Math.min(most, a + b);
  const type = isUnicode(shared) ? nvarchar(length) : varchar(length);
  const sql = `(${convertSql(left, compareAs(shared))} || ${convertSql(right, compareAs(shared))})`;
  const bounded = length === most ? `substr(${sql}, 1, ${most})` : sql;
  return compose(bounded, type, [left, right]);
}

/** A number added to a datetime is days; a text added to one is read as a datetime. */
function addDates(operator: Operator, left: Bound, right: Bound, shared: SqlType): Bound {
  if (operator !== '+' && operator !== '-') {
    throw new SqlError(8117, `Operand data type ${shared.name} is invalid for ${operatorName(operator)} operator.`);
  }
  if ([left, right].some((part) => ['date', 'time', 'datetime2'].includes(family(part.type)))) {
    throw incompatibleTypes(left.type.name, right.type.name, operatorName(operator));
  }
  const sql = `tsql_datetime_range(${convertSql(left, shared)} ${operator} ${convertSql(right, shared)})`;
  return compose(sql, shared, [left, right]);
}

function integerArithmetic(operator: Operator, left: Bound, right: Bound, shared: SqlType): Bound {
  const parts = [left, right];
  if (shared.name === 'bit') {
    throw incompatibleTypes('bit', 'bit', operatorName(operator));
  }
  const [a, b] = parts.map((part) => convertSql(part, shared));
  if (operator === '/' || operator === '%') {
    return compose(`tsql_int_${operatorName(operator)}(${a}, ${b})`, shared, parts);
  }
  return compose(`tsql_int(${a} ${operator} ${b}, '${shared.name}')`, shared, parts);
}

/** `10.00 / 3`: a literal counts with the digits it has, a column of type int with ten. */
const INTEGER_LITERAL = /^(\d+|\(-\d+\))$/;

function decimalArithmetic(
  operator: Exclude<Operator, '&' | '|' | '^'>,
  left: Bound,
  right: Bound,
  shared: SqlType,
): Bound {
  const operands = [left, right].map((part) => {
    if (part.type.name === 'int' && INTEGER_LITERAL.test(part.sql))
      return { ...part, type: decimal(part.sql.replaceAll(/\D/g, '').length, 0) };
    if (family(part.type) !== 'text' && !part.untyped) return part;
    return { ...part, sql: convertSql(part, shared), type: shared };
  });
  const [a = left, b = right] = operands;
  if (isMoney(a.type) && isMoney(b.type) && (operator === '*' || operator === '/')) {
    // How SQL Server rounds this has no written rule that could be proved right.
    throw notInSandbox(`money ${operator} money`);
  }
  const type = isMoney(shared) ? shared : arithmeticType(operator, a.type, b.type);
  const [scaleA, scaleB] = [asDecimal(a.type).scale, asDecimal(b.type).scale];
  const sql = `tsql_decimal('${operator}', ${a.sql}, ${scaleA}, ${b.sql}, ${scaleB}, '${typeCode(type)}')`;
  return compose(sql, type, [left, right]);
}

function bitwise(operator: '&' | '|' | '^', left: Bound, right: Bound): Bound {
  const shared = commonType([left, right]);
  if (family(left.type) !== 'integer' || family(right.type) !== 'integer') {
    throw incompatibleTypes(left.type.name, right.type.name, `'${operator}'`);
  }
  const [a, b] = [left.sql, right.sql];
  const sql = operator === '^' ? `((${a} | ${b}) - (${a} & ${b}))` : `(${a} ${operator} ${b})`;
  return compose(sql, shared, [left, right]);
}

export function negate(value: Bound): Bound {
  if (value.type.name === 'int' && /^\d+$/.test(value.sql)) return { ...value, sql: `(-${value.sql})` };
  switch (family(value.type)) {
    case 'integer':
      if (value.type.name === 'bit') throw new SqlError(8117, 'Operand data type bit is invalid for minus operator.');
      return compose(`tsql_int(-(${value.sql}), '${value.type.name}')`, value.type, [value]);
    case 'decimal':
      return arithmetic('-', { ...value, sql: isWide(value.type) ? "'0'" : '0', uses: [] }, value);
    case 'float':
      return compose(`(-${value.sql})`, value.type, [value]);
    default:
      throw new SqlError(8117, `Operand data type ${value.type.name} is invalid for minus operator.`);
  }
}

export const asText = (value: Bound): Bound => {
  if (family(value.type) === 'text') return value;
  const to = varchar(30);
  return { ...value, sql: convertSql(value, to), type: to };
};

export const asInt = (value: Bound): Bound => ({ ...value, sql: convertSql(value, INT), type: INT });
export const asBigInt = (value: Bound): Bound => ({ ...value, sql: convertSql(value, BIGINT), type: BIGINT });
