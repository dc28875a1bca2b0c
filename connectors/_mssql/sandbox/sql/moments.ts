import { dateConversionFailed, dateOutOfRange, SqlError } from '../errors.ts';
import type { SqlType } from './sql-types.ts';

/** A point on the naive calendar: days since 0001-01-01, and 100 ns since midnight. */
export interface Moment {
  readonly days: number;
  readonly time: bigint;
}

export interface Civil {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

export const HUNDRED_NS_PER_DAY = 864_000_000_000n;
export const HUNDRED_NS_PER_SECOND = 10_000_000n;
const TICKS_PER_DAY = 25_920_000n;
const DAYS_TO_1900 = 693_595;
const DAYS_TO_1970 = 719_162;
const DAYS_TO_1753 = 639_905;
const LAST_DAY = 3_652_058;
const MS_PER_DAY = 86_400_000;

export function civilOf(days: number): Civil {
  const date = new Date((days - DAYS_TO_1970) * MS_PER_DAY);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** undefined for a day the calendar does not have. */
export function daysOf({ year, month, day }: Civil): number | undefined {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && year >= 1 && year <= 9999;
  return exists ? Math.round(date.getTime() / MS_PER_DAY) + DAYS_TO_1970 : undefined;
}

/** Reads a Date the way the whole sandbox does: its UTC fields are the naive time. */
export function momentOfDate(date: Date): Moment {
  const days = Math.floor(date.getTime() / MS_PER_DAY);
  return { days: days + DAYS_TO_1970, time: BigInt(date.getTime() - days * MS_PER_DAY) * 10_000n };
}

export function dateOfMoment({ days, time }: Moment): Date {
  return new Date((days - DAYS_TO_1970) * MS_PER_DAY + Math.round(Number(time) / 10_000));
}

/** From what SQLite holds for a datetime, datetime2, date or time value. */
export function toMoment(value: bigint, { name }: SqlType): Moment {
  switch (name) {
    case 'date':
      return { days: Number(value), time: 0n };
    case 'time':
      return { days: DAYS_TO_1900, time: value };
    case 'datetime2':
      return { days: Number(value / HUNDRED_NS_PER_DAY), time: value % HUNDRED_NS_PER_DAY };
    default: {
      const days = floorDivide(value, TICKS_PER_DAY);
      const ticks = value - days * TICKS_PER_DAY;
      // A tick is 1/300 s; shown, and handed to other types, as the nearest millisecond: .000, .003, .007.
      return { days: Number(days) + DAYS_TO_1900, time: ((ticks * 10n + 1n) / 3n) * 10_000n };
    }
  }
}

const floorDivide = (value: bigint, by: bigint): bigint => (value - (((value % by) + by) % by)) / by;

/** To what SQLite holds; 242 when the type cannot hold it. */
export function fromMoment({ days, time }: Moment, to: SqlType, from = 'varchar'): bigint {
  switch (to.name) {
    case 'date':
      return BigInt(inRange(days, 0, from, to));
    case 'time':
      return roundTime(time, to.scale) % HUNDRED_NS_PER_DAY;
    case 'datetime2':
      return BigInt(inRange(days, 0, from, to)) * HUNDRED_NS_PER_DAY + roundTime(time, to.scale);
    case 'smalldatetime': {
      const minute = 600_000_000n;
      const minutes = (time + minute / 2n) / minute;
      return BigInt(inRange(days, DAYS_TO_1900, from, to) - DAYS_TO_1900) * TICKS_PER_DAY + minutes * 18_000n;
    }
    default: {
      const ticks = (time * 3n + 50_000n) / 100_000n;
      return BigInt(inRange(days, DAYS_TO_1753, from, to) - DAYS_TO_1900) * TICKS_PER_DAY + ticks;
    }
  }
}

function inRange(days: number, first: number, from: string, to: SqlType): number {
  if (days < first || days > LAST_DAY) throw dateOutOfRange(from, to.name);
  return days;
}

function roundTime(time: bigint, scale: number): bigint {
  const unit = 10n ** BigInt(7 - scale);
  return ((time + unit / 2n) / unit) * unit;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const dayFirst = new Set([103, 104, 105]);
const TIME = String.raw`(\d{1,2}):(\d{2})(?::(\d{2})(?:[.:](\d{1,7}))?)?\s*(AM|PM)?`;
const WHOLE = new RegExp(String.raw`^\s*(?:(.+?))??(?:(?:^|[T\s]\s*)${TIME}\s*(Z)?)?\s*$`, 'i');

/**
 * A date, a time or both from text, under DATEFORMAT mdy and us_english.
 * What is no date is error 241; a date the calendar or the type lacks is 242 for datetime and 241 for the newer types.
 */
export function parseMoment(text: string, style: number, to: SqlType, from: string): Moment {
  const [, date = '', hour, minute, second = '0', fraction = '', half] = WHOLE.exec(text) ?? [];
  const old = to.name === 'datetime' || to.name === 'smalldatetime';
  if (old && fraction.length > 3) throw dateConversionFailed();
  const outOfRange = () => (old ? dateOutOfRange(from, to.name) : dateConversionFailed());
  const civil = date.trim() === '' ? { year: 1900, month: 1, day: 1 } : parseCivil(date.trim(), style);
  const days = daysOf(civil);
  if (days === undefined) throw outOfRange();
  if (hour === undefined || minute === undefined) return { days, time: 0n };
  const hours = hourOf(Number(hour), half?.toUpperCase());
  if (hours > 23 || Number(minute) > 59 || Number(second) > 59) throw outOfRange();
  const seconds = BigInt(hours * 3600 + Number(minute) * 60 + Number(second));
  return { days, time: seconds * HUNDRED_NS_PER_SECOND + BigInt(fraction.padEnd(7, '0')) };
}

function hourOf(hour: number, half: string | undefined): number {
  if (half === undefined) return hour;
  if (hour < 1 || hour > 12) return 24;
  return (hour % 12) + (half === 'PM' ? 12 : 0);
}

function parseCivil(text: string, style: number): Civil {
  const compact = /^(\d{4})(\d{2})(\d{2})$/.exec(text);
  if (compact !== null) return civil(compact[1], compact[2], compact[3]);
  const yearFirst = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})$/.exec(text);
  if (yearFirst !== null && !dayFirst.has(style)) return civil(yearFirst[1], yearFirst[3], yearFirst[4]);
  const yearLast = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})$/.exec(text);
  if (yearLast !== null) {
    const [, one, , two, year] = yearLast;
    return dayFirst.has(style) ? civil(year, two, one) : civil(year, one, two);
  }
  const named = /^([A-Za-z]{3})[a-z]*\s+(\d{1,2}),?\s+(\d{4})$/.exec(text);
  const month = MONTHS.findIndex((name) => name.toUpperCase() === named?.[1]?.toUpperCase()) + 1;
  if (named !== null && month > 0) return civil(named[3], String(month), named[2]);
  throw dateConversionFailed();
}

