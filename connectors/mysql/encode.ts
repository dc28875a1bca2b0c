import type { Value } from '../../engine/index.ts';
import { errors } from '../_sql/errors.ts';
import type { Column } from '../_sql/table.ts';
import { kindOf } from './column-kind.ts';
import type { Kind } from './column-kind.ts';

type Typed = Pick<Column, 'name' | 'type'>;

/**
 * A value as the text its column takes. What MySQL would read as something else (`'12abc'` for 12, nothing for 0)
 * throws a PipeError of kind data: a comparison does not refuse it, and LOAD DATA only warns.
 */
export type Encoder = (value: Value) => string;

export function encoderOf(column: Typed): Encoder {
  const encode = encoders[kindOf(column.type)];
  return (value) => encode(value, column);
}

const encoders: Readonly<Record<Kind, (value: Value, column: Typed) => string>> = {
  text: (value, column) => wellFormed(plain(value), column),
  json: (value, column) => wellFormed(JSON.stringify(value), column),
  integer: wholeNumber,
  bits: wholeNumber,
  boolean: (value, column) => yesOrNo(value) ?? wholeNumber(value, column),
  decimal: (value, column) => (typeof value === 'boolean' ? (value ? '1' : '0') : number(value, column)),
  double: number,
  date: (value, column) => momentOf(value)?.day ?? wrong(column),
  datetime: moment,
  timestamp: moment,
  time: (value, column) =>
    typeof value === 'string' && /^-?\d{1,3}:\d\d(:\d\d(\.\d{1,6})?)?$/.test(value) ? value : wrong(column),
  bytes: (value, column) =>
    typeof value === 'string' && /^0x(?:[0-9a-f]{2})*$/i.test(value) ? value.slice(2) : wrong(column),
};

/** Where no column says more. */
export function plain(value: Value): string {
  if (typeof value === 'boolean') return value ? '1' : '0';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

function number(value: Value, column: Typed): string {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return typeof value === 'string' && decimal.test(value) ? value : wrong(column);
}

function wholeNumber(value: Value, column: Typed): string {
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : big(value, column);
  return typeof value === 'string' && /^[+-]?\d+$/.test(value) ? value : wrong(column);
}

function big(value: number, column: Typed): string {
  return Number.isInteger(value) ? String(BigInt(value)) : wrong(column);
}

const yes = new Set(['true', 't', 'yes', 'y', 'on']);
const no = new Set(['false', 'f', 'no', 'n', 'off']);

function yesOrNo(value: Value): string | undefined {
  if (typeof value !== 'string') return undefined;
  const word = value.toLowerCase();
  return yes.has(word) ? '1' : no.has(word) ? '0' : undefined;
}

const iso = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d+))?\s?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i;

interface Moment {
  readonly day: string;
  /** In UTC where the value has an offset, as it is where it has none. */
  readonly text: string;
}

/** Days there are, but for the 29th of February. */
const month28 = String.raw`(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])`;
const day = String.raw`\d{4}-(?:${month28}|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)`;
const usualDay = new RegExp(`^${day}$`);
/** What nearly every moment looks like: cut and not converted, which is ten times as fast. */
const usualMoment = new RegExp(String.raw`^${day}[T ](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?Z?$`);

function moment(value: Value, column: Typed): string {
  if (typeof value === 'string' && usualMoment.test(value)) {
    const end = value.endsWith('Z') ? value.length - 1 : value.length;
    return `${value.slice(0, 10)} ${value.slice(11, end)}`;
  }
  return momentOf(value)?.text ?? wrong(column);
}

function momentOf(value: Value): Moment | undefined {
  const [, on = '', clock = '00:00', fraction, zone] = (typeof value === 'string' && iso.exec(value)) || [];
  const seconds = clock.length === 5 ? `${clock}:00` : clock;
  const atMs = isDay(on) ? Date.parse(`${on}T${seconds}${zoneText(zone)}`) : Number.NaN;
  if (Number.isNaN(atMs)) return undefined;
  const text = new Date(atMs).toISOString().slice(0, 19).replace('T', ' ');
  return { day: on, text: fraction === undefined ? text : `${text}.${fraction.slice(0, 6)}` };
}

function zoneText(zone = 'Z'): string {
  if (zone.toUpperCase() === 'Z') return 'Z';
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  return `${zone.slice(0, 1)}${digits.slice(0, 2)}:${digits.slice(2)}`;
}

/** The 30th of February is none: JavaScript would take it for the 2nd of March. */
function isDay(on: string): boolean {
  if (usualDay.test(on)) return true;
  return on.endsWith('-02-29') && new Date(`${on}T00:00:00Z`).getUTCDate() === 29;
}

/** UTF-8 has no half of a pair: it would become a replacement character. */
function wellFormed(text: string, column: Typed): string {
  return text.isWellFormed() ? text : wrong(column);
}

function wrong({ name, type }: Typed): never {
  throw errors.value_type.error({ column: name, type });
}
