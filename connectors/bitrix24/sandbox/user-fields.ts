import type { EntityName } from './entities/index.ts';
import { codedError, unknown } from './errors.ts';
import type { Field, FieldType } from './fields.ts';
import { freeItemName } from './schema.ts';
import type { Store } from './store.ts';

/** Types of user fields the sandbox keeps; files, addresses on a map and links to lists are not among them. */
export const userFieldTypes = [
  ...(['string', 'integer', 'double', 'boolean', 'date', 'datetime', 'enumeration'] as const),
  ...(['url', 'address', 'money', 'crm', 'crm_status', 'employee'] as const),
] satisfies readonly FieldType[];

export interface UserFieldDraft {
  /** With its prefix: `UF_CRM_…`. */
  readonly name: string;
  readonly type: (typeof userFieldTypes)[number];
  readonly label?: string;
  readonly multiple?: boolean;
  readonly mandatory?: boolean;
  /** Of an enumeration. A value is stored as the item's id, never as its text (reference §5.10). */
  readonly items?: readonly { readonly value: string; readonly xmlId?: string }[];
  /** Of a crm_status: the book it takes its values from. */
  readonly statusType?: string;
}

type Counters = Pick<Store, 'schemas' | 'nextId'>;

/** An item of LIST: with an id it is one that is there (https://apidocs.bitrix24.com/api-reference/crm/leads/userfield/crm-lead-userfield-update.html). */
export interface ItemDraft {
  readonly id?: number;
  readonly value: string;
  readonly xmlId?: string;
  readonly sort?: number;
}

/** Every item that is there must be among them: what becomes of one left out is not described. */
export function changeItems(store: Counters, entity: EntityName, field: Field, drafts: readonly ItemDraft[]): void {
  if (field.user === undefined) return;
  const held = new Map(field.user.items.map((item) => [item.id, item]));
  const items = drafts.map(({ id, value, xmlId, sort }, index) => {
    const old = id === undefined ? undefined : held.get(id);
    if (id !== undefined && old === undefined) throw unknown(`the item ${id} of LIST, which is none of ${field.name}`);
    const fresh = { isDefault: false, xmlId: `item-${index + 1}` };
    return {
      ...(old ?? fresh),
      id: old?.id ?? store.nextId('enumItem'),
      value,
      sort: sort ?? old?.sort ?? 0,
      ...(xmlId !== undefined && { xmlId }),
    };
  });
  const left = field.user.items.find(({ id }) => !items.some((item) => item.id === id));
  if (left !== undefined) throw unknown(`what becomes of the item ${left.id} that LIST leaves out`);
  refuseTwice(items);
  store.schemas[entity].changeUserField({ ...field, user: { ...field.user, items } });
}

function refuseTwice(items: readonly { readonly xmlId: string }[]): void {
  const twice = items.find(({ xmlId }, index) => items.findIndex((item) => item.xmlId === xmlId) !== index);
  if (twice !== undefined) throw codedError('ERROR_CORE', `List item with value XML_ID=${twice.xmlId} already exists.`);
}

export function createUserField(store: Counters, entity: EntityName, draft: UserFieldDraft): Field {
  const items = (draft.items ?? []).map(({ value, xmlId }, index) => ({
    id: store.nextId('enumItem'),
    value,
    xmlId: xmlId ?? `item-${index + 1}`,
    sort: (index + 1) * 10,
    isDefault: false,
  }));
  refuseTwice(items);
  const schema = store.schemas[entity];
  const field: Field = {
    name: draft.name,
    item: freeItemName(schema, draft.name),
    type: draft.type,
    access: 'free',
    multiple: draft.multiple ?? false,
    label: draft.label ?? draft.name,
    user: { id: store.nextId('userField'), items, mandatory: draft.mandatory ?? false },
    ...(draft.statusType === undefined ? {} : { statusType: draft.statusType }),
  };
  schema.addUserField(field);
  return field;
}