const civil = (year = '', month = '', day = ''): Civil => ({
  year: Number(year),
  month: Number(month),
  day: Number(day),
});

const two = (value: number): string => String(value).padStart(2, '0');

interface Parts {
  readonly year: string;
  readonly month: string;
  readonly day: string;
  readonly clock: string;
  /** With its point or nothing, as many digits as the type has. */
  readonly fraction: string;
}

type Style = (parts: Parts) => { readonly date?: string; readonly time?: string; readonly between?: string };

/** learn.microsoft.com/sql/t-sql/functions/cast-and-convert-transact-sql#date-and-time-styles */
const styles: Readonly<Record<number, Style>> = {
  0: (p) => ({ date: monthName(p), time: twelveHours(p) }),
  100: (p) => ({ date: monthName(p), time: twelveHours(p) }),
  23: (p) => ({ date: `${p.year}-${p.month}-${p.day}` }),
  101: (p) => ({ date: `${p.month}/${p.day}/${p.year}` }),
  102: (p) => ({ date: `${p.year}.${p.month}.${p.day}` }),
  103: (p) => ({ date: `${p.day}/${p.month}/${p.year}` }),
  104: (p) => ({ date: `${p.day}.${p.month}.${p.year}` }),
  105: (p) => ({ date: `${p.day}-${p.month}-${p.year}` }),
  108: (p) => ({ time: p.clock }),
  110: (p) => ({ date: `${p.month}-${p.day}-${p.year}` }),
  111: (p) => ({ date: `${p.year}/${p.month}/${p.day}` }),
  112: (p) => ({ date: `${p.year}${p.month}${p.day}` }),
  114: (p) => ({ time: p.clock + p.fraction.replace('.', ':') }),
  20: (p) => ({ date: `${p.year}-${p.month}-${p.day}`, time: p.clock }),
  120: (p) => ({ date: `${p.year}-${p.month}-${p.day}`, time: p.clock }),
  21: (p) => ({ date: `${p.year}-${p.month}-${p.day}`, time: p.clock + p.fraction }),
  121: (p) => ({ date: `${p.year}-${p.month}-${p.day}`, time: p.clock + p.fraction }),
  126: (p) => ({
    date: `${p.year}-${p.month}-${p.day}`,
    time: p.clock + (/[1-9]/.test(p.fraction) ? p.fraction : ''),
    between: 'T',
  }),
};

const monthName = (p: Parts): string => `${MONTHS[Number(p.month) - 1]} ${String(Number(p.day)).padStart(2)} ${p.year}`;

function twelveHours(p: Parts): string {
  const hour = Number(p.clock.slice(0, 2));
  return `${String(((hour + 11) % 12) + 1).padStart(2)}:${p.clock.slice(3, 5)}${hour < 12 ? 'AM' : 'PM'}`;
}

const DEFAULT_OLD = 0;
const DEFAULT_NEW = 121;

/** @param style negative: the default of the type. Error 281 for a style that is not known here. */
export function formatMoment(moment: Moment, from: SqlType, style: number): string {
  const old = from.name === 'datetime' || from.name === 'smalldatetime';
  const chosen = style < 0 ? (old ? DEFAULT_OLD : DEFAULT_NEW) : style;
  const write = styles[chosen];
  const notValid = () =>
    new SqlError(281, `${chosen} is not a valid style number when converting from ${from.name} to a character string.`);
  if (write === undefined) throw notValid();
  const { date, time, between = ' ' } = write(partsOf(moment, from));
  const shown = [from.name === 'time' ? undefined : date, from.name === 'date' ? undefined : time];
  const text = shown.filter((part) => part !== undefined).join(between);
  if (text === '') throw notValid();
  return text;
}

function partsOf(moment: Moment, from: SqlType): Parts {
  const { year, month, day } = civilOf(moment.days);
  const seconds = Number(moment.time / HUNDRED_NS_PER_SECOND);
  const rest = (moment.time % HUNDRED_NS_PER_SECOND).toString().padStart(7, '0');
  const digits = from.name === 'datetime' || from.name === 'smalldatetime' ? 3 : from.scale;
  return {
    year: String(year).padStart(4, '0'),
    month: two(month),
    day: two(day),
    clock: [seconds / 3600, (seconds / 60) % 60, seconds % 60].map((part) => two(Math.floor(part))).join(':'),
    fraction: digits === 0 ? '' : `.${rest.slice(0, digits)}`,
  };
}
