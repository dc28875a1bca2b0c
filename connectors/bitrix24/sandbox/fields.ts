/** Types as `crm.<entity>.fields` and `USER_TYPE_ID` name them (reference §5.2, §5.10). */
export type FieldType =
  | 'integer'
  | 'double'
  | 'string'
  | 'text'
  | 'char'
  | 'boolean'
  | 'date'
  | 'datetime'
  | 'user'
  | 'employee'
  | 'file'
  | 'product_file'
  | 'location'
  | 'url'
  | 'address'
  | 'money'
  | 'crm'
  | 'enumeration'
  | 'crm_status'
  | 'crm_category'
  | 'crm_currency'
  | 'crm_company'
  | 'crm_contact'
  | 'crm_lead'
  | 'crm_quote'
  | 'crm_entity'
  | 'crm_multifield';

/**
 * Who may write a field: `free` anybody; `read` nobody; `create` anybody on add, and crm.item.update, but not a legacy
 * update (CATEGORY_ID, reference §5.2 "change funnel"); `item` crm.item.* only (LEAD_ID, reference §5.2).
 */
export type Access = 'free' | 'read' | 'create' | 'item';

export interface EnumItem {
  readonly id: number;
  readonly value: string;
  readonly xmlId: string;
  readonly sort: number;
  readonly isDefault: boolean;
}

export interface Field {
  /** In legacy methods: `STAGE_ID`. */
  readonly name: string;
  /** In crm.item.*: `stageId`; null when it has no such field. */
  readonly item: string | null;
  readonly type: FieldType;
  readonly access: Access;
  readonly multiple: boolean;
  /** For crm_status: whose statuses it takes. A deal's stages depend on its funnel. */
  readonly statusType?: string;
  /** The label people see. */
  readonly label?: string;
  readonly user?: { readonly id: number; readonly items: readonly EnumItem[]; readonly mandatory: boolean };
}

interface FieldOptions {
  readonly access?: Access;
  readonly multiple?: boolean;
  readonly statusType?: string;
}

/** One system field. The crm.item name is the camel-cased legacy one unless given. */
export function field(
  name: string,
  type: FieldType,
  options: FieldOptions = {},
  item: string | null = camel(name),
): Field {
  return { name, item, type, access: 'free', multiple: false, ...options };
}

export function readOnly(name: string, type: FieldType, item?: string | null): Field {
  return field(name, type, { access: 'read' }, item);
}

export function status(name: string, statusType: string, item?: string): Field {
  return field(name, 'crm_status', { statusType }, item);
}

function camel(name: string): string {
  return name.toLowerCase().replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * The name of a user field in crm.item.* without useOriginalUfNames (reference §5.2): letters only are camel-cased,
 * digits only keep their underscore, a mix keeps everything but the prefix.
 */
export function userFieldItemName(name: string): string {
  const pure = /^UF_CRM_(?:(\d+)_)?(?:([A-Z][A-Z_]*)|(\d+))$/.exec(name);
  if (pure === null) return `ufCrm_${name.slice('UF_CRM_'.length)}`;
  const [, type = '', letters, digits] = pure;
  return `ufCrm${type}${letters === undefined ? `_${digits}` : capitalised(camel(letters))}`;
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

export const multiFieldTypes = ['PHONE', 'EMAIL', 'WEB', 'IM', 'LINK'] as const;
export type MultiFieldType = (typeof multiFieldTypes)[number];

export function isMultiFieldType(name: string): name is MultiFieldType {
  return multiFieldTypes.some((type) => type === name);
}

/** Phones, mails, sites, messengers and links: crm.item.* has all five in `fm` (reference §5.4). */
export const multiFields: readonly Field[] = multiFieldTypes.map((type) =>
  field(type, 'crm_multifield', { multiple: true }, null),
);

export const utm: readonly Field[] = ['SOURCE', 'MEDIUM', 'CAMPAIGN', 'CONTENT', 'TERM'].map((name) =>
  field(`UTM_${name}`, 'string'),
);

/** Nine fields of which crm.item.* has none. */
export function addressFields(prefix: 'ADDRESS' | 'REG_ADDRESS'): readonly Field[] {
  const parts = ['', '_2', '_CITY', '_POSTAL_CODE', '_REGION', '_PROVINCE', '_COUNTRY', '_COUNTRY_CODE'];
  const lines = parts.map((part) => field(`${prefix}${part}`, 'string', {}, null));
  return [...lines, field(`${prefix}_LOC_ADDR_ID`, 'integer', {}, null)];
}

/** Where a record came from; whoever makes it may fill these (reference §5.5). */
export const origin: readonly Field[] = [field('ORIGINATOR_ID', 'string'), field('ORIGIN_ID', 'string')];

/** What every entity has: who and when (the names in crm.item.* are the mapping of reference §5.2). */
export const stamps: readonly Field[] = [
  field('ASSIGNED_BY_ID', 'user'),
  readOnly('CREATED_BY_ID', 'user', 'createdBy'),
  readOnly('MODIFY_BY_ID', 'user', 'updatedBy'),
  readOnly('DATE_CREATE', 'datetime', 'createdTime'),
  readOnly('DATE_MODIFY', 'datetime', 'updatedTime'),
  readOnly('LAST_ACTIVITY_TIME', 'datetime'),
  readOnly('LAST_ACTIVITY_BY', 'user'),
];

export const contactable: readonly Field[] = [
  readOnly('HAS_PHONE', 'char'),
  readOnly('HAS_EMAIL', 'char'),
  readOnly('HAS_IMOL', 'char'),
];
