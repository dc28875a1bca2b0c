import type { FieldType } from '../../../engine/index.ts';
import { isObject, type PortalField, type VendorObject } from '../schema.ts';

/** Fields of methods that say nothing of theirs. */
function field(name: string, type: FieldType, vendorType: string = type, more: Partial<PortalField> = {}): PortalField {
  return { name, type, vendorType, ...more };
}

/** https://apidocs.bitrix24.com/api-reference/crm/status/crm-status-list.html */
export const statusFields: readonly PortalField[] = [
  field('ID', 'id'),
  field('ENTITY_ID', 'text'),
  field('STATUS_ID', 'text'),
  field('NAME', 'text'),
  field('NAME_INIT', 'text'),
  field('SORT', 'integer'),
  field('SYSTEM', 'boolean'),
  field('CATEGORY_ID', 'id'),
  field('COLOR', 'text'),
  field('SEMANTICS', 'text'),
  field('EXTRA', 'json'),
];

/** https://apidocs.bitrix24.com/api-reference/crm/universal/category/crm-category-list.html */
export const categoryFields: readonly PortalField[] = [
  field('id', 'id'),
  field('name', 'text'),
  field('sort', 'integer'),
  field('entityTypeId', 'integer'),
  field('isDefault', 'boolean'),
  field('originId', 'text'),
  field('originatorId', 'text'),
];

/** https://apidocs.bitrix24.com/api-reference/departments/department-get.html */
export const departmentFields: readonly PortalField[] = [
  field('ID', 'id'),
  field('NAME', 'text'),
  field('SORT', 'integer'),
  field('PARENT', 'id'),
  field('UF_HEAD', 'id', 'user'),
];

/** Rows of `values`. */
export const optionFields: readonly PortalField[] = [field('id', 'id'), field('value', 'text')];

/** https://apidocs.bitrix24.com/api-reference/crm/crm-stage-history-list.html */
export function stageHistoryFields(of: string): readonly PortalField[] {
  const common = [
    field('ID', 'id'),
    field('TYPE_ID', 'integer'),
    field('OWNER_ID', 'id'),
    field('CREATED_TIME', 'datetime'),
  ];
  if (of === 'lead') return [...common, field('STATUS_ID', 'text'), field('STATUS_SEMANTIC_ID', 'text')];
  return [...common, field('CATEGORY_ID', 'id'), field('STAGE_ID', 'text'), field('STAGE_SEMANTIC_ID', 'text')];
}

/** user.fields names fields and says no types (https://apidocs.bitrix24.com/api-reference/user/user-fields.html). */
export function userField(name: string, title: string): PortalField {
  const [type, vendorType = type, more = {}] = userTypes[name] ?? (['text'] as const);
  return field(name, type, vendorType, { ...more, ...(title !== name && { title }) });
}

type Kind = readonly [FieldType, string?, Partial<PortalField>?];

const userTypes: Readonly<Record<string, Kind>> = {
  ID: ['id'],
  ACTIVE: ['boolean', 'flag'],
  IS_ONLINE: ['boolean', 'flag'],
  NAME: ['text', 'text', { personal: 'name' }],
  LAST_NAME: ['text', 'text', { personal: 'name' }],
  SECOND_NAME: ['text', 'text', { personal: 'name' }],
  EMAIL: ['text', 'text', { personal: 'email' }],
  PERSONAL_PHONE: ['text', 'text', { personal: 'phone' }],
  PERSONAL_MOBILE: ['text', 'text', { personal: 'phone' }],
  WORK_PHONE: ['text', 'text', { personal: 'phone' }],
  PERSONAL_BIRTHDAY: ['date', 'date', { personal: 'text' }],
  LAST_LOGIN: ['datetime'],
  DATE_REGISTER: ['datetime'],
  LAST_ACTIVITY_DATE: ['datetime'],
  TIMESTAMP_X: ['datetime'],
  UF_EMPLOYMENT_DATE: ['date'],
  UF_DEPARTMENT: ['id', 'department', { multiple: true }],
};

/** Properties of products come as { valueId, value }, and lists of them where several may be. */
export function productFields(fields: readonly PortalField[], given: VendorObject): readonly PortalField[] {
  return fields.map((one) => {
    if (!/^PROPERTY_\d+$/.test(one.name)) return one.vendorType === 'product_file' ? { ...one, type: 'json' } : one;
    const described = given[one.name];
    const kind = isObject(described) ? propertyKind(described) : propertyKind({});
    return { ...one, ...kind, property: true };
  });
}

/** What a property of an information block holds, by its type letter and its user type. */
export function propertyKind(given: VendorObject): Pick<PortalField, 'type' | 'vendorType' | 'withText' | 'options'> {
  const options = optionsIn(given['DISPLAY_VALUES_FORM'] ?? given['values']);
  const letter = String(given['TYPE'] ?? given['propertyType'] ?? 'S');
  const user = typeof given['userType'] === 'string' ? given['userType'] : '';
  const kind = letter === 'S' && user !== '' ? `S:${user}` : letter;
  const type = propertyTypes[kind] ?? 'text';
  if (kind === 'S:Money') return { type: 'text', vendorType: 'money' };
  return { type, vendorType: kind, ...(type === 'enum' && { options, withText: true as const }) };
}

const propertyTypes: Readonly<Record<string, FieldType>> = {
  N: 'number',
  L: 'enum',
  F: 'json',
  E: 'id',
  G: 'id',
  'S:Date': 'date',
  'S:DateTime': 'datetime',
  'S:employee': 'id',
  'S:Sequence': 'integer',
  'S:DiskFile': 'json',
  SORT: 'integer',
  DATE_CREATE: 'datetime',
  TIMESTAMP_X: 'datetime',
  ACTIVE_FROM: 'datetime',
  ACTIVE_TO: 'datetime',
  CREATED_BY: 'id',
  MODIFIED_BY: 'id',
};

/** `{ 1669: "Planning" }`, or the same as `{ 1669: { ID, VALUE } }`. */
export function optionsIn(given: unknown): readonly { readonly id: string; readonly text: string }[] {
  if (!isObject(given)) return [];
  return Object.entries(given).map(([id, text]) => ({
    id,
    text: String(isObject(text) ? (text['VALUE'] ?? '') : text),
  }));
}
