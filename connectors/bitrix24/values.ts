import type { FoundRow, Row, Value } from '../../engine/index.ts';
import { isObject, type PortalField, type Schema } from './schema.ts';

/** A row of a legacy list, typed as `describe` says; undefined when it has no ID. */
export function readRow(schema: Schema, given: unknown): FoundRow | undefined {
  if (!isObject(given) || given['ID'] === undefined || given['ID'] === null) return undefined;
  const values: Record<string, Value> = {};
  for (const [name, raw] of Object.entries(given)) {
    const field = schema.fields.get(name);
    const value = field && readValue(field, raw);
    if (value !== undefined) values[name] = value;
  }
  return { key: String(given['ID']), values };
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** null, '' and [] are nothing; so is `false` where a list or a text is due, and 0 where a row is referred to. */
export function readValue(field: PortalField, raw: unknown): Value | undefined {
  if (field.vendorType === 'crm_multifield') return nonEmpty(listOf(raw).flatMap(readMultiValue));
  if (field.multiple) return nonEmpty(listOf(raw).flatMap((one) => readScalar(field, one) ?? []));
  return readScalar(field, raw);
}

function nonEmpty(list: readonly Value[]): readonly Value[] | undefined {
  return list.length > 0 ? list : undefined;
}

/** PHP has one type for lists and maps: `{"3": …}` is a list with a gap (reference 1.3). */
export function listOf(raw: unknown): readonly unknown[] {
  return typeof raw === 'object' && raw !== null ? Object.values(raw) : raw === false ? [] : [raw];
}

function readMultiValue(raw: unknown): Row | [] {
  if (!isObject(raw) || typeof raw['VALUE'] !== 'string' || raw['VALUE'] === '') return [];
  const type = raw['VALUE_TYPE'];
  return { id: String(raw['ID']), value: raw['VALUE'], ...(typeof type === 'string' && type !== '' && { type }) };
}

const references: ReadonlySet<string> = new Set([
  'user',
  'employee',
  'crm_contact',
  'crm_company',
  'crm_lead',
  'crm_deal',
  'crm_quote',
]);

function readScalar(field: PortalField, raw: unknown): Value | undefined {
  if (raw === null || raw === undefined || raw === '') return undefined;
  if (field.type === 'json') return typeof raw === 'object' ? readJson(raw) : readJson([raw]);
  if (typeof raw === 'object') return undefined;
  if (field.type === 'boolean') return raw === true || raw === 1 || raw === '1' || raw === 'Y';
  if (raw === false) return undefined;
  const text = String(raw);
  if (field.type === 'id' && references.has(field.vendorType) && text === '0') return undefined;
  if (field.type !== 'integer' && field.type !== 'number') return text;
  return typeof raw === 'number' ? raw : exactNumber(text);
}

/** A double holds 15 digits of a decimal exactly; what is longer stays text. */
export function exactNumber(text: string): number | string {
  const number = Number(text);
  const digits = text
    .replace(/\.0*$|(\.\d*[1-9])0+$/, '$1')
    .replace(/\D/g, '')
    .replace(/^0+/, '');
  return Number.isFinite(number) && digits.length <= 15 ? number : text;
}

/** What came out of JSON.parse, without its nulls. */
function readJson(raw: unknown): Value | undefined {
  if (raw === null || raw === undefined) return undefined;
  if (typeof raw === 'string' || typeof raw === 'number' || typeof raw === 'boolean') return raw;
  if (Array.isArray(raw)) return nonEmpty(raw.flatMap((one) => readJson(one) ?? []));
  const entries = Object.entries(raw).flatMap(([key, one]) => {
    const value = readJson(one);
    return value === undefined ? [] : [[key, value] as const];
  });
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}
