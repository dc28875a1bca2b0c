import sql from 'mssql';
import type { FieldType, Value } from '../../engine/index.ts';
import { errors } from './errors.ts';

/** A column of a result as the driver describes it. */
export interface Column {
  readonly name: string;
  readonly type: unknown;
  readonly scale: number | undefined;
}

/** Turns what the driver read into JSON; null becomes the absent value. */
export type Converter = (raw: unknown) => Value | undefined;

const naive = (date: Date): string => date.toISOString().slice(0, 23) + beyondMilliseconds(date);

/** datetime2(7) and time(7) hold more than a Date: the driver hands the rest over in seconds. */
function beyondMilliseconds(date: Date): string {
  const delta: unknown = Reflect.get(date, 'nanosecondsDelta');
  const ticks = typeof delta === 'number' ? Math.round(delta * 1e7) : 0;
  return ticks === 0 ? '' : String(ticks).padStart(4, '0');
}

const instant = (date: Date): string => `${naive(date)}Z`;
const day = (date: Date): string => date.toISOString().slice(0, 10);
const time = (date: Date): string => naive(date).slice(11);

const ofDate =
  (format: (date: Date) => string): Converter =>
  (raw) =>
    raw instanceof Date ? format(raw) : undefined;

const ofBytes: Converter = (raw) => (Buffer.isBuffer(raw) ? `0x${raw.toString('hex').toUpperCase()}` : undefined);

/** bigint arrives as text: a number while it is exact, text beyond. */
function bigint(raw: unknown): Value | undefined {
  if (typeof raw !== 'string' && typeof raw !== 'number') return undefined;
  const number = Number(raw);
  return Number.isSafeInteger(number) ? number : String(raw);
}

/**
 * decimal and money arrive as the double nearest to a scaled integer: exact up to 15 digits, a guess beyond. A guess
 * is refused; tables are read with wide decimals as text (`wideNumber`), queries say so themselves.
 */
function decimal(column: string, scale: number): Converter {
  const limit = 10 ** (15 - scale);
  return (raw) => {
    if (typeof raw !== 'number') return undefined;
    if (Math.abs(raw) < limit) return raw;
    throw errors.inexact_number.error({ column });
  };
}

/** A decimal sent as text: a number when a double holds it exactly, the text otherwise. */
export function wideNumber(raw: unknown): Value | undefined {
  if (typeof raw !== 'string') return undefined;
  const digits = raw.replace(/\D/g, '').replace(/^0+/, '');
  return digits.length <= 15 ? Number(raw) : raw;
}

function plain(raw: unknown): Value | undefined {
  if (raw instanceof Date) return naive(raw);
  if (Buffer.isBuffer(raw)) return ofBytes(raw);
  if (typeof raw === 'number' || typeof raw === 'string' || typeof raw === 'boolean') return raw;
  return raw === null || raw === undefined ? undefined : JSON.stringify(raw);
}

/** How the values of a column become JSON. */
export function converterOf(column: Column): Converter {
  switch (column.type) {
    case sql.BigInt:
      return bigint;
    case sql.Decimal:
    case sql.Numeric:
      return decimal(column.name, column.scale ?? 0);
    case sql.Money:
    case sql.SmallMoney:
      return decimal(column.name, 4);
    case sql.DateTimeOffset:
      return ofDate(instant);
    case sql.Date:
      return ofDate(day);
    case sql.Time:
      return ofDate(time);
    case sql.DateTime:
    case sql.DateTime2:
    case sql.SmallDateTime:
      return ofDate(naive);
    case sql.Binary:
    case sql.VarBinary:
    case sql.Image:
      return ofBytes;
    default:
      return plain;
  }
}

/** Types of T-SQL, as the catalogue names them, in the engine's words. */
export function fieldType(type: string): FieldType {
  switch (type.replace(/\(.*$/, '').trim().toLowerCase()) {
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'bigint':
      return 'integer';
    case 'decimal':
    case 'numeric':
    case 'money':
    case 'smallmoney':
    case 'float':
    case 'real':
      return 'number';
    case 'bit':
      return 'boolean';
    case 'date':
      return 'date';
    case 'datetime':
    case 'datetime2':
    case 'smalldatetime':
    case 'datetimeoffset':
      return 'datetime';
    default:
      return 'text';
  }
}
