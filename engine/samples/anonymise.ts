import type { Field, Row, Value } from '../connector.ts';
import type { MaskKind } from '../transform/mask.ts';
import { normalisePhone } from '../transform/phone.ts';
import type { Kept } from './kept.ts';
import { folded, scrambler } from './scramble.ts';
import type { Scrambler } from './scramble.ts';

/** Source rows of one flow. */
export interface SampledRows {
  readonly flow: string;
  readonly fields: readonly Field[];
  readonly rows: readonly Row[];
  /** What the flow's mapping decides by: it stays what it is. */
  readonly kept: Kept;
}

/** How a column is personal, by its name alone. */
export type KindOf = (name: string) => MaskKind | undefined;

/**
 * Rows in which nobody is recognised: every word, number and day is another one, the same for the same throughout the
 * sample, so that shapes, lengths and what equals what stay (docs/decisions/samples.md).
 */
export function anonymise(samples: readonly SampledRows[], salt: string, kindOf: KindOf): readonly SampledRows[] {
  const originals = new Set(samples.flatMap(({ rows }) => rows.flatMap((row) => [...partsOf(row)])));
  const kept = new Set(samples.flatMap((sample) => [...sample.kept.values, ...sample.kept.words]));
  const scramble = scrambler(salt, { originals, kept });
  const phones = new Set(
    samples.flatMap(({ rows, fields }) => rows.flatMap((row) => [...phonesOf(row, fields, kindOf, undefined)])),
  );
  return samples.map((sample) => {
    const change: Changing = { scramble, kept: sample.kept, kindOf, phones };
    return { ...sample, rows: sample.rows.map((row) => changedRow(row, sample.fields, change, undefined)) };
  });
}

interface Changing {
  readonly scramble: Scrambler;
  readonly kept: Kept;
  readonly kindOf: KindOf;
  /** Numbers of the columns of phones: in a comment they become what they become there. */
  readonly phones: ReadonlySet<string>;
}

function changedRow(row: Row, fields: readonly Field[], change: Changing, outer: MaskKind | undefined): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      const field = fields.find((candidate) => candidate.name === name);
      return [name, changedValue(value, field, kindIn(name, field, change.kindOf, outer), change)];
    }),
  );
}

function kindIn(
  name: string,
  field: Field | undefined,
  kindOf: KindOf,
  outer: MaskKind | undefined,
): MaskKind | undefined {
  return field?.personal ?? kindOf(name) ?? (name === 'value' ? outer : undefined);
}

function* phonesOf(row: Row, fields: readonly Field[], kindOf: KindOf, outer: MaskKind | undefined): Generator<string> {
  for (const [name, value] of Object.entries(row)) {
    const field = fields.find((candidate) => candidate.name === name);
    const kind = kindIn(name, field, kindOf, outer);
    for (const item of Array.isArray(value) ? (value as readonly Value[]) : [value]) {
      if (typeof item === 'object') yield* phonesOf(item as Row, field?.fields ?? [], kindOf, kind);
      else if (kind === 'phone')
        yield* String(item)
          .split(numbersApart)
          .flatMap((one) => normalisePhone(one) ?? []);
    }
  }
}

const numbersApart = /([,;/|\n])/;

function changedValue(value: Value, field: Field | undefined, kind: MaskKind | undefined, change: Changing): Value {
  if (Array.isArray(value)) return (value as readonly Value[]).map((item) => changedValue(item, field, kind, change));
  if (typeof value === 'object') return changedRow(value as Row, field?.fields ?? [], change, kind);
  if (typeof value === 'boolean' || field?.type === 'enum' || field?.type === 'boolean') return value;
  if (typeof value === 'number') return changedNumber(value, kind, change);
  if (kind === undefined && change.kept.values.has(value)) return value;
  if (kind !== 'phone') return changedText(value, kind, change);
  return value
    .split(numbersApart)
    .map((one) => changedPhone(one, change))
    .join('');
}

/** One of several numbers in a column of phones; the code of the country, and the words for an extension, stay. */
function changedPhone(text: string, change: Changing): string {
  const phone = change.scramble.phone(text);
  if (!phone) return changedText(text, 'phone', change);
  const before = /^\D*\d{0,3}\D*$/.test(phone.before)
    ? phone.before.replaceAll(/\p{L}+/gu, (word) => change.scramble.word(word))
    : changedText(phone.before, 'phone', change);
  const after = phone.after
    .split(/(доб|вн|ext)/i)
    .map((piece, index) => (index % 2 === 1 ? piece : changedText(piece, 'phone', change)));
  return before + phone.number + after.join('');
}

