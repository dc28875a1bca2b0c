import {
  conversionFailed,
  dateOutOfRange,
  explicitConversion,
  implicitConversion,
  numericConversionFailed,
  overflow,
  SqlError,
  truncated,
  typeClash,
} from '../errors.ts';
import { type Decimal, formatDecimal, fromDigits, parseDecimal, rescale, toDigits } from './decimals.ts';
import { formatMoment, fromMoment, type Moment, parseMoment, toMoment } from './moments.ts';
import { asDecimal, family, isFixedLength, isUnicode, type SqliteValue, type SqlType } from './sql-types.ts';
import { throughWindows1251 } from './windows-1251.ts';

type Value = Exclude<SqliteValue, null>;

/** A number read as a date, and the other way round, is days since 1900-01-01. */
const TICKS_PER_DAY = 25_920_000;

/** A conversion that no style was given for. */
export const NO_STYLE = -1;

/**
 * Whether SQL Server converts at all, and whether without being told.
 * learn.microsoft.com/sql/t-sql/data-types/data-type-conversion-database-engine
 */
export function checkConversion(from: SqlType, to: SqlType, explicit: boolean): void {
  const [one, other] = [family(from), family(to)];
  const numeric = (kind: string) => kind === 'integer' || kind === 'decimal' || kind === 'float';
  const dated = (kind: string) => kind === 'date' || kind === 'time' || kind === 'datetime2';
  if (one === other || one === 'text' || one === 'variant') {
    if (one === 'text' && other === 'binary' && !explicit) throw implicitConversion(from.name, to.name);
    return;
  }
  const clash = () => (explicit ? explicitConversion(from.name, to.name) : typeClash(from.name, to.name));
  if (other === 'variant') throw clash();
  if ((numeric(one) && dated(other)) || (dated(one) && numeric(other))) throw clash();
  if ((one === 'date' && other === 'time') || (one === 'time' && other === 'date')) throw clash();
  if ((one === 'guid' && other !== 'text' && other !== 'binary') || (other === 'guid' && one !== 'binary'))
    throw clash();
  if (one === 'binary' && (other === 'float' || dated(other) || other === 'datetime')) throw clash();
  if (other === 'binary' && one !== 'integer' && one !== 'guid') throw clash();
  if (one === 'datetime' && numeric(other) && !explicit) throw implicitConversion(from.name, to.name);
  if (one === 'binary' && other === 'text' && !explicit) throw implicitConversion(from.name, to.name);
}

/** Integers come in as bigint. Throws the error SQL Server would. */
export function convert(value: SqliteValue, from: SqlType, to: SqlType, style: number): SqliteValue {
  if (value === null) return null;
  switch (family(to)) {
    case 'integer':
      return toInteger(value, from, to);
    case 'decimal':
      return toDecimal(value, from, to);
    case 'float':
      return toFloat(value, from, to);
    case 'text':
      return toText(value, from, to, style);
    case 'binary':
      return toBinary(value, from, to);
    case 'guid':
      return toGuid(value, from);
    case 'datetime':
    case 'datetime2':
    case 'date':
    case 'time':
      return toDate(value, from, to, style);
    case 'variant':
      throw typeClash(from.name, to.name);
  }
}

const ranges: Readonly<Record<string, readonly [bigint, bigint]>> = {
  tinyint: [0n, 255n],
  smallint: [-(2n ** 15n), 2n ** 15n - 1n],
  int: [-(2n ** 31n), 2n ** 31n - 1n],
  bigint: [-(2n ** 63n), 2n ** 63n - 1n],
};

/** An integer that its type holds, or error 8115. */
export function inRange(value: bigint, to: SqlType): bigint {
  if (to.name === 'bit') return value === 0n ? 0n : 1n;
  const [low, high] = ranges[to.name] ?? [0n, 0n];
  if (value < low || value > high) throw overflow(to.name);
  return value;
}

function toInteger(value: Value, from: SqlType, to: SqlType): bigint {
  switch (family(from)) {
    case 'integer':
      return inRange(toDigits(value), to);
    case 'decimal': {
      const { scale } = asDecimal(from);
      return inRange(toDigits(value) / 10n ** BigInt(scale), to);
    }
    case 'float':
      if (!Number.isFinite(Number(value))) throw overflow(to.name);
      return inRange(BigInt(Math.trunc(Number(value))), to);
    case 'text':
      return textToInteger(String(value), from, to);
    case 'binary':
      return inRange(BigInt.asIntN(64, BigInt(`0x0${bytesOf(value).subarray(-8).toString('hex')}`)), to);
    case 'datetime': {
      const halfDay = 12_960_000n;
      return inRange((toDigits(value) + halfDay) / (halfDay * 2n), to);
    }
    default:
      throw explicitConversion(from.name, to.name);
  }
}

