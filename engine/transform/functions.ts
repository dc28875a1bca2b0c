import { createHash } from 'node:crypto';
import { isTimezone } from '../config/timezone.ts';
import type { Row, Value } from '../connector.ts';
import type { FailureOptions, PipeError } from '../errors.ts';
import { transformErrors } from './errors.ts';
import { isMaskKind, mask, maskKinds } from './mask.ts';
import { normalisePhone } from './phone.ts';
import { calendarDay, fullYears, localTime } from './time.ts';

/** A value or nothing. */
export type Maybe = Value | undefined;

/** What a parameter takes; `scalar` is text or a number. Any of them may be given nothing. */
export type Kind = 'text' | 'number' | 'boolean' | 'object' | 'scalar' | 'any';

/** A function of ours (language.md §5). */
export interface FunctionSpec {
  readonly takes: readonly Kind[];
  /** How many of them may be left out at the end. */
  readonly optional?: number;
  /** For people: `$cut(text, n, separator)`. */
  readonly usage: string;
  /** The one argument that sets how it works: what it would have to be, undefined for a value that will do. */
  readonly setting?: { readonly index: number; readonly instead: (value: string) => string | undefined };
  /** `moment` gives the start of the run in ms since 1970. Throws a Refusal when the record's data is wrong. */
  readonly call: (given: readonly Maybe[], moment: () => number) => Maybe;
}

/** The data of a record does not allow an answer; the expression adds where that is. */
export class Refusal extends Error {
  readonly at: (at: string, options: FailureOptions) => PipeError;

  constructor(at: (at: string, options: FailureOptions) => PipeError) {
    super('refused');
    this.at = at;
  }
}

const algorithms: readonly string[] = ['md5', 'sha1', 'sha256'];

/** All of them by name, without `$`. */
export const functions: Readonly<Record<string, FunctionSpec>> = {
  /** E.164; nothing from nothing or blank text; a wrong number is a data error with the value masked. */
  phone: {
    takes: ['scalar'],
    usage: '$phone(text)',
    call: ([value]) => {
      const text = written(value);
      if (text === undefined) return undefined;
      const number = normalisePhone(text);
      if (!number)
        throw new Refusal((at, options) =>
          transformErrors.wrong_phone.error({ at, value: mask(text, 'phone') }, options),
        );
      return number;
    },
  },

  /** `{surname, name, patronymic}` as one text, absent parts left out; nothing when there is none. */
  fullName: {
    takes: ['object'],
    usage: '$fullName({surname, name, patronymic})',
    call: ([person]) => {
      if (!isRow(person)) return undefined;
      const parts = [person['surname'], person['name'], person['patronymic']].map(written);
      return parts.filter((part) => part !== undefined).join(' ') || undefined;
    },
  },

  /** Equal but for spaces, case and ё/е. Nothing and blank text are the same name as nobody's. */
  sameName: {
    takes: ['text', 'text'],
    usage: '$sameName(a, b)',
    call: ([a, b]) => {
      const [left, right] = [written(a), written(b)];
      return left !== undefined && right !== undefined && foldName(left) === foldName(right);
    },
  },

  /** A naive local time as ISO with the offset its zone had then, without milliseconds (see `localTime`). */
  localTime: {
    takes: ['text', 'text'],
    usage: '$localTime(naive, zone)',
    setting: { index: 1, instead: zoneInstead },
    call: ([value, zone]) => {
      const text = written(value);
      if (text === undefined) return undefined;
      const time = inZone(zone, (name) => localTime(text, name));
      if (time === undefined) throw notADate(text);
      return time;
    },
  },

  /** `yyyy-mm-dd` from `dd.mm.yyyy`, `yyyy-mm-dd` or an ISO time, whose own day it is. */
  date: {
    takes: ['text'],
    usage: '$date(text)',
    call: ([value]) => day(value),
  },

  /** Full years since a birthday at the start of the run, in a zone (default UTC). */
  age: {
    takes: ['text', 'text'],
    optional: 1,
    usage: '$age(birthday, zone)',
    setting: { index: 1, instead: zoneInstead },
    call: ([value, zone = 'UTC'], moment) => {
      const birthday = day(value);
      if (birthday === undefined) return undefined;
      const years = inZone(zone, (name) => fullYears(birthday, moment(), name));
      if (years < 0) throw notADate(birthday);
      return years;
    },
  },

  /** The digits of a text; nothing when it has none. */
  digits: {
    takes: ['scalar'],
    usage: '$digits(text)',
    call: ([value]) => written(value)?.replace(/\D/g, '') || undefined,
  },

  /** True for nothing, blank text, `[]` and `{}`. */
  empty: {
    takes: ['any'],
    usage: '$empty(value)',
    call: ([value]) => isEmpty(value),
  },

  /** Length of a text in UTF-8 bytes. */
  bytes: {
    takes: ['text'],
    usage: '$bytes(text)',
    call: ([value]) => (typeof value === 'string' ? Buffer.byteLength(value) : undefined),
  },

  /** At most n characters: the text whole, or cut behind the last separator that fits and closed with "...". */
  cut: {
    takes: ['text', 'number', 'text'],
    optional: 1,
    usage: '$cut(text, n, separator)',
    call: ([value, length, separator]) => {
      if (typeof value !== 'string') return undefined;
      if (typeof length !== 'number' || !Number.isInteger(length) || length < 4) {
        throw wrongSetting('$cut', length, '4, 5, 6 …');
      }
      return cut(value, length, typeof separator === 'string' ? separator : '');
    },
  },

  /** Hex digest of a text, or of another value's JSON. */
  hash: {
    takes: ['any', 'text'],
    optional: 1,
    usage: '$hash(value, "sha256")',
    setting: { index: 1, instead: (value) => (algorithms.includes(value) ? undefined : choice(algorithms)) },
    call: ([value, algorithm = 'sha256']) => {
      if (value === undefined) return undefined;
      if (typeof algorithm !== 'string' || !algorithms.includes(algorithm)) {
        throw wrongSetting('$hash', algorithm, choice(algorithms));
      }
      return createHash(algorithm)
        .update(typeof value === 'string' ? value : JSON.stringify(value))
        .digest('hex');
    },
  },

  /** Masked as "phone", "name", "email" or "text" (default). */
  mask: {
    takes: ['scalar', 'text'],
    optional: 1,
    usage: '$mask(text, "phone")',
    setting: { index: 1, instead: (value) => (isMaskKind(value) ? undefined : choice(maskKinds)) },
    call: ([value, kind = 'text']) => {
      const text = written(value);
      if (!isMaskKind(kind)) throw wrongSetting('$mask', kind, choice(maskKinds));
      return text === undefined ? undefined : mask(text, kind);
    },
  },

  /** Refuses the record with this text unless the condition is true; gives nothing. */
  assert: {
    takes: ['boolean', 'text'],
    optional: 1,
    usage: '$assert(condition, text)',
    call: ([condition, text = '$assert']) => {
      const reason = shown(text);
      if (condition !== true)
        throw new Refusal((at, options) => transformErrors.refused.error({ at, reason }, options));
      return undefined;
    },
  },
};

