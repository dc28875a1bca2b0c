import { formatMoment, parseDate, parseMoment, type Zone } from './dates.ts';
import { listOf } from './php.ts';
import type { Field, FieldType } from './fields.ts';

/** A field as kept: numbers for numbers, ids and moments (milliseconds), 'Y' or 'N' for flags, null for nothing. */
export type Scalar = string | number;
export type Stored = Scalar | null | readonly Scalar[];

export function isList(value: Stored | undefined): value is readonly Scalar[] {
  return Array.isArray(value);
}

/** How a type is kept, compared and printed. */
export type Kind = 'number' | 'reference' | 'decimal' | 'moment' | 'flag' | 'text' | 'multi' | 'opaque';

const kinds: Readonly<Record<FieldType, Kind>> = {
  integer: 'number',
  user: 'number',
  employee: 'number',
  enumeration: 'number',
  crm_category: 'number',
  crm_company: 'reference',
  crm_contact: 'reference',
  crm_lead: 'reference',
  crm_quote: 'reference',
  crm_entity: 'reference',
  double: 'decimal',
  date: 'moment',
  datetime: 'moment',
  char: 'flag',
  boolean: 'flag',
  string: 'text',
  text: 'text',
  url: 'text',
  address: 'text',
  money: 'text',
  crm: 'text',
  crm_status: 'text',
  crm_currency: 'text',
  crm_multifield: 'multi',
  file: 'opaque',
  product_file: 'opaque',
  location: 'opaque',
};

export function kindOf(field: Field): Kind {
  return kinds[field.type];
}

/** Reads one value from the wire; null is nothing, undefined a value this type does not take. */
export function readScalar(field: Field, raw: unknown, zone: Zone): Scalar | null | undefined {
  if (raw === null || raw === '') return emptyOf(field, raw);
  if (typeof raw !== 'string' && typeof raw !== 'number') return undefined;
  switch (kinds[field.type]) {
    case 'number':
      return integer(raw);
    case 'reference':
      return integer(raw) || null;
    case 'decimal':
      return decimal(raw);
    case 'moment':
      return (field.type === 'date' ? parseDate : parseMoment)(String(raw), zone);
    case 'flag':
      return flag(field, String(raw));
    case 'text':
      return String(raw);
    case 'multi':
    case 'opaque':
      return undefined;
  }
}

/** A string field passed "" is cleared to "", anything else to nothing (reference §5.2 "clearing a field"). */
function emptyOf(field: Field, raw: '' | null): '' | null {
  return kinds[field.type] === 'text' ? raw : null;
}

function integer(raw: Scalar): number | undefined {
  return /^-?\d+$/.test(String(raw)) ? Number(raw) : undefined;
}

function decimal(raw: Scalar): number | undefined {
  const value = Number(raw);
  return Number.isFinite(value) ? value : undefined;
}

/** Y and N; user fields of type boolean also take 1 and 0 (reference §4.2, §5.10). */
function flag(field: Field, raw: string): string | undefined {
  if (raw === 'Y' || raw === 'N') return raw;
  if (!isUserFlag(field)) return undefined;
  return raw === '1' ? 'Y' : raw === '0' ? 'N' : undefined;
}

/** Reads a value from the wire, element by element for a multiple field; undefined when it is not one. */
export function readValue(field: Field, raw: unknown, zone: Zone): Stored | undefined {
  if (!field.multiple) return readScalar(field, raw, zone);
  if (raw === null || raw === '') return [];
  const read: Scalar[] = [];
  for (const element of listOf(raw) ?? [undefined]) {
    const value = readScalar(field, element, zone);
    if (value === undefined) return undefined;
    if (value !== null && value !== '') read.push(value);
  }
  return read;
}

/** In legacy answers everything is a string, or null; a date without a value is "" (reference §5.2, §5.10). */
export function legacyValue(field: Field, value: Stored | undefined, zone: Zone): unknown {
  if (field.multiple) return list(value).map((element) => legacyScalar(field, element, zone));
  if (value === null || value === undefined) return kinds[field.type] === 'moment' ? '' : null;
  return legacyScalar(field, value, zone);
}

function legacyScalar(field: Field, value: Stored, zone: Zone): string {
  if (typeof value !== 'number') return isUserFlag(field) ? (value === 'Y' ? '1' : '0') : String(value);
  if (kinds[field.type] === 'moment') return formatMoment(value, zone);
  return twoDecimals.has(field.name) ? value.toFixed(2) : String(value);
}

/** User fields of type boolean; flags of the vendor's own are Y and N everywhere. */
export function isUserFlag({ type, user }: Field): boolean {
  return type === 'boolean' && user !== undefined;
}

/** Amounts come as "1000.00" (reference §5.10); other numbers as they are. */
const twoDecimals: ReadonlySet<string> = new Set(['OPPORTUNITY', 'TAX_VALUE', 'PRICE']);

/** In crm.item.* numbers are numbers (reference §5.2); no company and no contact are 0, as in the vendor's examples. */
export function itemValue(field: Field, value: Stored | undefined, zone: Zone): unknown {
  if (field.multiple) return list(value).map((element) => itemScalar(field, element, zone));
  if (value === null || value === undefined) return zeroWhenEmpty.has(field.name) ? 0 : null;
  return itemScalar(field, value, zone);
}

const zeroWhenEmpty: ReadonlySet<string> = new Set(['COMPANY_ID', 'CONTACT_ID']);

function itemScalar(field: Field, value: Stored, zone: Zone): unknown {
  return typeof value === 'number' && kinds[field.type] === 'moment' ? formatMoment(value, zone) : value;
}

function list(value: Stored | undefined): readonly Scalar[] {
  if (isList(value)) return value;
  return typeof value === 'string' || typeof value === 'number' ? [value] : [];
}

export function sameStored(left: Stored, right: Stored): boolean {
  if (!isList(left) || !isList(right)) return (left ?? '') === (right ?? '');
  return left.length === right.length && left.every((element, index) => element === right[index]);
}
