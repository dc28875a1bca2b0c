import { choicesFor } from '../../config/nearest.ts';
import type { Field, FieldOption, FieldType } from '../../connector.ts';
import type { Diagnostic, Place } from '../../diagnostics.ts';
import type { Expression } from '../expression.ts';
import { typeErrors } from './errors.ts';
import { itemOf } from './signatures.ts';
import { called, isNothing, isOnly, kindsOf } from './type.ts';
import type { Format, Kind, Literal, Type } from './type.ts';

/** Where a value goes. */
export interface Into {
  readonly entity: string;
  readonly field: Field;
  /** Its values make a list together, or any of them will do. */
  readonly isOneOfMany: boolean;
  readonly expression?: Expression;
  readonly place?: Place;
}

type Report = (finding: Diagnostic) => void;

/**
 * What the field would refuse of a value of this type. `valueOf` gives the types of the other fields of the row, by
 * which options depend on each other.
 */
export function checkInto(
  given: Type,
  into: Into,
  valueOf: (field: string) => Type | undefined,
  describe: (field: string) => Field | undefined,
  report: Report,
): void {
  const { field, entity, place } = into;
  if (given.any || isNothing(given) || field.type === 'json') return;
  const facts = { entity, field: field.name };
  const takesList = field.multiple === true || into.isOneOfMany || field.type === 'phones' || field.type === 'emails';
  if (given.list && !takesList) {
    report(typeErrors.list_into_single.finding(facts, place, isOnly(given, 'list') ? 'error' : 'warning'));
    return;
  }
  const one = takesList && given.list ? { ...itemOf(given), nothing: given.nothing } : given;
  if (one.any || isNothing(one)) return;
  const wanted = wantedKinds[field.type];
  const wrong = kindsOf(one).length > 0 && !kindsOf(one).some((kind) => wanted.includes(kind));
  if (wrong || hasWrongFormat(field.type, one)) {
    const convert = conversions[field.type];
    report(typeErrors.wrong_type.finding({ ...facts, wanted: field.type, kind: typeText(one), convert }, place));
  } else if (isNumeric(field.type) && isOnly(one, 'text')) checkNumber(one, into, report);
  else if (field.type === 'datetime' && !field.naive && one.text?.format === 'naive')
    report(typeErrors.naive_time.finding(facts, place, 'warning'));
  else if (field.options && field.options.length > 0)
    checkOptions(one, field.options, { ...into, valueOf, describe }, report);
}

function typeText(type: Type): string {
  const { text } = type;
  const [literal, ...more] = text?.literals ?? [];
  if (literal && more.length === 0 && isOnly(type, 'text')) return `text "${literal.value}"`;
  return text?.format && isOnly(type, 'text') ? formatWords[text.format] : called(type);
}

/** Words of the language, the same in every message. */
const formatWords: Readonly<Record<Format, string>> = {
  date: 'text (date)',
  datetime: 'text (datetime)',
  naive: 'text (local time)',
  phone: 'text (phone)',
  words: 'text (name)',
  id: 'text (id)',
};

/** Kinds a field of a type takes; connectors write numbers as texts, and flags as they are wanted. */
const wantedKinds: Readonly<Record<FieldType, readonly Kind[]>> = {
  text: ['text', 'number', 'boolean'],
  integer: ['number', 'text', 'boolean'],
  number: ['number', 'text', 'boolean'],
  boolean: ['boolean', 'text', 'number'],
  date: ['text'],
  datetime: ['text'],
  id: ['text', 'number'],
  enum: ['text', 'number'],
  phones: ['text', 'number', 'object'],
  emails: ['text', 'object'],
  json: [],
};

const conversions: Readonly<Record<FieldType, string>> = {
  text: '$string(…)',
  integer: '$number(…)',
  number: '$number(…)',
  boolean: '… = "Y"',
  date: '$date(…)',
  datetime: '$localTime(…, "Europe/Moscow")',
  id: '$string(…)',
  enum: '{ from: …, table: { … } }',
  phones: '$phone(…)',
  emails: '$string(…)',
  json: '…',
};

export const numberForm = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i;
export const dateForm = /^\d{4}-\d\d-\d\d|^\d{1,2}\.\d{1,2}\.\d{4}/;
const flags = new Set(['true', 'false', 'y', 'n', '1', '0']);

/** Formats no text of which can be what the field wants. */
const wrongFormats: Readonly<Partial<Record<FieldType, readonly Format[]>>> = {
  integer: ['date', 'datetime', 'naive', 'words'],
  number: ['date', 'datetime', 'naive', 'words'],
  boolean: ['date', 'datetime', 'naive', 'phone', 'words'],
  date: ['phone', 'words'],
  datetime: ['phone', 'words'],
  id: ['date', 'datetime', 'naive', 'words'],
  phones: ['date', 'datetime', 'naive', 'words'],
  emails: ['date', 'datetime', 'naive', 'phone', 'words'],
};

