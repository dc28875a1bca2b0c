import { divideByZero, overflow } from '../errors.ts';
import { asDecimal, decimal, isWide, type SqliteValue, type SqlType } from './sql-types.ts';

/** Exact decimals: all digits as one integer, and where the point stands. */
export interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

const tenTo = (power: number): bigint => 10n ** BigInt(power);

const abs = (value: bigint): bigint => (value < 0n ? -value : value);

/** Rounds half away from zero, as SQL Server does. */
export function divideRounded(value: bigint, by: bigint): bigint {
  const whole = value / by;
  const rest = abs(value % by) * 2n;
  if (rest < abs(by)) return whole;
  return whole + (value < 0n === by < 0n ? 1n : -1n);
}

export function rescale(digits: bigint, from: number, to: number): bigint {
  return to >= from ? digits * tenTo(to - from) : divideRounded(digits, tenTo(from - to));
}

const PLAIN = /^\s*([+-]?)(\d*)\.?(\d*)\s*$/;

/** undefined when the text is no plain number: exponents and separators are not decimals to SQL Server. */
export function parseDecimal(text: string): Decimal | undefined {
  const [, sign, whole = '', fraction = ''] = PLAIN.exec(text) ?? [];
  if (whole + fraction === '') return undefined;
  const magnitude = BigInt(whole + fraction);
  return { digits: sign === '-' ? -magnitude : magnitude, scale: fraction.length };
}

export function formatDecimal({ digits, scale }: Decimal): string {
  if (scale === 0) return digits.toString();
  const text = abs(digits)
    .toString()
    .padStart(scale + 1, '0');
  return `${digits < 0n ? '-' : ''}${text.slice(0, -scale)}.${text.slice(-scale)}`;
}

/** The digits of a value as SQLite holds it. */
export function toDigits(value: Exclude<SqliteValue, null>): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' || typeof value === 'string') return BigInt(value);
  throw new TypeError('a binary value where digits belong');
}

/** Digits in the form SQLite holds them for this type; error 8115 when they do not fit. */
export function fromDigits(digits: bigint, to: SqlType): bigint | string {
  const limit = to.name === 'money' ? 2n ** 63n : to.name === 'smallmoney' ? 2n ** 31n : tenTo(to.precision);
  if (abs(digits) >= limit) throw overflow(to.name === 'decimal' ? 'numeric' : to.name);
  return isWide(to) ? digits.toString() : digits;
}

const MOST_DIGITS = 38;
const LEAST_SCALE = 6;

/** learn.microsoft.com/sql/t-sql/data-types/precision-scale-and-length-transact-sql */
export function arithmeticType(operator: '+' | '-' | '*' | '/' | '%', left: SqlType, right: SqlType): SqlType {
  const { precision: p1, scale: s1 } = asDecimal(left);
  const { precision: p2, scale: s2 } = asDecimal(right);
  switch (operator) {
    case '*':
      return capped(p1 + p2 + 1, s1 + s2);
    case '/': {
      const scale = Math.max(LEAST_SCALE, s1 + p2 + 1);
      return capped(p1 - s1 + s2 + scale, scale);
    }
    case '%':
      return capped(Math.min(p1 - s1, p2 - s2) + Math.max(s1, s2), Math.max(s1, s2));
    default: {
      const scale = Math.max(s1, s2);
      return decimal(Math.min(MOST_DIGITS, scale + Math.max(p1 - s1, p2 - s2) + 1), scale);
    }
  }
}

/** Beyond 38 digits the fraction gives way to the whole part, down to 6 places. */
function capped(precision: number, scale: number): SqlType {
  if (precision <= MOST_DIGITS) return decimal(precision, scale);
  const whole = precision - scale;
  return decimal(MOST_DIGITS, Math.max(Math.min(scale, MOST_DIGITS - whole), Math.min(scale, LEAST_SCALE)));
}

export function calculate(operator: '+' | '-' | '*' | '/' | '%', left: Decimal, right: Decimal, scale: number): bigint {
  const common = Math.max(left.scale, right.scale);
  const a = rescale(left.digits, left.scale, common);
  const b = rescale(right.digits, right.scale, common);
  switch (operator) {
    case '+':
      return rescale(a + b, common, scale);
    case '-':
      return rescale(a - b, common, scale);
    case '*':
      return rescale(left.digits * right.digits, left.scale + right.scale, scale);
    case '%':
      if (b === 0n) throw divideByZero();
      return rescale(a % b, common, scale);
    case '/':
      if (b === 0n) throw divideByZero();
      return (a * tenTo(scale)) / b;
  }
}

/** Text that sorts as the number does: sign, then 40 digits, those of negatives complemented. */
export function decimalSortKey(value: Exclude<SqliteValue, null>): string {
  const digits = toDigits(value);
  const width = 40;
  if (digits >= 0n) return `1${digits.toString().padStart(width, '0')}`;
  return `0${(tenTo(width) + digits).toString().padStart(width, '0')}`;
}
