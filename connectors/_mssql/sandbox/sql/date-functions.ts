import { dateOutOfRange, SqlError } from '../errors.ts';
import {
  civilOf,
  daysOf,
  fromMoment,
  HUNDRED_NS_PER_DAY,
  HUNDRED_NS_PER_SECOND,
  type Moment,
  toMoment,
} from './moments.ts';
import type { ScalarFunction } from './scalar-function.ts';
import { DATE, DATETIME, type SqlType } from './sql-types.ts';

export type DatePart =
  | 'year'
  | 'quarter'
  | 'month'
  | 'dayofyear'
  | 'day'
  | 'week'
  | 'weekday'
  | 'hour'
  | 'minute'
  | 'second'
  | 'millisecond'
  | 'microsecond'
  | 'nanosecond';

/** Every spelling of a part. learn.microsoft.com/sql/t-sql/functions/dateadd-transact-sql */
const spellings: Readonly<Record<string, DatePart>> = {
  year: 'year',
  yy: 'year',
  yyyy: 'year',
  quarter: 'quarter',
  qq: 'quarter',
  q: 'quarter',
  month: 'month',
  mm: 'month',
  m: 'month',
  dayofyear: 'dayofyear',
  dy: 'dayofyear',
  y: 'dayofyear',
  day: 'day',
  dd: 'day',
  d: 'day',
  week: 'week',
  wk: 'week',
  ww: 'week',
  weekday: 'weekday',
  dw: 'weekday',
  w: 'weekday',
  hour: 'hour',
  hh: 'hour',
  minute: 'minute',
  mi: 'minute',
  n: 'minute',
  second: 'second',
  ss: 'second',
  s: 'second',
  millisecond: 'millisecond',
  ms: 'millisecond',
  microsecond: 'microsecond',
  mcs: 'microsecond',
  nanosecond: 'nanosecond',
  ns: 'nanosecond',
};

export const datePart = (word: string): DatePart | undefined => spellings[word.toLowerCase()];

/** In units of 100 ns; a nanosecond is less than one. */
const lengths: Readonly<Partial<Record<DatePart, bigint>>> = {
  hour: 3600n * HUNDRED_NS_PER_SECOND,
  minute: 60n * HUNDRED_NS_PER_SECOND,
  second: HUNDRED_NS_PER_SECOND,
  millisecond: 10_000n,
  microsecond: 10n,
};

const MONTHS_IN = { year: 12, quarter: 3, month: 1 } as const;
const DAYS_IN = { dayofyear: 1, day: 1, week: 7, weekday: 1 } as const;

export function dateAdd(part: DatePart, count: bigint, value: bigint, type: SqlType): bigint {
  return fromMoment(later(toMoment(value, type), part, Number(count), type), type, type.name);
}

function later(moment: Moment, part: DatePart, count: number, type: SqlType): Moment {
  if (part === 'year' || part === 'quarter' || part === 'month') {
    return { ...moment, days: monthsLater(moment.days, count * MONTHS_IN[part], type) };
  }
  if (part === 'dayofyear' || part === 'day' || part === 'week' || part === 'weekday') {
    return { ...moment, days: moment.days + count * DAYS_IN[part] };
  }
  const step = part === 'nanosecond' ? BigInt(Math.round(count / 100)) : BigInt(count) * (lengths[part] ?? 0n);
  const total = BigInt(moment.days) * HUNDRED_NS_PER_DAY + moment.time + step;
  const days = total / HUNDRED_NS_PER_DAY;
  return { days: Number(days), time: total - days * HUNDRED_NS_PER_DAY };
}

/** The 31st of a shorter month is its last day. */
function monthsLater(days: number, months: number, type: SqlType): number {
  const { year, month, day } = civilOf(days);
  const index = year * 12 + month - 1 + months;
  const target = { year: Math.floor(index / 12), month: (((index % 12) + 12) % 12) + 1 };
  for (let last = day; last >= 28; last--) {
    const found = daysOf({ ...target, day: last });
    if (found !== undefined) return found;
  }
  const found = daysOf({ ...target, day });
  if (found === undefined) throw dateOutOfRange(type.name, type.name);
  return found;
}

