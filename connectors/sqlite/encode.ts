import type { Value } from '../../engine/index.ts';
import { errors } from '../_sql/errors.ts';
import type { Column } from '../_sql/table.ts';
import { kindOf, makesNumbers } from './column-kind.ts';

/** What the driver binds. */
export type Bindable = string | number | bigint | Buffer | null;

/** A value on its way into a column: so that SQLite stores what was given, or a PipeError of kind data. */
export type Encoder = (value: Value | null) => Bindable;

export function encoderOf(column: Pick<Column, 'name' | 'type'>): Encoder {
  const encode = encoders[kindOf(column.type)];
  return (value) => (value === null ? null : encode(value, column));
}

/** Where no column says more. */
export function untyped(value: Value): Bindable {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'object' ? JSON.stringify(value) : value;
}

type ColumnOf = Pick<Column, 'name' | 'type'>;

const encoders: Readonly<Record<ReturnType<typeof kindOf>, (value: Value, column: ColumnOf) => Bindable>> = {
  text: (value, column) => wellFormed(typeof value === 'object' ? JSON.stringify(value) : String(value), column),
  json: (value) => JSON.stringify(value),
  integer: numeric,
  number: numeric,
  exact: (value, column) => {
    if (typeof value !== 'string') return numeric(value, column);
    const number = exactNumber(value);
    if (number !== undefined) return number;
    return decimal.test(value) ? value : wrong(column);
  },
  boolean: yesOrNo,
  date: (value, column) => dayOf(value) ?? wrong(column),
  // Numbers are seconds since 1970 to those who keep them there.
  datetime: (value, column) => (typeof value === 'number' ? value : (momentOf(value) ?? wrong(column))),
  bytes: (value, column) =>
    typeof value === 'string' && /^0x(?:[0-9a-f]{2})*$/i.test(value)
      ? Buffer.from(value.slice(2), 'hex')
      : encoders.any(value, column),
  any: (value, column) => {
    const bindable = untyped(value);
    if (typeof bindable !== 'string') return bindable;
    // SQLite would store 12 for '0012' here.
    if (makesNumbers(column.type) && decimal.test(bindable) && String(exactNumber(bindable)) !== bindable)
      return wrong(column);
    return wellFormed(bindable, column);
  },
};

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

function numeric(value: Value, column: ColumnOf): Bindable {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'string' || !decimal.test(value)) return wrong(column);
  const number = exactNumber(value);
  if (number === undefined) throw errors.value_range.error({ column: column.name });
  return number;
}

const int64 = { lowest: -(2n ** 63n), highest: 2n ** 63n - 1n };

/** A number SQLite stores without changing it: an integer of 64 bits, or what a double holds of 15 digits. */
function exactNumber(text: string): number | bigint | undefined {
  if (/^[+-]?\d+$/.test(text)) {
    const integer = BigInt(text.replace('+', ''));
    return integer >= int64.lowest && integer <= int64.highest ? integer : undefined;
  }
  const number = Number(text);
  const digits = text.replace(/e.*$/i, '').replace(/\D/g, '').replace(/^0+/, '').replace(/0+$/, '');
  return decimal.test(text) && digits.length <= 15 && Number.isFinite(number) ? number : undefined;
}

const yes = new Set(['true', 't', 'yes', 'y', 'on', '1']);
const no = new Set(['false', 'f', 'no', 'n', 'off', '0']);

function yesOrNo(value: Value, column: ColumnOf): Bindable {
  const word = typeof value === 'object' ? '' : String(value).toLowerCase();
  return yes.has(word) ? 1 : no.has(word) ? 0 : wrong(column);
}

const iso =
  /^(\d{4}-\d\d-\d\d)(?:[T ]((?:[01]\d|2[0-3]):[0-5]\d)(:[0-5]\d)?(?:[.,](\d+))?\s?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i;

function dayOf(value: Value): string | undefined {
  const day = typeof value === 'string' ? iso.exec(value)?.[1] : undefined;
  return day !== undefined && isDay(day) ? day : undefined;
}

/**
 * Text that is in the order of time: an instant in UTC with a Z, a naive time without; milliseconds always, more digits
 * as they came. https://www.sqlite.org/lang_datefunc.html#time_values
 */
function momentOf(value: Value): string | undefined {
  const parts = typeof value === 'string' ? iso.exec(value) : null;
  const [, day = '', clock = '00:00', seconds = ':00', fraction = '', zone] = parts ?? [];
  if (!isDay(day)) return undefined;
  const beyond = fraction.padEnd(3, '0');
  if (zone === undefined) return `${day}T${clock}${seconds}.${beyond}`;
  if (zone === 'Z') return `${day}T${clock}${seconds}.${beyond}Z`;
  const atMs = Date.parse(`${day}T${clock}${seconds}${wholeZone(zone)}`);
  return Number.isNaN(atMs) ? undefined : `${new Date(atMs).toISOString().slice(0, 19)}.${beyond}Z`;
}

/** `+03` and `+0300` are `+03:00`. */
function wholeZone(zone: string): string {
  if (zone.toUpperCase() === 'Z') return 'Z';
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  return `${zone.slice(0, 1)}${digits.slice(0, 2)}:${digits.slice(2)}`;
}

/** The 30th of February is none. */
function isDay(text: string): boolean {
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number);
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = month === 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
  return month >= 1 && month <= 12 && day >= 1 && day <= days;
}

/** UTF-8 has no half of a pair: the driver would write a replacement character. */
function wellFormed(text: string, column: ColumnOf): string {
  return text.isWellFormed() ? text : wrong(column);
}

function wrong({ name, type }: ColumnOf): never {
  throw errors.value_type.error({ column: name, type: type === '' ? 'ANY' : type });
}