/** Names as people compare them: spaces, case and ё/е make no difference. */
export function foldName(name: string): string {
  return name.normalize('NFC').trim().replace(/\s+/g, ' ').toLowerCase().replaceAll('ё', 'е');
}

/** Nothing, blank text, an empty list or object: what `$empty` says. */
export function isEmpty(value: Maybe): boolean {
  if (value === undefined) return true;
  if (typeof value === 'string') return value.trim() === '';
  if (typeof value !== 'object') return false;
  return Object.keys(value).length === 0;
}

export function isRow(value: Maybe): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text or number with something in it, trimmed. */
function written(value: Maybe): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  return String(value).trim() || undefined;
}

function day(value: Maybe): string | undefined {
  const text = written(value);
  if (text === undefined) return undefined;
  const found = calendarDay(text);
  if (found === undefined) throw notADate(text);
  return found;
}

function inZone<Result>(zone: Maybe, use: (zone: string) => Result): Result {
  try {
    return use(typeof zone === 'string' ? zone : '');
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    throw new Refusal((at, options) => transformErrors.wrong_zone.error({ at, zone: shown(zone) }, options));
  }
}

function zoneInstead(zone: string): string | undefined {
  return isTimezone(zone) ? undefined : '"Europe/Moscow"';
}

/** Birthdays are personal: their shape is enough to find the mistake. */
function notADate(text: string): Refusal {
  const value = text.replace(/[\p{L}\p{N}]/gu, '*').slice(0, 40);
  return new Refusal((at, options) => transformErrors.wrong_date.error({ at, value }, options));
}

function wrongSetting(operation: string, given: Maybe, known: string): Refusal {
  const value = shown(given);
  return new Refusal((at, options) => transformErrors.wrong_setting.error({ at, operation, value, known }, options));
}

function choice(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(' | ');
}

/** A setting out of the pipeline file, which is nobody's secret. */
function shown(value: Maybe): string {
  return value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
}

function cut(text: string, length: number, separator: string): string {
  const characters = [...text];
  if (characters.length <= length) return text;
  const head = characters.slice(0, length - 3).join('');
  const end = separator === '' ? -1 : head.lastIndexOf(separator);
  return `${(end > 0 ? head.slice(0, end) : head).trimEnd()}...`;
}