/** A text alone, and none that the field could take. */
function hasWrongFormat(type: FieldType, given: Type): boolean {
  const { text } = given;
  if (!text || !isOnly(given, 'text')) return false;
  if (text.format && wrongFormats[type]?.includes(text.format)) return true;
  const literals = text.literals?.map(({ value }) => String(value)) ?? [];
  if (literals.length === 0) return false;
  const isLike = (form: RegExp) => literals.some((literal) => literal === '' || form.test(literal));
  if (isNumeric(type)) return !isLike(numberForm);
  if (type === 'date' || type === 'datetime') return !literals.some((literal) => literal === '' || isDay(literal));
  return type === 'boolean' && !literals.some((literal) => literal === '' || flags.has(literal.toLowerCase()));
}

/** Written as a day, and one of the calendar. */
function isDay(literal: string): boolean {
  if (!dateForm.test(literal)) return false;
  const [, day = '', month = '', year = ''] = /^(\d{1,2})\.(\d{1,2})\.(\d{4})/.exec(literal) ?? [];
  const [y, m, d] = (year === '' ? literal.slice(0, 10).split('-') : [year, month, day]).map(Number);
  const date = new Date(Date.UTC(y ?? 0, (m ?? 0) - 1, d));
  return date.getUTCMonth() + 1 === m && date.getUTCDate() === d;
}

function isNumeric(type: FieldType): boolean {
  return type === 'number' || type === 'integer';
}

/** Some texts are numbers; that all are nobody says. */
function checkNumber({ text }: Type, { entity, field, place }: Into, report: Report): void {
  const { literals, format } = text ?? {};
  if (format === 'id' || format === 'phone') return;
  if (!literals) {
    report(typeErrors.maybe_no_number.finding({ entity, field: field.name }, place, 'warning'));
    return;
  }
  for (const { value, place: at } of literals) {
    if (value === '' || numberForm.test(String(value))) continue;
    const convert = conversions.number;
    const facts = { entity, field: field.name, wanted: field.type, kind: `text "${value}"`, convert };
    report(typeErrors.wrong_type.finding(facts, at?.() ?? place));
  }
}

interface IntoOptions extends Into {
  valueOf(field: string): Type | undefined;
  describe(field: string): Field | undefined;
}

/** Each value that is written out is an option by its id or its text, and of the funnel that is written with it. */
function checkOptions(given: Type, options: readonly FieldOption[], into: IntoOptions, report: Report): void {
  const literals = [...(given.text?.literals ?? []), ...(given.number?.literals ?? [])];
  const funnel = wantedWithin(options, into);
  const funnels = [...new Set(options.flatMap(({ within }) => (within ? [within.value] : [])))];
  if (funnel && !funnel.ids.some((id) => funnels.includes(id))) {
    const { entity, field, place } = into;
    const known = funnels.map((id) => `"${id}"`).join(' | ');
    const facts = { entity, field: field.name, within: funnel.field, known, value: funnel.ids.join(', ') };
    report(typeErrors.unknown_funnel.finding(facts, place));
    return;
  }
  const wrong = literals.filter(({ value }) => value !== '' && problemOf(String(value), options, funnel));
  // Where none will do, it is the field that is wrong, or what it is made of, and not each of the values.
  const isWhole = wrong.length === literals.length && wrong.length > 1;
  for (const literal of isWhole ? wrong.slice(0, 1) : wrong)
    reportOption(literal, options, funnel, isWhole, into, report);
}

interface Funnel {
  readonly field: string;
  readonly ids: readonly string[];
}

/** The funnel of the row, where `fields` writes it out. */
function wantedWithin(options: readonly FieldOption[], { valueOf, describe }: IntoOptions): Funnel | undefined {
  const name = options.find(({ within }) => within)?.within?.field;
  const literals = name === undefined ? undefined : valueOf(name)?.text?.literals;
  if (name === undefined || !literals) return undefined;
  const named = describe(name)?.options ?? [];
  const ids = literals.map(({ value }) => named.find(({ text }) => text === value)?.id ?? String(value));
  return { field: name, ids };
}

function problemOf(value: string, options: readonly FieldOption[], funnel: Funnel | undefined): boolean {
  const own = options.filter(({ id, text }) => id === value || text === value);
  if (own.length === 0) return true;
  return funnel !== undefined && !own.some(({ within }) => !within || funnel.ids.includes(within.value));
}

function reportOption(
  { value, place: at }: Literal,
  options: readonly FieldOption[],
  funnel: Funnel | undefined,
  isWhole: boolean,
  { entity, field, place }: IntoOptions,
  report: Report,
): void {
  const text = String(value);
  const possible = options.filter(({ within }) => !funnel || !within || funnel.ids.includes(within.value));
  const known = choicesFor(
    text,
    possible.map(({ id }) => id),
  );
  const where = (isWhole ? undefined : at?.()) ?? place;
  const facts = { value: text, entity, field: field.name, known };
  const elsewhere = options.find(({ id, text: words, within }) => within && (id === text || words === text))?.within;
  if (funnel && elsewhere) {
    const wanted = funnel.ids.join(', ');
    const more = { within: funnel.field, wanted, owner: elsewhere.value };
    report(typeErrors.other_funnel.finding({ ...facts, ...more }, where));
  } else report(typeErrors.unknown_option.finding(facts, where));
}
