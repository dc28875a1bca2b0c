import type { Field } from './fields.ts';
import { isMultiFieldType, multiFieldTypes } from './fields.ts';
import { itemAliases, itemMultiValues, legacyMultiValues } from './multi-fields.ts';
import type { PhpMap } from './php.ts';
import { itemNameOf, type Schema } from './schema.ts';
import type { Store } from './store.ts';
import { storedOf, type Row } from './row.ts';
import { itemValue, legacyValue } from './values.ts';

/** Fields a legacy get or `*` has: neither the phones and mails nor the lists of links (reference §4.3). */
export function isPlain(field: Field): boolean {
  return field.user !== undefined || !field.multiple;
}

export function legacyFields(store: Store, row: Row, fields: readonly Field[]): PhpMap {
  const record: PhpMap = {};
  for (const field of fields) record[field.name] = legacyValue(field, storedOf(row, field.name), store.zone);
  return record;
}

/** A record as crm.<entity>.get answers it: phones and mails only where there are any. */
export function legacyRecord(store: Store, schema: Schema, row: Row): PhpMap {
  return { ...legacyFields(store, row, schema.fields.filter(isPlain)), ...multiRecord(row, multiFieldTypes) };
}

export function multiRecord(row: Row, names: readonly string[]): PhpMap {
  const record: PhpMap = {};
  for (const name of names) {
    if (!isMultiFieldType(name)) continue;
    const values = legacyMultiValues(row.multi, name);
    if (values.length > 0) record[name] = values;
  }
  return record;
}

/** Fields of a crm.item; `fields` undefined stands for all of them, and only then `fm` comes too (reference §4.3). */
export function itemRecord(
  store: Store,
  schema: Schema,
  row: Row,
  original: boolean,
  fields: readonly Field[] | undefined,
): PhpMap {
  const record: PhpMap = {};
  for (const field of fields ?? schema.fields) {
    const name = itemNameOf(field, original);
    if (name !== null) record[name] = itemValue(field, storedOf(row, field.name), store.zone);
  }
  if (fields !== undefined) return record;
  if (schema.entity.hasMultiFields) Object.assign(record, itemAliases(row.multi), { fm: itemMultiValues(row.multi) });
  return { ...record, entityTypeId: schema.entity.typeId };
}