function textToInteger(text: string, from: SqlType, to: SqlType): bigint {
  const trimmed = text.trim();
  if (to.name === 'bit' && /^(true|false)$/i.test(trimmed)) return trimmed.toLowerCase() === 'true' ? 1n : 0n;
  if (trimmed === '') return 0n;
  if (!/^[+-]?\d+$/.test(trimmed)) throw conversionFailed(from.name, text, to.name);
  const value = BigInt(trimmed.replace(/^\+/, ''));
  if (to.name === 'bit') return value === 0n ? 0n : 1n;
  const [low, high] = ranges[to.name] ?? [0n, 0n];
  if (value >= low && value <= high) return value;
  throw new SqlError(248, `The conversion of the ${from.name} value '${text}' overflowed an ${to.name} column.`);
}

function toDecimal(value: Value, from: SqlType, to: SqlType): bigint | string {
  const source = asPlainDecimal(value, from, to);
  return fromDigits(rescale(source.digits, source.scale, asDecimal(to).scale), to);
}

function asPlainDecimal(value: Value, from: SqlType, to: SqlType): Decimal {
  switch (family(from)) {
    case 'integer':
      return { digits: toDigits(value), scale: 0 };
    case 'decimal':
      return { digits: toDigits(value), scale: asDecimal(from).scale };
    case 'float':
      return floatToDecimal(Number(value), to);
    case 'datetime':
      return floatToDecimal(Number(value) / TICKS_PER_DAY, to);
    case 'text': {
      const parsed = parseDecimal(String(value));
      if (parsed !== undefined) return parsed;
      throw to.name === 'decimal'
        ? numericConversionFailed(from.name, 'numeric')
        : new SqlError(235, `Cannot convert a char value to ${to.name}. The char value has incorrect syntax.`);
    }
    default:
      throw explicitConversion(from.name, to.name);
  }
}

/** Floats carry 17 digits; toFixed writes them out without an exponent. */
function floatToDecimal(value: number, to: SqlType): Decimal {
  if (!Number.isFinite(value) || Math.abs(value) >= 1e21) throw overflow(to.name);
  const parsed = parseDecimal(value.toFixed(Math.min(20, asDecimal(to).scale + 1)));
  if (parsed === undefined) throw overflow(to.name);
  return parsed;
}

function toFloat(value: Value, from: SqlType, to: SqlType): number {
  const narrowed = (number: number) => (to.name === 'real' ? Math.fround(number) : number);
  switch (family(from)) {
    case 'integer':
    case 'float':
      return narrowed(Number(value));
    case 'datetime':
      return narrowed(Number(value) / TICKS_PER_DAY);
    case 'decimal':
      return narrowed(Number(formatDecimal({ digits: toDigits(value), scale: asDecimal(from).scale })));
    case 'text': {
      const text = String(value).trim();
      if (text === '') return 0;
      if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) throw numericConversionFailed(from.name, to.name);
      return narrowed(Number(text));
    }
    default:
      throw explicitConversion(from.name, to.name);
  }
}

/** Text cut or padded to its type, and without letters its code page lacks. */
export function fitText(text: string, to: SqlType): string {
  const kept = isUnicode(to) ? text : throughWindows1251(text);
  if (to.length === 'max' || to.length === 0) return kept;
  const cut = kept.length > to.length ? kept.slice(0, to.length) : kept;
  return isFixedLength(to) ? cut.padEnd(to.length) : cut;
}

function toText(value: Value, from: SqlType, to: SqlType, style: number): string {
  const kind = family(from);
  const text = textOf(value, from, to, style);
  const longest = to.length === 'max' || to.length === 0 ? Number.POSITIVE_INFINITY : to.length;
  if (text.length > longest && (kind === 'integer' || kind === 'decimal' || kind === 'float')) {
    // A number is never cut: varchar shows a star for an integer, everything else is an error.
    if (kind === 'integer' && !isUnicode(to)) return '*';
    throw overflow(to.name);
  }
  return fitText(text, to);
}

