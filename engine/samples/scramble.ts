import { createHmac } from 'node:crypto';
import { normalisePhone } from '../transform/phone.ts';

/**
 * Other words, numbers, phones and days in the place of those that were: the same one for the same one, two for two, of
 * the same length, script and case. Nobody tells the one from the other without the salt, which nobody keeps.
 */
export interface Scrambler {
  word(text: string): string;
  digits(text: string): string;
  /** Another valid number of the same country in the place of the first one; undefined: there is none. */
  phone(text: string): WrittenPhone | undefined;
  /** `2026-03-01`, some whole weeks away: weekday, order and what lies between two days stay. */
  day(text: string): string;
  /** A day of birth: another day of the same year. */
  birthday(text: string): string;
}

/** A number with its brackets and dashes, and what stands around it. */
export interface WrittenPhone {
  readonly before: string;
  readonly number: string;
  readonly after: string;
}

/** Words and numbers of the rows as they were, folded, and such as must stay what they are: nothing becomes one of them. */
export interface Taken {
  readonly originals: ReadonlySet<string>;
  readonly kept: ReadonlySet<string>;
}

/** Upper case, ё and е are one word (`$sameName`). */
export function folded(word: string): string {
  return word.toLowerCase().replaceAll('ё', 'е');
}

export function scrambler(salt: string, taken: Taken): Scrambler {
  const random = (what: string): Buffer => createHmac('sha512', salt).update(what).digest();
  const words = chooser(taken, (key, attempt) => otherWord(key, random(`word ${key} ${attempt}`)));
  const numbers = chooser(taken, (key, attempt) => otherDigits(key, random(`number ${key} ${attempt}`)));
  const phones = chooser(taken, (key, attempt) => otherPhone(key, random(`phone ${key} ${attempt}`)));
  const days = chooser(taken, (key, attempt) => otherDayOfYear(key, random(`day ${key} ${attempt}`)));
  const weeks = 1 + ((random('weeks')[0] ?? 0) % 26);
  return {
    word: (text) => inCaseOf(text, words(folded(text))),
    digits: (text) => (/[1-9]/.test(text) ? numbers(text) : text),
    phone: (text) => {
      const number = normalisePhone(text)?.slice(1);
      return number === undefined ? undefined : withPhone(text, number, phones(number));
    },
    day: (text) => moved(text, -7 * weeks),
    birthday: days,
  };
}

const patience = 400;

/** The same for the same, and another for another, as long as there are enough. */
function chooser(
  { originals, kept }: Taken,
  make: (key: string, attempt: number) => string | undefined,
): (key: string) => string {
  const chosen = new Map<string, string>();
  const used = new Set<string>();
  return (key) => {
    const known = chosen.get(key);
    if (known !== undefined) return known;
    let made: string | undefined;
    for (let attempt = 0; attempt < 2 * patience && made === undefined; attempt += 1) {
      const candidate = make(key, attempt);
      if (candidate === undefined || candidate === key || used.has(candidate) || kept.has(candidate)) continue;
      // Of what is very short there are too few: then one that somebody had is as good.
      if (attempt < patience && originals.has(candidate)) continue;
      made = candidate;
    }
    // Two rows with one id would be one row: sooner is an id of a digit or two what it was.
    const isLeft = key.length < 3 && !used.has(key);
    const result = made ?? (isLeft ? key : make(key, 0)) ?? key;
    chosen.set(key, result);
    used.add(result);
    return result;
  };
}

/** Letters, and those that stand for them: a name still reads like one. */
const alphabets: readonly (readonly [string, string])[] = [
  ['аеиоуыэюя', 'аеиоуя'],
  ['бвгджзйклмнпрстфхцчшщъь', 'бвгджзклмнпрстфхш'],
  ['aeiouy', 'aeiou'],
  ['bcdfghjklmnpqrstvwxz', 'bcdfghklmnprstvz'],
];

function otherWord(word: string, random: Buffer): string {
  return [...word].map((letter, index) => otherLetter(letter, byteAt(random, index))).join('');
}

function otherLetter(letter: string, byte: number): string {
  const others = alphabets.find(([letters]) => letters.includes(letter))?.[1];
  if (others) return others[byte % others.length] ?? letter;
  const code = letter.codePointAt(0) ?? 0;
  const near = Array.from({ length: 16 }, (_, index) => String.fromCodePoint((code & ~15) + index));
  const letters = near.filter(
    (each) => /\p{L}/u.test(each) && each.toLowerCase() === each && each.length === letter.length,
  );
  return letters[byte % letters.length] ?? letter;
}

/** What is on the ends, and zeros there, tell a number's size: `0500` becomes `0300`. */
function otherDigits(text: string, random: Buffer): string {
  const [, before = '', core = '', after = ''] = /^(0*)(\d*?)(0*)$/.exec(text) ?? [];
  const most = core.length >= 15 ? 8 : 9;
  const other = [...core].map((_digit, index) => {
    const isEnd = index === 0 || index === core.length - 1;
    const byte = byteAt(random, index);
    return isEnd ? 1 + (byte % most) : byte % 10;
  });
  return before + other.join('') + after;
}

/** Country, code of the city or of the operator stay; undefined: there is no such number. */
function otherPhone(number: string, random: Buffer): string | undefined {
  const tail = Array.from({ length: 7 }, (_, index) => byteAt(random, index) % 10).join('');
  const made = number.slice(0, -7) + tail;
  return normalisePhone(`+${made}`) === `+${made}` ? made : undefined;
}

function withPhone(text: string, number: string, other: string): WrittenPhone | undefined {
  const length = Math.min(10, number.length);
  const places = [...text.matchAll(/\d/g)].map(({ index }) => index);
  const at = text.replaceAll(/\D/g, '').indexOf(number.slice(-length));
  const [first, last] = [places[at], places[at + length - 1]];
  if (at === -1 || first === undefined || last === undefined) return undefined;
  let next = 0;
  const digits = other.slice(-length);
  const written = text.slice(first, last + 1).replaceAll(/\d/g, () => digits[next++] ?? '0');
  return { before: text.slice(0, first), number: written, after: text.slice(last + 1) };
}

const dayMs = 86_400_000;

function moved(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);
}

function otherDayOfYear(day: string, random: Buffer): string {
  const first = Date.parse(`${day.slice(0, 4)}-01-01T00:00:00Z`);
  return new Date(first + (random.readUInt16BE(0) % 365) * dayMs).toISOString().slice(0, 10);
}

/** Each letter in the case of the one it stands for. */
function inCaseOf(text: string, other: string): string {
  const letters = [...other];
  return [...text]
    .map((letter, index) => {
      const made = letters[index] ?? letter;
      return letter === letter.toLowerCase() ? made : made.toUpperCase();
    })
    .join('');
}

function byteAt(random: Buffer, index: number): number {
  return random[index % random.length] ?? 0;
}
