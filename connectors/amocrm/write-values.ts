import type { PipeError, Value } from '../../engine/index.ts';
import { isObject, type VendorObject } from './answer.ts';
import { comparable } from './compare.ts';
import { errors } from './errors.ts';
import type { Facts } from './facts.ts';
import type { AccountField } from './fields.ts';
import { optionId } from './options.ts';
import type { Schema } from './schema.ts';
import { isList, readEntry } from './values.ts';

/** `values` of a custom field as the vendor takes them; null clears it (reference 4). */
export function customValuesOf(
  schema: Schema,
  field: AccountField,
  value: Value | null,
  held: readonly VendorObject[],
): readonly unknown[] | null {
  if (field.readOnly === true) throw errors.read_only.error({ field: field.name });
  if (value === null) return null;
  if (field.type === 'phones' || field.type === 'emails') return filled(entriesAfter(field, value, held));
  if (field.type === 'json') return filled(jsonValues(field, value));
  if (field.multiple !== true) return value === '' ? null : [scalarOf(schema, field, value)];
  return filled((isList(value) ? value : [value]).map((one) => scalarOf(schema, field, one)));
}

/** What an empty list does nobody says; null is the way to clear (reference 4). */
function filled(list: readonly unknown[]): readonly unknown[] | null {
  return list.length > 0 ? list : null;
}

function scalarOf({ facts }: Schema, field: AccountField, value: Value): unknown {
  if (typeof value === 'object') throw badValue(field, field.multiple === true ? 'a list of texts' : 'one value');
  switch (field.type) {
    case 'enum':
      return { enum_id: Number(optionId(field.name, field.options ?? [], value)) };
    case 'boolean':
      return { value: flagOf(field, value) };
    case 'number':
      if (String(value).trim() === '' || !Number.isFinite(Number(value))) throw badValue(field, 'a number');
      return { value };
    case 'date': {
      // With its offset: at midnight in Greenwich it would be another day here (reference 10.2); years before 1970 too.
      const midnight = facts.zone.midnight(String(value).slice(0, 10));
      if (midnight === undefined) throw badValue(field, 'a day, 2026-03-01');
      return { value: midnight };
    }
    case 'datetime':
      return { value: momentOf(facts, field, String(value)) };
    case 'text':
    case 'id':
    case 'integer':
    case 'phones':
    case 'emails':
    case 'json':
      return { value: String(value) };
    default:
      return field.type satisfies never;
  }
}

/** One without an offset is no instant: it would differ from what is there in every run (G11). */
function momentOf({ zone }: Facts, field: AccountField, text: string): string {
  const moment = /(Z|[+-]\d\d:?\d\d)$/.test(text) ? zone.moment(text) : undefined;
  if (moment === undefined) throw badValue(field, 'a time with its offset, 2026-03-01T10:00:00+03:00 ($localTime)');
  return moment;
}

function flagOf(field: AccountField, value: string | number | boolean): boolean {
  const text = String(value).toLowerCase();
  const yes = ['true', 'y', '1'].includes(text);
  if (!yes && !['false', 'n', '0'].includes(text)) throw badValue(field, 'true, false');
  return yes;
}

/** The list as it will be: the vendor replaces it whole, so that one phone sent alone drops all others (reference 4). */
function entriesAfter(field: AccountField, value: Value, held: readonly VendorObject[]): readonly unknown[] {
  if (!isList(value)) throw badValue(field, 'a list of { id, value, type, remove }');
  const entries = value.map((one) => entryOf(field, one));
  const gone = new Set(entries.flatMap(({ id, remove }) => (remove && id !== undefined ? [id] : [])));
  const changed = new Map(entries.flatMap((one) => (!one.remove && one.id !== undefined ? [[one.id, one]] : [])));
  const kept = held.flatMap((given) => {
    const entry = readEntry(given);
    const id = 'id' in entry ? String(entry['id']) : '';
    if (gone.has(id)) return [];
    const other = changed.get(id);
    return [other ? written(other) : { value: given['value'], ...kindOf(given) }];
  });
  const known = new Set(kept.map((one) => comparable(field, String(one.value))));
  const added = entries.filter(({ id, remove, value: text }) => {
    const key = comparable(field, text);
    if (remove || id !== undefined || known.has(key)) return false;
    known.add(key);
    return true;
  });
  return [...kept, ...added.map(written)];
}

/** A kind may be told by its number alone. */
function kindOf({ enum_code: code, enum_id: id }: VendorObject): object {
  if (typeof code === 'string') return { enum_code: code };
  return typeof id === 'number' ? { enum_id: id } : {};
}

interface Entry {
  readonly id: string | undefined;
  readonly value: string;
  readonly type: string | undefined;
  readonly remove: boolean;
}

function entryOf(field: AccountField, given: Value): Entry {
  const { id, value, type, remove } = isObject(given) ? given : {};
  const isRemoved = remove === true && typeof id === 'string';
  if (!isRemoved && (typeof value !== 'string' || value === '')) throw badValue(field, 'a value in every entry');
  const { kinds = [] } = field;
  if (typeof type === 'string' && kinds.length > 0 && !kinds.includes(type))
    throw badValue(field, `the types ${kinds.join(', ')}`);
  return {
    id: typeof id === 'string' ? id : undefined,
    value: typeof value === 'string' ? value : '',
    type: typeof type === 'string' ? type : undefined,
    remove: isRemoved,
  };
}

/** Without a kind it is WORK (reference 4). */
function written({ value, type }: Entry): { readonly value: string; readonly enum_code?: string } {
  return { value, ...(type !== undefined && { enum_code: type }) };
}

function jsonValues(field: AccountField, value: Value): readonly unknown[] {
  // A lone object would differ from the list that is read in every run.
  const list = isList(value) ? value : [];
  if (!isList(value) || list.some((one) => !isObject(one))) throw badValue(field, 'a list of objects');
  const isBare = field.vendorType === 'smart_address' || field.vendorType === 'chained_list';
  return isBare ? list : list.map((one) => ({ value: one }));
}

/** A field of the row itself, or of what a note holds. */
export function plainValueOf({ facts }: Schema, field: AccountField, value: Value | null): unknown {
  const { name, type, options = [] } = field;
  if (field.readOnly === true) throw errors.read_only.error({ field: name });
  if (value === null || value === '') return nothingOf(field);
  if (typeof value === 'object') throw badValue(field, 'one value');
  if (type === 'text') return String(value);
  if (type === 'boolean') return flagOf(field, value);
  if (type === 'datetime') return Math.floor(Date.parse(momentOf(facts, field, String(value))) / 1000);
  if (type === 'enum') {
    const id = optionId(name, options, value);
    return /^\d+$/.test(id) ? Number(id) : id;
  }
  const number = Number(value);
  const isWhole = Number.isSafeInteger(number);
  if (String(value).trim() === '' || !(type === 'number' ? Number.isFinite(number) : isWhole))
    throw badValue(field, type === 'number' ? 'a number' : type === 'id' ? 'the number of a row' : 'a whole number');
  return number;
}

function nothingOf({ type }: AccountField): unknown {
  if (type === 'text') return '';
  if (type === 'boolean') return false;
  return type === 'number' || type === 'integer' ? 0 : null;
}

export function badValue({ name }: AccountField, wanted: string): PipeError {
  return errors.bad_value.error({ field: name, wanted });
}