function textOf(value: Value, from: SqlType, to: SqlType, style: number): string {
  switch (family(from)) {
    case 'integer':
      return toDigits(value).toString();
    case 'decimal': {
      const { scale } = asDecimal(from);
      const digits = toDigits(value);
      if (from.name === 'decimal') return formatDecimal({ digits, scale });
      return formatDecimal({ digits: rescale(digits, scale, 2), scale: 2 });
    }
    case 'float':
      return floatText(Number(value));
    case 'binary':
      if (style === 1) return `0x${bytesOf(value).toString('hex').toUpperCase()}`;
      if (style === 2) return bytesOf(value).toString('hex').toUpperCase();
      return isUnicode(to) ? bytesOf(value).toString('utf16le') : bytesOf(value).toString('latin1');
    case 'datetime':
    case 'datetime2':
    case 'date':
    case 'time':
      return formatMoment(toMoment(toDigits(value), from), from, style);
    default:
      return String(value);
  }
}

/** Style 0: six significant digits. */
function floatText(value: number): string {
  const short = Number(value.toPrecision(6));
  const exponent = short === 0 ? 0 : Math.floor(Math.log10(Math.abs(short)));
  if (exponent >= -5 && exponent < 6) return String(short);
  const [mantissa = '', power = ''] = short.toExponential().split('e');
  const digits = power.slice(1).padStart(3, '0');
  return `${mantissa}e${power.charAt(0)}${digits}`;
}

function toBinary(value: Value, from: SqlType, to: SqlType): Buffer {
  const longest = to.length === 'max' || to.length === 0 ? Number.POSITIVE_INFINITY : to.length;
  const bytes = bytesFor(value, from, longest);
  const cut = bytes.length > longest ? bytes.subarray(0, longest) : bytes;
  if (to.name !== 'binary' && to.name !== 'timestamp') return Buffer.from(cut);
  return Buffer.concat([cut], typeof to.length === 'number' ? to.length : cut.length);
}

function bytesFor(value: Value, from: SqlType, longest: number): Buffer {
  if (family(from) === 'text') {
    return isUnicode(from) ? Buffer.from(String(value), 'utf16le') : Buffer.from(String(value), 'latin1');
  }
  if (family(from) !== 'integer') return bytesOf(value);
  const size = { bit: 1, tinyint: 1, smallint: 2, bigint: 8 }[from.name as string] ?? 4;
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(toDigits(value));
  return longest < size
    ? bytes.subarray(8 - longest)
    : longest >= 8 && size < 8
      ? padLeft(bytes, size, longest)
      : bytes.subarray(8 - size);
}

/** An integer converted to a longer binary is filled with zeros on the left. */
function padLeft(bytes: Buffer, size: number, longest: number): Buffer {
  const wide = Buffer.alloc(Number.isFinite(longest) ? longest : size);
  bytes.copy(wide, wide.length - size, 8 - size);
  return wide;
}

function bytesOf(value: Value): Buffer {
  if (Buffer.isBuffer(value)) return value;
  throw new TypeError('a value that should be binary is not');
}

const GUID_SHAPE = /^\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?/i;

function toGuid(value: Value, from: SqlType): string {
  if (family(from) === 'guid') return String(value);
  const found = family(from) === 'text' ? GUID_SHAPE.exec(String(value))?.[1] : undefined;
  if (found !== undefined) return found.toUpperCase();
  throw new SqlError(8169, 'Conversion failed when converting from a character string to uniqueidentifier.');
}

function toDate(value: Value, from: SqlType, to: SqlType, style: number): bigint {
  return fromMoment(momentOf(value, from, to, style), to, from.name);
}

function momentOf(value: Value, from: SqlType, to: SqlType, style: number): Moment {
  switch (family(from)) {
    case 'text':
      return parseMoment(String(value), style, to, from.name);
    case 'datetime':
    case 'datetime2':
    case 'date':
    case 'time':
      return toMoment(toDigits(value), from);
    case 'integer':
    case 'decimal':
    case 'float': {
      const days = toFloat(value, from, from);
      if (!Number.isFinite(days) || Math.abs(days) > 3e6) throw dateOutOfRange(from.name, to.name);
      const ticks = BigInt(Math.round(days * TICKS_PER_DAY));
      return toMoment(ticks, { ...to, name: 'datetime' });
    }
    default:
      throw explicitConversion(from.name, to.name);
  }
}

/** A value on its way into a column: what does not fit is error 8152, not cut. Trailing blanks may go. */
export function assign(value: SqliteValue, from: SqlType, to: SqlType): SqliteValue {
  if (value === null) return null;
  const sized = typeof to.length === 'number' && to.length > 0;
  if (sized && family(from) === 'text' && family(to) === 'text' && String(value).trimEnd().length > to.length) {
    throw truncated();
  }
  if (sized && Buffer.isBuffer(value) && family(to) === 'binary' && value.length > to.length) throw truncated();
  return convert(value, from, to, NO_STYLE);
}
