import type { PipeError, Value, WriteValues } from '../../engine/index.ts';
import { camelCase } from './product-rows.ts';
import type { Param, Params } from './command.ts';
import { errors } from './errors.ts';
import { optionId } from './options.ts';
import { isObject, type PortalField, type Schema } from './schema.ts';
import { isList } from './values.ts';

/** Whose spelling a write needs: `legacy` is crm.deal.*, `item` is crm.item.* with the original names of user fields. */
export type Dialect = 'legacy' | 'item';

/** `fields` of a write; throws a PipeError of kind data for a value the field cannot take. */
export function writeFields(schema: Schema, values: WriteValues, dialect: Dialect): Params {
  const pairs = Object.entries(values).flatMap(([name, value]) => {
    const param = writeField(schema.field(name), value, dialect);
    return param === undefined ? [] : [[dialect === 'item' ? itemName(name) : name, param] as const];
  });
  return Object.fromEntries(pairs);
}

/** Standard fields that crm.item.* does not simply spell in camel case (…/crm/universal/object-fields.html). */
const itemNames: Readonly<Record<string, string>> = {
  DATE_CREATE: 'createdTime',
  DATE_MODIFY: 'updatedTime',
  CREATED_BY_ID: 'createdBy',
  MODIFY_BY_ID: 'updatedBy',
};

function itemName(name: string): string {
  return name.startsWith('UF_') ? name : (itemNames[name] ?? camelCase(name));
}

/** Nothing to send at all: undefined. Nothing as a value, which clears the field: ''. */
function writeField(field: PortalField, value: Value | null, dialect: Dialect): Param | undefined {
  if (field.vendorType === 'crm_multifield') return writeMultiField(field, value);
  if (value === null) return '';
  if (!field.multiple) return writeScalar(field, value, dialect);
  const list = isList(value) ? value : [value];
  return list.length === 0 ? '' : list.map((one) => writeScalar(field, one, dialect));
}

function writeScalar(field: PortalField, value: Value, dialect: Dialect): string | number {
  if (typeof value === 'object') throw badValue(field, field.multiple ? 'a list of texts' : 'one text');
  if (field.type === 'enum') return optionId(field, value);
  if (field.type === 'boolean') return writeFlag(field, value, dialect);
  if (typeof value === 'boolean') return value ? 'Y' : 'N';
  if ((field.type === 'integer' || field.type === 'number') && !Number.isFinite(Number(value)))
    throw badValue(field, 'a number');
  return value;
}

/** User fields of type boolean: 1 and 0 in legacy methods, Y and N in crm.item.* (reference 5.10). */
function writeFlag(field: PortalField, value: string | number | boolean, dialect: Dialect): string {
  const text = String(value).toLowerCase();
  const yes = ['true', 'y', '1'].includes(text);
  if (!yes && !['false', 'n', '0'].includes(text)) throw badValue(field, 'true, false');
  return dialect === 'item' ? (yes ? 'Y' : 'N') : yes ? '1' : '0';
}

/** Phones and mails one by one, by their own ids: what is sent without an id is added, again and again (reference 5.4). */
function writeMultiField(field: PortalField, value: Value | null): Param | undefined {
  if (value === null || !isList(value)) throw badValue(field, 'a list of { id, value, type, remove }');
  return value.length === 0 ? undefined : value.map((one) => writeMultiValue(field, one));
}

function writeMultiValue(field: PortalField, given: unknown): Params {
  const { id, value, type, remove } = isObject(given) ? given : {};
  if (remove === true && typeof id === 'string') return { ID: id, DELETE: 'Y' };
  // An id without a value would delete the phone.
  if (typeof value !== 'string' || value === '') throw badValue(field, 'a value in every entry');
  const kind = typeof type === 'string' ? { VALUE_TYPE: type } : {};
  if (typeof id === 'string') return { ID: id, VALUE: value, ...kind };
  return { VALUE: value, VALUE_TYPE: 'WORK', ...kind };
}

function badValue({ name }: PortalField, wanted: string): PipeError {
  return errors.bad_value.error({ field: name, wanted });
}
