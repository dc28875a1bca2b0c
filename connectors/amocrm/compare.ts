import { phoneKey, type Value, type Wanted } from '../../engine/index.ts';
import type { AccountField } from './fields.ts';
import { isList } from './values.ts';

/** The values a row holds in one field, in the form they are compared in. */
export function comparablesOf(field: AccountField, value: Value | undefined): readonly string[] {
  if (value === undefined) return [];
  const values = isList(value) ? value : [value];
  return values.map((one) => comparable(field, isEntry(one) ? one.value : one));
}

function isEntry(value: unknown): value is { readonly value: Value } {
  return typeof value === 'object' && value !== null && 'value' in value;
}

export function comparable({ type }: AccountField, value: Value): string {
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  switch (type) {
    case 'phones':
      return phoneKey(text);
    case 'emails':
      return text.trim().toLowerCase();
    case 'integer':
    case 'number':
      return Number.isFinite(Number(text)) ? String(Number(text)) : text;
    case 'boolean':
      return ['true', 'y', '1'].includes(text.toLowerCase()) ? '1' : '0';
    case 'date':
      return text.slice(0, 10);
    case 'datetime': {
      const ms = Date.parse(text);
      return Number.isNaN(ms) ? text : String(Math.floor(ms / 1000));
    }
    case 'text':
    case 'id':
    case 'enum':
    case 'json':
      return text;
    default:
      return type satisfies never;
  }
}

/** Whether a row's field is what was wanted; `loosely`: whatever its case, since nobody says how a filter compares. */
export function satisfies(field: AccountField, value: Value | undefined, wanted: Wanted, loosely = false): boolean {
  const held = comparablesOf(field, value);
  if ('empty' in wanted) return held.length === 0;
  const form = loosely ? folded : (text: string): string => text;
  const forms = new Set(held.map(form));
  return wanted.anyOf.some((one) => forms.has(form(comparable(field, one))));
}

function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase().trim();
}
