import { phoneKey, type Value, type Wanted } from '../../engine/index.ts';
import type { PortalField } from './schema.ts';
import { isList } from './values.ts';

/** The values a row holds in one field, in the form they are compared in. */
export function comparablesOf(field: PortalField, value: Value | undefined): readonly string[] {
  if (value === undefined) return [];
  const values = isList(value) ? value : [value];
  return values.map((one) => comparable(field, isMultiValue(one) ? one.value : one));
}

function isMultiValue(value: unknown): value is { readonly value: Value } {
  return typeof value === 'object' && value !== null && 'value' in value;
}

export function comparable(field: PortalField, value: Value): string {
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  switch (field.type) {
    case 'phones':
      return phoneKey(text);
    case 'emails':
      return text.trim().toLowerCase();
    case 'integer':
    case 'number':
      return String(Number(text));
    case 'boolean':
      return text === 'true' || text === 'Y' || text === '1' ? '1' : '0';
    // Read back at midnight of the server's zone, whichever that is.
    case 'date':
      return text.slice(0, 10);
    case 'datetime':
      return comparableInstant(text);
    case 'text':
    case 'id':
    case 'enum':
    case 'json':
      return text;
  }
}

function comparableInstant(text: string): string {
  const instant = /(Z|[+-]\d\d:?\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(instant) ? text : String(instant);
}

/**
 * Whether a row's field is what was wanted. `loosely`: as the portal's data base compares, which knows neither case
 * nor accents nor trailing spaces; what is not even loosely equal came through a filter that was not honoured.
 */
export function satisfies(field: PortalField, value: Value | undefined, wanted: Wanted, loosely: boolean): boolean {
  const held = comparablesOf(field, value);
  if ('empty' in wanted) return held.length === 0;
  const form = loosely ? folded : (text: string): string => text;
  const forms = new Set(held.map(form));
  return wanted.anyOf.some((one) => forms.has(form(comparable(field, one))));
}

function folded(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().trimEnd();
}
