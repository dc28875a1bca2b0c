import { unknown } from './errors.ts';
import { isMultiFieldType, type MultiFieldType } from './fields.ts';
import { entriesOf, isMap, listOf, type PhpMap } from './php.ts';
import type { MultiValue } from './row.ts';

/** One change to the phones, mails… of a record, whichever way it was asked for. */
export type MultiEdit =
  | { readonly kind: 'add'; readonly type: MultiFieldType; readonly valueType: string; readonly value: string }
  | { readonly kind: 'change'; readonly id: number; readonly valueType?: string; readonly value: string }
  | { readonly kind: 'remove'; readonly id: number };

/** VALUE_TYPE by type (reference §5.4, its source data-types.md#crm_multifield). */
const valueTypes: Readonly<Record<MultiFieldType, readonly string[]>> = {
  PHONE: ['WORK', 'MOBILE', 'FAX', 'HOME', 'PAGER', 'MAILING', 'OTHER'],
  EMAIL: ['WORK', 'HOME', 'MAILING', 'OTHER'],
  WEB: ['WORK', 'HOME', 'VK', 'LIVEJOURNAL', 'TWITTER', 'OTHER'],
  IM: ['TELEGRAM', 'VK', 'SKYPE', 'VIBER', 'BITRIX24', 'OPENLINE', 'IMOL', 'ICQ', 'MSN', 'JABBER', 'OTHER'],
  LINK: ['USER'],
};

/**
 * `PHONE: [{ID?, VALUE, VALUE_TYPE, DELETE?}]` (reference §5.4 "Legacy update"): with an ID the row changes, without
 * one a row is added, and an ID without a VALUE deletes the row.
 */
export function legacyEdits(type: MultiFieldType, raw: unknown): readonly MultiEdit[] {
  const elements = listOf(raw);
  if (elements === undefined) throw unknown(`${type} that is not a list`);
  return elements.flatMap((element) => {
    const { ID: id, VALUE: value, VALUE_TYPE: valueType, DELETE: remove } = known(type, element, legacyKeys);
    if (id === undefined) return isEmpty(value) ? [] : [addition(type, valueType, value)];
    if (remove === 'Y' || isEmpty(value)) return [{ kind: 'remove', id: Number(id) }];
    return [change(type, Number(id), valueType, value)];
  });
}

const legacyKeys: readonly string[] = ['ID', 'VALUE', 'VALUE_TYPE', 'TYPE_ID', 'DELETE'];
const itemKeys: readonly string[] = ['id', 'value', 'valueType', 'typeId'];

/**
 * `fm` of crm.item.* (reference §5.4): a list adds; of an object, keys n0, n1… add, an id changes, an id with an empty
 * value deletes. An element without typeId, or a scalar for the whole, is passed over without a word.
 */
export function itemEdits(raw: unknown): readonly MultiEdit[] {
  const entries = entriesOf(raw) ?? [];
  const isList = entries.every(([key], index) => key === String(index));
  return entries.flatMap(([key, element]): readonly MultiEdit[] => {
    const { typeId: type, valueType, value } = known('fm', element, itemKeys);
    if (type === undefined) return [];
    if (typeof type !== 'string' || !isMultiFieldType(type)) throw unknown(`typeId ${String(type)} in fm`);
    if (isList || /^n\d+$/.test(key)) return isEmpty(value) ? [] : [addition(type, valueType, value)];
    if (!/^\d+$/.test(key)) throw unknown(`the key "${key}" in fm`);
    if (isEmpty(value)) return [{ kind: 'remove', id: Number(key) }];
    return [change(type, Number(key), valueType, value)];
  });
}

