import type { EntityType } from './rows.ts';

/** Where a custom field may stand: of contacts, companies and leads, or of the elements of a list. */
export type FieldHome = EntityType | 'elements';

/** How the values of a field are written, kept and read (reference §4). */
export type ValueShape =
  | 'text'
  | 'number'
  | 'flag'
  /** One of the options. */
  | 'choice'
  | 'choices'
  /** Midnight in the account's time zone. */
  | 'day'
  | 'birthday'
  | 'moment'
  /** A list of texts, each with a kind: phones, mails. */
  | 'multitext'
  /** A list of lines with `enum_id` 1 to 6. */
  | 'address'
  /** An object under `value`. */
  | 'object'
  /** `{ catalog_id, catalog_element_id }` without a `value` around it. */
  | 'chained';

export interface TypeRule {
  readonly shape: ValueShape;
  /** Which entities may have it (reference §4, "Availability matrix"). */
  readonly homes: readonly FieldHome[];
  /** Keys of an object under `value`. */
  readonly keys?: readonly string[];
}

const everywhere: readonly FieldHome[] = ['contacts', 'companies', 'leads', 'elements'];
const cards: readonly FieldHome[] = ['contacts', 'companies', 'leads'];
const lists: readonly FieldHome[] = ['elements'];

const legalEntity = [
  'name',
  'entity_type',
  'vat_id',
  'tax_registration_reason_code',
  'address',
  'real_address',
  'kpp',
  'bank_code',
  'external_uid',
  'unp',
  'bin',
  'egrpou',
  'mfo',
  'bank_account_number',
  'oked',
  'director',
];
const item = [
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
];
const party = ['name', 'entity_id', 'entity_type', 'type', 'vat_id', 'tax_registration_reason_code', 'address'];

/** Every type of reference §4. The keys of `payer` and `supplier` are not in it: these are a guess. */
export const fieldTypes: ReadonlyMap<string, TypeRule> = new Map<string, TypeRule>([
  ['text', { shape: 'text', homes: everywhere }],
  ['textarea', { shape: 'text', homes: everywhere }],
  ['url', { shape: 'text', homes: everywhere }],
  ['streetaddress', { shape: 'text', homes: everywhere }],
  ['numeric', { shape: 'number', homes: everywhere }],
  ['monetary', { shape: 'number', homes: everywhere }],
  ['price', { shape: 'number', homes: lists }],
  ['checkbox', { shape: 'flag', homes: everywhere }],
  ['select', { shape: 'choice', homes: everywhere }],
  ['radiobutton', { shape: 'choice', homes: everywhere }],
  ['category', { shape: 'choice', homes: lists }],
  ['multiselect', { shape: 'choices', homes: everywhere }],
  ['date', { shape: 'day', homes: everywhere }],
  ['date_time', { shape: 'moment', homes: everywhere }],
  ['birthday', { shape: 'birthday', homes: cards }],
  ['multitext', { shape: 'multitext', homes: ['contacts', 'companies'] }],
  ['smart_address', { shape: 'address', homes: cards }],
  ['legal_entity', { shape: 'object', homes: cards, keys: legalEntity }],
  ['tracking_data', { shape: 'text', homes: ['leads'] }],
  ['linked_entity', { shape: 'object', homes: lists, keys: ['name', 'entity_id', 'entity_type', 'catalog_id'] }],
  ['chained_list', { shape: 'chained', homes: ['leads'] }],
  ['items', { shape: 'object', homes: lists, keys: item }],
  ['file', { shape: 'object', homes: everywhere, keys: ['file_uuid', 'version_uuid', 'file_name', 'file_size'] }],
  ['payer', { shape: 'object', homes: lists, keys: party }],
  ['supplier', { shape: 'object', homes: lists, keys: party }],
]);

/** Kinds of a phone and of a mail; only WORK, WORKDD and MOB are seen in the vendor's examples (reference §4, §12). */
export const phoneKinds = ['WORK', 'WORKDD', 'MOB', 'FAX', 'HOME', 'OTHER'] as const;
export const mailKinds = ['WORK', 'PRIV', 'OTHER'] as const;

/** Line one, line two, town, region, post code, country (reference §4, smart_address; the codes are not verified). */
export const addressLines = ['address_line_1', 'address_line_2', 'city', 'state', 'zip', 'country'] as const;