function changedNumber(value: number, kind: MaskKind | undefined, change: Changing): number {
  const { kept, scramble, phones } = change;
  const text = String(value);
  if (kept.values.has(text) || /e/.test(text)) return value;
  if (kind === 'phone' || phones.has(normalisePhone(text) ?? '')) return Number(changedPhone(text, change));
  return Number(text.replaceAll(/\d+/g, (digits) => scramble.digits(digits)));
}

const email = String.raw`(?<email>[\p{L}\p{N}._%+-]+@[\p{L}\p{N}.-]+)(?=\.\p{L}{2,})`;
const day = String.raw`(?<day>\d{4}-\d\d-\d\d)(?!\d)(?<time>[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?`;
/** `22.10.2004`, as people type it. */
const russianDay = String.raw`(?<russian>(?<!\d)\d\d\.\d\d\.\d{4})(?!\d)`;
const guid = String.raw`(?<guid>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})`;
const part = new RegExp(
  String.raw`${email}(?<ending>\.\p{L}{2,})|${guid}|${day}|${russianDay}|(?<digits>\p{Nd}+)|(?<word>\p{L}+)`,
  'gu',
);

const phoneLike = /(?<!\d)\+?\d[\d ()-]{8,}\d(?!\d)/g;

function changedText(text: string, kind: MaskKind | undefined, change: Changing): string {
  let changed = '';
  let at = 0;
  for (const { 0: found, index } of text.matchAll(phoneLike)) {
    if (!change.phones.has(normalisePhone(found) ?? '') || !change.scramble.phone(found)) continue;
    changed += changedRuns(text.slice(at, index), kind, change) + changedPhone(found, change);
    at = index + found.length;
  }
  return changed + changedRuns(text.slice(at), kind, change);
}

function changedRuns(text: string, kind: MaskKind | undefined, change: Changing): string {
  const { scramble, kept } = change;
  return text.replaceAll(part, (...found: readonly unknown[]) => {
    const groups = found.at(-1) as Readonly<Record<string, string | undefined>>;
    if (groups['email'] !== undefined) return changedPlain(groups['email'], scramble) + (groups['ending'] ?? '');
    if (groups['guid'] !== undefined) return changedHex(groups['guid'], scramble);
    const other = (iso: string): string => (kind === undefined ? scramble.day(iso) : scramble.birthday(iso));
    const { day: iso, russian } = groups;
    if (iso !== undefined && isDay(iso)) return other(iso) + (groups['time'] ?? '');
    if (russian !== undefined && isDay(turned(russian))) return turned(other(turned(russian)));
    const word = groups['word'] ?? '';
    if (kind === undefined && kept.words.has(folded(word))) return word;
    return changedPlain(String(found[0]), scramble);
  });
}

function changedPlain(text: string, scramble: Scrambler): string {
  return text.replaceAll(/\p{Nd}+|\p{L}+/gu, (run) =>
    /\p{L}/u.test(run) ? scramble.word(run) : otherRun(run, scramble),
  );
}

/** Digits of another script (１２, ٠١) become ours: nobody's number stays for the way it is typed. */
function otherRun(run: string, scramble: Scrambler): string {
  return scramble.digits([...run].map((digit) => (/\d/.test(digit) ? digit : valueOf(digit))).join(''));
}

/** The digits of a script stand together, 0 to 9. */
function valueOf(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  let zero = code;
  while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return String(code - zero);
}

/** Stays a GUID: digits alone change, and there are enough of them in all but a few. */
function changedHex(text: string, scramble: Scrambler): string {
  return text.replaceAll(/\d+/g, (digits) => scramble.digits(digits));
}

/** `22.10.2004` ↔ `2004-10-22` */
function turned(text: string): string {
  return text
    .split(/[.-]/)
    .reverse()
    .join(text.includes('.') ? '-' : '.');
}

function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** Words and numbers of a row, folded. */
function* partsOf(value: Value): Generator<string> {
  if (Array.isArray(value)) for (const item of value as readonly Value[]) yield* partsOf(item);
  else if (typeof value === 'object') for (const item of Object.values(value as Row)) yield* partsOf(item);
  else if (typeof value !== 'boolean') {
    for (const [found] of String(value).matchAll(/\d{4}-\d\d-\d\d|\d+|\p{L}+/gu)) yield folded(found);
  }
}
