import type { Field, FieldOption, FieldType } from '../../engine/index.ts';
import { isObject, type VendorObject } from './answer.ts';
import type { Collection, EntityForm } from './entities.ts';

/** Where a field stands in a row, and how it is written. */
export type Place =
  | { readonly kind: 'plain' }
  | { readonly kind: 'custom'; readonly id: number }
  | { readonly kind: 'tags' }
  | { readonly kind: 'links'; readonly to: Collection }
  /** The stage of a lead by its name, in the lead's own funnel. */
  | { readonly kind: 'stage' }
  /** The funnel by its name. */
  | { readonly kind: 'funnel' }
  /** Of a note, one of its `params`. */
  | { readonly kind: 'param' }
  /** Of a task, the text of its result. */
  | { readonly kind: 'result' };

export interface AccountField extends Field {
  readonly place: Place;
  /** The vendor's type of a custom field; '' of the others. */
  readonly vendorType: string;
  /** What a request has to ask for beside the row for it to be there. */
  readonly with?: string;
  /** What its filter is called, where its values can be filtered by (reference 5). */
  readonly filter?: string;
  /** It is said when the row is made, and stays. */
  readonly isFixed?: true;
  /** The vendor's own custom field, which every account has: it is known by its code. */
  readonly isPredefined?: true;
}

const base = (name: string, type: FieldType, more: Partial<AccountField> = {}): AccountField => ({
  name,
  type,
  place: { kind: 'plain' },
  vendorType: '',
  ...more,
});

const readOnly = { readOnly: true } as const;

function linked(name: Collection, more: Partial<AccountField> = {}): AccountField {
  return base(name, 'id', { multiple: true, place: { kind: 'links', to: name }, ...more });
}

/** A field that its filter is called like. */
function filtered(name: string, type: FieldType, more: Partial<AccountField> = {}): AccountField {
  return base(name, type, { filter: name, ...more });
}

const stamps: readonly AccountField[] = [
  base('created_at', 'datetime', readOnly),
  base('updated_at', 'datetime', readOnly),
];

const common: readonly AccountField[] = [
  filtered('id', 'id', readOnly),
  filtered('responsible_user_id', 'id'),
  filtered('created_by', 'id', readOnly),
  filtered('updated_by', 'id', readOnly),
  ...stamps,
  base('tags', 'text', { multiple: true, place: { kind: 'tags' } }),
];

const makers = [base('created_by', 'id', readOnly), base('updated_by', 'id', readOnly)] as const;
const person = { personal: 'name' } as const;
const param = { place: { kind: 'param' } } as const;

/** Whose a task is; the vendor's word and ours. */
const owners: readonly FieldOption[] = [
  { id: 'contacts', text: 'contact' },
  { id: 'companies', text: 'company' },
  { id: 'leads', text: 'lead' },
];

/** Fields every account has (reference 3.2, 3.3, 3.7). `companies` come unasked, other links through `with`. */
export const fixedFields: Readonly<Record<EntityForm, readonly AccountField[]>> = {
  contact: [
    ...common,
    base('name', 'text', person),
    base('first_name', 'text', person),
    base('last_name', 'text', person),
    linked('companies'),
    linked('leads', { ...readOnly, with: 'leads' }),
  ],
  company: [
    ...common,
    base('name', 'text'),
    linked('contacts', { with: 'contacts' }),
    linked('leads', { ...readOnly, with: 'leads' }),
  ],
  lead: [
    ...common,
    base('name', 'text', { personal: 'text' }),
    base('price', 'number'),
    base('status_id', 'id'),
    filtered('pipeline_id', 'id'),
    base('status', 'text', { place: { kind: 'stage' } }),
    base('pipeline', 'enum', { place: { kind: 'funnel' }, filter: 'pipeline_id' }),
    base('loss_reason_id', 'id'),
    base('closed_at', 'datetime', readOnly),
    linked('contacts', { with: 'contacts' }),
    linked('companies'),
  ],
  task: [
    filtered('id', 'id', readOnly),
    base('text', 'text', { required: true, personal: 'text' }),
    base('complete_till', 'datetime', { required: true }),
    base('task_type_id', 'enum', { filter: 'task_type', options: [] }),
    filtered('entity_type', 'enum', { options: owners }),
    filtered('entity_id', 'id'),
    filtered('responsible_user_id', 'id'),
    base('duration', 'integer'),
    filtered('is_completed', 'boolean'),
    base('result', 'text', { place: { kind: 'result' }, personal: 'text' }),
    ...makers,
    ...stamps,
  ],
  note: [
    filtered('id', 'id', readOnly),
    filtered('entity_id', 'id', { required: true, isFixed: true }),
    filtered('note_type', 'text', { isFixed: true }),
    base('text', 'text', { ...param, personal: 'text' }),
    base('phone', 'text', { ...param, personal: 'phone' }),
    base('duration', 'integer', param),
    base('call_status', 'integer', param),
    ...['uniq', 'source', 'link', 'call_responsible', 'call_result', 'service', 'status'].map((name) =>
      base(name, 'text', param),
    ),
    base('address', 'text', { ...param, personal: 'text' }),
    base('longitude', 'text', param),
    base('latitude', 'text', param),
    ...['original_name', 'file_name', 'file_uuid', 'version_uuid'].map((name) => base(name, 'text', param)),
    base('responsible_user_id', 'id'),
    ...makers,
    ...stamps,
  ],
  element: [filtered('id', 'id', readOnly), base('name', 'text', { required: true }), ...makers, ...stamps],
};