/** Boundaries crossed, not time elapsed: from 23:59 to 00:01 is one day. */
export function dateDiff(part: DatePart, from: Moment, to: Moment): bigint {
  const difference = countOf(part, to) - countOf(part, from);
  if (difference > 2n ** 31n - 1n || difference < -(2n ** 31n)) {
    throw new SqlError(
      535,
      'The datediff function resulted in an overflow. The number of dateparts separating two date/time instances is too large. Try to use datediff with a less precise datepart.',
    );
  }
  return difference;
}

function countOf(part: DatePart, { days, time }: Moment): bigint {
  const { year, month } = civilOf(days);
  switch (part) {
    case 'year':
      return BigInt(year);
    case 'quarter':
      return BigInt(year * 4 + Math.floor((month - 1) / 3));
    case 'month':
      return BigInt(year * 12 + month);
    case 'dayofyear':
    case 'day':
    case 'weekday':
      return BigInt(days);
    case 'week':
      // 0001-01-01 was a Monday; DATEDIFF counts Sundays whatever DATEFIRST says.
      return BigInt(Math.floor((days + 1) / 7));
    case 'nanosecond':
      return (BigInt(days) * HUNDRED_NS_PER_DAY + time) * 100n;
    default:
      return (BigInt(days) * HUNDRED_NS_PER_DAY + time) / (lengths[part] ?? 1n);
  }
}

/** DATEFIRST is 7: Sunday is day 1. */
export function datePartOf(part: DatePart, { days, time }: Moment): bigint {
  const { year, month, day } = civilOf(days);
  const january = daysOf({ year, month: 1, day: 1 }) ?? days;
  const seconds = time / HUNDRED_NS_PER_SECOND;
  const rest = time % HUNDRED_NS_PER_SECOND;
  switch (part) {
    case 'year':
      return BigInt(year);
    case 'quarter':
      return BigInt(Math.floor((month - 1) / 3) + 1);
    case 'month':
      return BigInt(month);
    case 'day':
      return BigInt(day);
    case 'dayofyear':
      return BigInt(days - january + 1);
    case 'weekday':
      return BigInt(((days + 1) % 7) + 1);
    case 'week':
      return BigInt(Math.floor((days + 1) / 7) - Math.floor((january + 1) / 7) + 1);
    case 'hour':
      return seconds / 3600n;
    case 'minute':
      return (seconds / 60n) % 60n;
    case 'second':
      return seconds % 60n;
    case 'millisecond':
      return rest / 10_000n;
    case 'microsecond':
      return rest / 10n;
    case 'nanosecond':
      return rest * 100n;
  }
}

const notADate = (type: string): SqlError =>
  new SqlError(289, `Cannot construct data type ${type}, some of the arguments have values which are not valid.`);

function dayFrom(year: bigint, month: bigint, day: bigint, type: string): number {
  const days = daysOf({ year: Number(year), month: Number(month), day: Number(day) });
  if (days === undefined) throw notADate(type);
  return days;
}

/** The functions of dates whose arguments are plain values; the rest is bound in bind-date.ts. */
export const dateFunctions: Readonly<Record<string, ScalarFunction>> = {
  DATEFROMPARTS: {
    wants: ['int', 'int', 'int'],
    returns: DATE,
    run: (year: bigint, month: bigint, day: bigint) => BigInt(dayFrom(year, month, day, 'date')),
  },
  DATETIMEFROMPARTS: {
    wants: ['int', 'int', 'int', 'int', 'int', 'int', 'int'],
    returns: DATETIME,
    run(year: bigint, month: bigint, day: bigint, hour: bigint, minute: bigint, second: bigint, ms: bigint) {
      const days = dayFrom(year, month, day, 'datetime');
      const ok = hour >= 0n && hour < 24n && minute >= 0n && minute < 60n && second >= 0n && second < 60n;
      if (!ok || ms < 0n || ms > 999n) throw notADate('datetime');
      const time = (hour * 3600n + minute * 60n + second) * HUNDRED_NS_PER_SECOND + ms * 10_000n;
      return fromMoment({ days, time }, DATETIME);
    },
  },
};