function known(where: string, element: unknown, keys: readonly string[]): PhpMap {
  if (!isMap(element)) throw unknown(`an element of ${where} that is not an object`);
  const stranger = Object.keys(element).find((key) => !keys.includes(key));
  if (stranger !== undefined) throw unknown(`"${stranger}" in ${where}`);
  return element;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function addition(type: MultiFieldType, valueType: unknown, value: unknown): MultiEdit {
  return { kind: 'add', type, valueType: checkedType(type, valueType), value: text(type, value) };
}

function change(type: MultiFieldType, id: number, valueType: unknown, value: unknown): MultiEdit {
  const edit = { kind: 'change', id, value: text(type, value) } as const;
  return valueType === undefined ? edit : { ...edit, valueType: checkedType(type, valueType) };
}

function checkedType(type: MultiFieldType, valueType: unknown): string {
  if (typeof valueType === 'string' && valueTypes[type].includes(valueType)) return valueType;
  throw unknown(`the value type ${JSON.stringify(valueType) ?? 'left out'} of ${type}`);
}

function text(type: MultiFieldType, value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw unknown(`a value of ${type} that is not text`);
}

/** Rows not mentioned stay as they are (reference §5.4). */
export function applyEdits(
  held: readonly MultiValue[],
  edits: readonly MultiEdit[],
  nextId: () => number,
): readonly MultiValue[] {
  const values = [...held];
  for (const edit of edits) {
    if (edit.kind === 'add') {
      values.push({ id: nextId(), type: edit.type, valueType: edit.valueType, value: edit.value });
      continue;
    }
    const at = values.findIndex(({ id }) => id === edit.id);
    const old = values[at];
    if (old === undefined) throw unknown(`the multi-field value ${edit.id} on this record`);
    if (edit.kind === 'remove') values.splice(at, 1);
    else values[at] = { ...old, ...changed(edit) };
  }
  return edits.length === 0 ? held : values;
}

function changed(edit: { readonly valueType?: string; readonly value: string }): Partial<MultiValue> {
  return edit.valueType === undefined ? { value: edit.value } : { value: edit.value, valueType: edit.valueType };
}

/** `{PHONE: [{ID, VALUE_TYPE, VALUE, TYPE_ID}]}`; a type without values has no key (reference §5.4 "Legacy read"). */
export function legacyMultiValues(held: readonly MultiValue[], type: MultiFieldType): readonly unknown[] {
  return held
    .filter((one) => one.type === type)
    .map(({ id, valueType, value }) => ({ ID: String(id), VALUE_TYPE: valueType, VALUE: value, TYPE_ID: type }));
}

export function itemMultiValues(held: readonly MultiValue[]): readonly unknown[] {
  return held.map(({ id, valueType, value, type }) => ({ id, valueType, value, typeId: type }));
}

/** `phoneWork`, `emailHome`…: read-only, the first value of that type (reference §5.4). */
export function itemAliases(held: readonly MultiValue[]): Readonly<Record<string, string>> {
  const first = (type: MultiFieldType, valueType?: string): string =>
    held.find((one) => one.type === type && (valueType === undefined || one.valueType === valueType))?.value ?? '';
  return {
    phoneMobile: first('PHONE', 'MOBILE'),
    phoneWork: first('PHONE', 'WORK'),
    phoneMailing: first('PHONE', 'MAILING'),
    emailHome: first('EMAIL', 'HOME'),
    emailWork: first('EMAIL', 'WORK'),
    emailMailing: first('EMAIL', 'MAILING'),
    email: first('EMAIL'),
    phone: first('PHONE'),
  };
}

/** HAS_PHONE, HAS_EMAIL and HAS_IMOL follow the values. */
export function presence(held: readonly MultiValue[]): Readonly<Record<string, string>> {
  const has = (test: (one: MultiValue) => boolean): string => (held.some(test) ? 'Y' : 'N');
  return {
    HAS_PHONE: has(({ type }) => type === 'PHONE'),
    HAS_EMAIL: has(({ type }) => type === 'EMAIL'),
    HAS_IMOL: has(({ type, valueType }) => type === 'IM' && (valueType === 'OPENLINE' || valueType === 'IMOL')),
  };
}