/** Notes a program may write (reference 3.7); the others are the system's own. */
export const noteTypes: readonly string[] = [
  'common',
  'call_in',
  'call_out',
  'service_message',
  'extended_service_message',
  'message_cashier',
  'geolocation',
  'sms_in',
  'sms_out',
  'attachment',
];

const types: Readonly<Record<string, FieldType>> = {
  text: 'text',
  textarea: 'text',
  url: 'text',
  streetaddress: 'text',
  tracking_data: 'text',
  numeric: 'number',
  monetary: 'number',
  price: 'number',
  checkbox: 'boolean',
  select: 'enum',
  radiobutton: 'enum',
  category: 'enum',
  multiselect: 'enum',
  date: 'date',
  birthday: 'date',
  date_time: 'datetime',
};

/** Lists and objects that can be written as they are read; what is in no list is only read. */
const written: ReadonlySet<string> = new Set([
  'smart_address',
  'legal_entity',
  'chained_list',
  'linked_entity',
  'items',
  'file',
  'payer',
  'supplier',
]);

/** A custom field of `GET /{entity}/custom_fields` (reference 4); undefined: it has no id. */
export function readField(given: VendorObject): AccountField | undefined {
  const { id, type, name, is_api_only: isApiOnly } = given;
  if (typeof id !== 'number' || typeof name !== 'string') return undefined;
  const vendorType = String(type);
  const enums = Array.isArray(given['enums']) ? given['enums'].filter(isObject) : [];
  const own: AccountField = {
    name,
    type: types[vendorType] ?? 'json',
    place: { kind: 'custom', id },
    vendorType,
    ...(vendorType === 'multiselect' && { multiple: true }),
    ...(given['is_predefined'] === true && { isPredefined: true as const }),
  };
  if (vendorType === 'multitext') return { ...own, ...multitext(given['code'], enums) };
  if (own.type === 'enum') return { ...own, options: enums.map(optionOf) };
  if (own.type === 'json') return { ...own, ...(!written.has(vendorType) && readOnly) };
  // What is kept for other programs alone is a key; whatever people write may be about a person.
  const isPersonal = (own.type === 'text' && vendorType !== 'url' && isApiOnly !== true) || vendorType === 'birthday';
  return { ...own, ...(isPersonal && { personal: 'text' as const }) };
}

/** A list of phones, unless its kinds are those of a mail or a messenger. */
function multitext(code: unknown, enums: readonly VendorObject[]): Partial<AccountField> {
  const kinds = enums.map((one) => String(one['code'] ?? one['value']));
  const isPhone = code === 'PHONE' || (code !== 'EMAIL' && kinds.includes('MOB'));
  const told = kinds.length > 0 ? { kinds } : {};
  return { ...(isPhone ? { type: 'phones', personal: 'phone' } : { type: 'emails', personal: 'email' }), ...told };
}

function optionOf(given: VendorObject): FieldOption {
  return { id: String(given['id']), text: String(given['value']) };
}
