import type { Field, MultiValue, Value } from '../connector.ts';
import { phoneKey } from '../phone-key.ts';

/**
 * The one idea of "the same value" (language.md §4): a value as text that is equal exactly when the target would hold
 * the same. Dates compare as days, instants at whole seconds whatever their offset, numbers by value, ids as text.
 */
export function canonical(field: Field, value: Value): string {
  if (isMultiField(field)) return canonicalSet(multiValues(value).map((entry) => multiKey(field, entry)));
  if (field.multiple === true) return canonicalSet(listOf(value).map((item) => scalar(field, item)));
  return scalar(field, value);
}

/** Whether two values of a field are the same to the target that holds them; nothing is the same as nothing. */
export function sameValue(field: Field, one: Value | null | undefined, other: Value | null | undefined): boolean {
  if (isEmpty(one) || isEmpty(other)) return isEmpty(one) && isEmpty(other);
  return canonical(field, one) === canonical(field, other);
}

export function isMultiField(field: Field): boolean {
  return field.type === 'phones' || field.type === 'emails';
}

/** Nothing, empty text and an empty list are all "empty" (`fill`, `{ empty: true }`, `$empty`). */
export function isEmpty(value: Value | undefined | null): value is undefined | null | '' {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

/** What empties a field: nothing, but where a column cannot hold that (`NOT NULL`), the empty text or list itself. */
export function emptied(field: Field, value: Value | undefined): Value | null {
  if (field.optional !== false || value === undefined || !isEmpty(value)) return null;
  return field.type === (value === '' ? 'text' : 'json') ? value : null;
}

export function listOf(value: Value | undefined): readonly Value[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly Value[]) : [value];
}

/** The entries of a multi-field, whether given as plain texts or as `{ value, type }`. */
export function multiValues(value: Value | undefined): readonly MultiValue[] {
  return listOf(value).flatMap((item): readonly MultiValue[] => {
    if (isEntry(item)) return [item];
    return isEmpty(item) ? [] : [{ value: String(item) }];
  });
}

/** What makes two entries of a multi-field the same: the normalised phone, the case-folded mail. */
export function multiKey(field: Field, entry: MultiValue): string {
  const text = entry.value ?? '';
  return field.type === 'phones' ? phoneKey(text) : text.trim().toLowerCase();
}

function isEntry(item: Value): item is Value & MultiValue {
  return typeof item === 'object' && !Array.isArray(item) && 'value' in item;
}

function canonicalSet(items: readonly string[]): string {
  return [...new Set(items)].sort().join('\u0000');
}

function scalar(field: Field, value: Value): string {
  if (typeof value === 'object') return stableJson(value);
  switch (field.type) {
    case 'integer':
    case 'number':
      return numberText(value);
    case 'boolean':
      return booleanText(value);
    case 'date':
      return String(value).slice(0, 10);
    case 'datetime':
      return instantText(String(value));
    case 'enum':
      return optionId(field, String(value));
    case 'phones':
      return phoneKey(String(value));
    case 'emails':
      return String(value).trim().toLowerCase();
    case 'text':
    case 'id':
    case 'json':
      return String(value);
    default:
      return field.type satisfies never;
  }
}

function numberText(value: string | number | boolean): string {
  const number = typeof value === 'number' ? value : Number(value);
  return Number.isNaN(number) || value === '' ? String(value) : String(number);
}

const truths: Readonly<Record<string, string>> = {
  y: 'true',
  '1': 'true',
  true: 'true',
  n: 'false',
  '0': 'false',
  false: 'false',
};

function booleanText(value: string | number | boolean): string {
  return truths[String(value).toLowerCase()] ?? String(value);
}

const naiveTime = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?(\.\d+)?$/;

function instantText(text: string): string {
  const naive = naiveTime.exec(text);
  if (naive) return `${naive[1]}T${naive[2]}${naive[3] ?? ':00'}`;
  const time = Date.parse(text);
  return Number.isNaN(time) ? text : `@${Math.floor(time / 1000)}`;
}

/** An option may be named by its id or by its text; a text of two options names neither and stays as it is. */
function optionId(field: Field, value: string): string {
  const options = field.options ?? [];
  if (options.some((option) => option.id === value)) return value;
  const [named, another] = options.filter((option) => option.text === value);
  return named && !another ? named.id : value;
}

/** JSON with sorted keys: equal objects give equal text whatever the order of their keys. */
export function stableJson(value: Value): string {
  if (typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${(value as readonly Value[]).map(stableJson).join(',')}]`;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${stableJson(item)}`).join(',')}}`;
}
