import { randomUUID } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import { divideByZero, overflow, SqlError } from '../errors.ts';
import { collationKey } from './collation.ts';
import { assign, convert, inRange } from './convert.ts';
import { dateAdd, dateDiff, dateFunctions, type DatePart, datePartOf } from './date-functions.ts';
import { calculate, decimalSortKey, fromDigits, toDigits } from './decimals.ts';
import { fromMoment, toMoment } from './moments.ts';
import { calculateNumber, type NumberFunction } from './number-functions.ts';
import type { ScalarFunction } from './scalar-function.ts';
import { asDecimal, DATETIME, type SqliteValue } from './sql-types.ts';
import { like, textFunctions } from './text-functions.ts';
import { typeOfCode } from './type-code.ts';

type Value = Exclude<SqliteValue, null>;

export const scalarFunctions: Readonly<Record<string, ScalarFunction>> = { ...textFunctions, ...dateFunctions };

/** The JavaScript half of the translation: everything generated SQL calls that looks at nothing but its arguments. */
export function registerFunctions(database: Database): void {
  const define = (name: string, run: (...values: never[]) => SqliteValue, nulls = false) => {
    const call = nulls ? run : (...values: never[]) => (values.includes(null as never) ? null : run(...values));
    database.function(`tsql_${name}`, { deterministic: true, safeIntegers: true, varargs: true }, call);
  };
  for (const [name, { run, nulls }] of Object.entries(scalarFunctions)) define(name, run, nulls === true);
  defineConversions(define);
  defineArithmetic(define);
  defineComparisons(define);
  defineDates(define);
  defineAggregates(database);
  database.function('tsql_newid', () => randomUUID().toUpperCase());
}

type Define = (name: string, run: (...values: never[]) => SqliteValue, nulls?: boolean) => void;

function defineConversions(define: Define): void {
  define('convert', (value: Value, from: string, to: string, style: bigint) =>
    convert(value, typeOfCode(from), typeOfCode(to), Number(style)),
  );
  define('try_convert', (value: Value, from: string, to: string, style: bigint) => {
    try {
      return convert(value, typeOfCode(from), typeOfCode(to), Number(style));
    } catch (error) {
      if (error instanceof SqlError) return null;
      throw error;
    }
  });
  define('assign', (value: Value, from: string, to: string) => assign(value, typeOfCode(from), typeOfCode(to)));
}

function defineArithmetic(define: Define): void {
  define('int', (value: Value, name: string) => {
    // SQLite turns an integer result beyond 64 bits into a float.
    if (typeof value !== 'bigint') throw overflow(name);
    return inRange(value, typeOfCode(`${name}:0:0:0`));
  });
  define('int_divide', (left: bigint, right: bigint) => {
    if (right === 0n) throw divideByZero();
    return left / right;
  });
  define('int_modulo', (left: bigint, right: bigint) => {
    if (right === 0n) throw divideByZero();
    return left % right;
  });
  define('float', (operator: string, left: number, right: number) => floatArithmetic(operator, left, right));
  define(
    'decimal',
    (operator: '+' | '-' | '*' | '/' | '%', a: Value, scaleA: bigint, b: Value, scaleB: bigint, code: string) => {
      const to = typeOfCode(code);
      const left = { digits: toDigits(a), scale: Number(scaleA) };
      const right = { digits: toDigits(b), scale: Number(scaleB) };
      return fromDigits(calculate(operator, left, right, asDecimal(to).scale), to);
    },
  );
  define('number', (name: NumberFunction, value: Value, code: string, places: bigint) =>
    calculateNumber(name, value, typeOfCode(code), places),
  );
  define('row_count', (count: bigint) => {
    if (count < 0n) {
      throw new SqlError(
        1060,
        'The number of rows provided for a TOP or FETCH clauses row count parameter must be an integer.',
        { severity: 15 },
      );
    }
    return count;
  });
}

function floatArithmetic(operator: string, left: number, right: number): number {
  if (operator === '/' && right === 0) throw divideByZero();
  const result =
    operator === '+' ? left + right : operator === '-' ? left - right : operator === '*' ? left * right : left / right;
  if (!Number.isFinite(result)) throw overflow('float');
  return result;
}

function defineComparisons(define: Define): void {
  define('key', (text: Value) => collationKey(String(text)));
  define('xml_text', (text: string) => escapeXml(text));
  define('decimal_key', (value: Value) => decimalSortKey(value));
  define(
    'guid_key',
    (guid: string) => guid.slice(24) + guid.slice(19, 23) + guid.slice(14, 18) + guid.slice(9, 13) + guid.slice(0, 8),
  );
  define(
    'like',
    (text: string, pattern: string, escape: string | null) =>
      text === null || pattern === null ? null : like(text, pattern, escape),
    true,
  );
  define('many_rows', (_count: bigint) => {
    throw new SqlError(
      512,
      'Subquery returned more than 1 value. This is not permitted when the subquery follows =, !=, <, <= , >, >= or when the subquery is used as an expression.',
    );
  });
}

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\r', '&#x0D;');

function defineDates(define: Define): void {
  define('dateadd', (part: DatePart, count: bigint, value: bigint, code: string) =>
    dateAdd(part, count, value, typeOfCode(code)),
  );
  define('datediff', (part: DatePart, from: bigint, fromCode: string, to: bigint, toCode: string) =>
    dateDiff(part, toMoment(from, typeOfCode(fromCode)), toMoment(to, typeOfCode(toCode))),
  );
  define('datepart', (part: DatePart, value: bigint, code: string) =>
    datePartOf(part, toMoment(value, typeOfCode(code))),
  );
  define('eomonth', (value: bigint, code: string, months: bigint) => endOfMonth(value, code, months));
  define('datetime_range', (ticks: bigint) => fromMoment(toMoment(ticks, DATETIME), DATETIME, 'datetime') && ticks);
}

function endOfMonth(value: bigint, code: string, months: bigint): bigint {
  const date = { name: 'date', length: 0, precision: 0, scale: 0 } as const;
  const day = fromMoment(toMoment(value, typeOfCode(code)), date);
  const first = day - datePartOf('day', toMoment(day, date)) + 1n;
  return dateAdd('month', months + 1n, first, date) - 1n;
}

/** Aggregates SQLite cannot do itself: the least and greatest text by collation, and sums beyond 64 bits. */
function defineAggregates(database: Database): void {
  const best = (name: string, better: (one: string, other: string) => boolean, keyOf: (value: Value) => string) =>
    database.aggregate<unknown>(`tsql_${name}`, {
      start: null,
      deterministic: true,
      step(found, next) {
        if (!isValue(next)) return found;
        return !isValue(found) || better(keyOf(next), keyOf(found)) ? next : found;
      },
      result: (found) => found,
    });
  const textKey = (value: Value) => collationKey(String(value));
  best('min_text', (one, other) => one < other, textKey);
  best('max_text', (one, other) => one > other, textKey);
  best('min_decimal', (one, other) => one < other, decimalSortKey);
  best('max_decimal', (one, other) => one > other, decimalSortKey);
  database.aggregate<unknown>('tsql_sum_decimal', {
    start: null,
    deterministic: true,
    safeIntegers: true,
    step: (total, next) => (isValue(next) ? (isValue(total) ? toDigits(total) : 0n) + toDigits(next) : total),
    result: (total) => (isValue(total) ? String(total) : null),
  });
}

/** What SQLite hands to an aggregate is anything but NULL. */
const isValue = (given: unknown): given is Value =>
  typeof given === 'bigint' || typeof given === 'number' || typeof given === 'string' || Buffer.isBuffer(given);
