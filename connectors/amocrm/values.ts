import { createHash } from 'node:crypto';
import type { FoundRow, Row, Value } from '../../engine/index.ts';
import { idOf, isObject, rowsIn, type VendorObject } from './answer.ts';
import type { AccountField } from './fields.ts';
import type { Schema } from './schema.ts';

/** A row of a list, with the fields of these names, typed as `describe` says; undefined when it has no id. */
export function readRow(schema: Schema, given: VendorObject, names: Iterable<string>): FoundRow | undefined {
  const id = idOf(given);
  if (id === undefined) return undefined;
  const customs = customValues(given);
  const values: Record<string, Value> = {};
  for (const name of names) {
    const value = readField(schema, schema.field(name), given, customs);
    if (value !== undefined) values[name] = value;
  }
  return { key: String(id), values };
}

type Customs = ReadonlyMap<number, readonly VendorObject[]>;

/** Null, and no list, where a row has none (reference 4). */
export function customValues(given: VendorObject): Customs {
  const all: unknown = given['custom_fields_values'];
  const entries = Array.isArray(all) ? all.filter(isObject) : [];
  return new Map(
    entries.map((entry) => {
      const values: unknown = entry['values'];
      return [Number(entry['field_id']), Array.isArray(values) ? values.filter(isObject) : []];
    }),
  );
}

function readField(schema: Schema, field: AccountField, given: VendorObject, customs: Customs): Value | undefined {
  const { place } = field;
  switch (place.kind) {
    case 'custom':
      return readCustom(schema, field, customs.get(place.id) ?? []);
    case 'tags':
      return nonEmpty((rowsIn(given, 'tags') ?? []).map((tag) => String(tag['name'])));
    case 'links':
      return nonEmpty((rowsIn(given, place.to) ?? []).map((row) => String(row['id'])));
    case 'funnel':
      return textOf(given['pipeline_id']);
    case 'stage':
      return stageName(schema, given);
    case 'param':
      return isObject(given['params']) ? readPlain(schema, field, given['params']) : undefined;
    case 'result':
      return isObject(given['result']) ? textOf(given['result']['text']) : undefined;
    case 'plain':
      return readPlain(schema, field, given);
    default:
      return place satisfies never;
  }
}

/** The name of a stage means something in the funnel of its lead alone. */
function stageName({ funnels }: Schema, given: VendorObject): string | undefined {
  const funnel = funnels.find(({ id }) => id === String(given['pipeline_id']));
  return funnel?.stages.find(({ id }) => id === String(given['status_id']))?.text;
}

function readPlain({ facts }: Schema, { name, type }: AccountField, given: VendorObject): Value | undefined {
  // The older number is cut to a whole one where a price has kopecks (reference 3.2).
  const raw = name === 'price' ? (given['price_with_minor_units'] ?? given['price']) : given[name];
  if (type === 'number' || type === 'integer') return typeof raw === 'number' ? raw : undefined;
  if (type === 'boolean') return raw === true;
  if (type === 'datetime') return typeof raw === 'number' && raw > 0 ? facts.zone.momentOf(raw) : undefined;
  return textOf(raw);
}

function readCustom({ facts }: Schema, field: AccountField, held: readonly VendorObject[]): Value | undefined {
  const raw = held[0]?.['value'];
  switch (field.type) {
    case 'phones':
    case 'emails':
      return nonEmpty(held.flatMap(readEntry));
    case 'enum': {
      const ids = held.flatMap((one) => textOf(one['enum_id']) ?? []);
      return field.multiple === true ? nonEmpty(ids) : ids[0];
    }
    // It has two states, and one that was never ticked has no value at all.
    case 'boolean':
      return raw === true;
    case 'number':
      return raw === undefined || raw === null || raw === '' ? undefined : exactNumber(String(raw));
    case 'date':
      return raw === undefined || raw === null ? undefined : facts.zone.dayOf(Number(raw));
    case 'datetime':
      return raw === undefined || raw === null ? undefined : facts.zone.momentOf(Number(raw));
    case 'json':
      return readList(field, held);
    case 'text':
    case 'id':
    case 'integer':
      return textOf(raw);
    default:
      return field.type satisfies never;
  }
}

/** The vendor gives no id to a phone: kind and value are one, which stays the same while it does. */
export function readEntry(held: VendorObject): Row | [] {
  const { value, enum_code: kind } = held;
  if (typeof value !== 'string' || value === '') return [];
  const type = typeof kind === 'string' ? kind : '';
  const id = createHash('sha256').update(`${type} ${value}`).digest('base64url').slice(0, 16);
  return { id, value, ...(type !== '' && { type }) };
}

/** Lines of an address, without their ids beside their codes; objects are wrapped, a chained list is not (reference 4). */
function readList({ vendorType }: AccountField, held: readonly VendorObject[]): Value | undefined {
  if (vendorType === 'smart_address')
    return nonEmpty(held.flatMap(({ value, enum_code }) => readJson({ value, enum_code }) ?? []));
  if (vendorType === 'items') return nonEmpty(held.flatMap(({ value }) => readJson(itemIn(value)) ?? []));
  return nonEmpty(held.flatMap((one) => readJson(vendorType === 'chained_list' ? one : one['value']) ?? []));
}

const itemKeys: ReadonlySet<string> = new Set([
  'sku',
  'description',
  'unit_price',
  'quantity',
  'unit_type',
  'discount',
  'vat_rate_id',
  'external_uid',
  'product_id',
  'bonus_points_per_purchase',
  'metadata',
]);

/** Without the sums the vendor adds to what was written (reference 4, items): they would look like a change. */
function itemIn(value: unknown): unknown {
  return isObject(value) ? Object.fromEntries(Object.entries(value).filter(([key]) => itemKeys.has(key))) : value;
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

function nonEmpty(list: readonly Value[]): readonly Value[] | undefined {
  return list.length > 0 ? list : undefined;
}

/** null, '' and 0 in a reference are nothing. */
function textOf(raw: unknown): string | undefined {
  if (typeof raw === 'number') return raw === 0 ? undefined : String(raw);
  return typeof raw === 'string' && raw !== '' ? raw : undefined;
}

/** A double holds 15 digits of a decimal exactly; what is longer stays text. */
function exactNumber(text: string): number | string {
  const number = Number(text);
  const digits = text
    .replace(/\.0*$|(\.\d*[1-9])0+$/, '$1')
    .replace(/\D/g, '')
    .replace(/^0+/, '');
  return Number.isFinite(number) && digits.length <= 15 ? number : text;
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}
