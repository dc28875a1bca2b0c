import type { Field } from '../fields.ts';
import { companyFields } from './company.ts';
import { contactFields } from './contact.ts';
import { dealFields } from './deal.ts';
import { leadFields } from './lead.ts';
import { contractFields, roomFields } from './process.ts';
import { productFields } from './product.ts';

/** `contract` and `room` are the smart processes of this portal (reference §6.2). */
export type EntityName = LegacyName | 'product' | 'contract' | 'room';
export type LegacyName = 'lead' | 'deal' | 'contact' | 'company';

/** A smart process as crm.type.list shows it. */
export interface Process {
  readonly id: number;
  readonly title: string;
  readonly hasFunnels: boolean;
  readonly hasStages: boolean;
  readonly hasClients: boolean;
  readonly hasDates: boolean;
}

/** Where an entity keeps who made and changed a record, and when. */
export interface StampNames {
  readonly created: string;
  readonly createdBy: string;
  readonly changed: string;
  readonly changedBy: string;
  readonly moved: string;
  readonly movedBy: string;
}

/** What stays the same of an entity while the portal lives (reference §5.1). */
export interface Entity {
  readonly name: EntityName;
  /** entityTypeId of crm.item.*; 0: it has no such entity. */
  readonly typeId: number;
  /** Key in the answer of findbycomm. */
  readonly upper: string;
  /** Short symbolic code: owner type of product rows. */
  readonly letter: string;
  readonly userFieldEntity: string;
  readonly fields: readonly Field[];
  /** The field that holds the stage, and the one that holds its meaning, P, S or F (reference §5.6). */
  readonly stage?: { readonly field: string; readonly semantic?: string };
  readonly stamps: StampNames;
  readonly hasFunnels?: true;
  readonly process?: Process;
  /** Title of a record added without one. */
  readonly untitled?: string;
  readonly hasMultiFields: boolean;
  readonly hasAmount: boolean;
}

const legacyStamps: StampNames = {
  created: 'DATE_CREATE',
  createdBy: 'CREATED_BY_ID',
  changed: 'DATE_MODIFY',
  changedBy: 'MODIFY_BY_ID',
  moved: 'MOVED_TIME',
  movedBy: 'MOVED_BY_ID',
};

const processStamps: StampNames = {
  created: 'CREATED_TIME',
  createdBy: 'CREATED_BY',
  changed: 'UPDATED_TIME',
  changedBy: 'UPDATED_BY',
  moved: 'MOVED_TIME',
  movedBy: 'MOVED_BY',
};

export const entities: Readonly<Record<EntityName, Entity>> = {
  lead: {
    name: 'lead',
    typeId: 1,
    upper: 'LEAD',
    letter: 'L',
    userFieldEntity: 'CRM_LEAD',
    fields: leadFields,
    stamps: legacyStamps,
    stage: { field: 'STATUS_ID', semantic: 'STATUS_SEMANTIC_ID' },
    untitled: 'Лид #',
    hasMultiFields: true,
    hasAmount: true,
  },
  deal: {
    name: 'deal',
    typeId: 2,
    upper: 'DEAL',
    letter: 'D',
    userFieldEntity: 'CRM_DEAL',
    fields: dealFields,
    stamps: legacyStamps,
    stage: { field: 'STAGE_ID', semantic: 'STAGE_SEMANTIC_ID' },
    hasFunnels: true,
    untitled: 'Сделка #',
    hasMultiFields: false,
    hasAmount: true,
  },
  contact: {
    name: 'contact',
    typeId: 3,
    upper: 'CONTACT',
    letter: 'C',
    userFieldEntity: 'CRM_CONTACT',
    fields: contactFields,
    stamps: legacyStamps,
    hasMultiFields: true,
    hasAmount: false,
  },
  company: {
    name: 'company',
    typeId: 4,
    upper: 'COMPANY',
    letter: 'CO',
    userFieldEntity: 'CRM_COMPANY',
    fields: companyFields,
    stamps: legacyStamps,
    untitled: 'Компания #',
    hasMultiFields: true,
    hasAmount: false,
  },
  product: {
    name: 'product',
    typeId: 0,
    upper: 'PRODUCT',
    letter: '',
    userFieldEntity: '',
    fields: productFields,
    stamps: { ...legacyStamps, createdBy: 'CREATED_BY', changed: 'TIMESTAMP_X', changedBy: 'MODIFIED_BY' },
    hasMultiFields: false,
    hasAmount: false,
  },
  contract: {
    name: 'contract',
    typeId: 1036,
    upper: 'DYNAMIC_1036',
    letter: 'T40c',
    userFieldEntity: 'CRM_5',
    fields: contractFields,
    stamps: processStamps,
    stage: { field: 'STAGE_ID' },
    hasFunnels: true,
    process: { id: 5, title: 'Договоры', hasFunnels: true, hasStages: true, hasClients: true, hasDates: true },
    untitled: 'Договоры #',
    hasMultiFields: false,
    hasAmount: true,
  },
  room: {
    name: 'room',
    typeId: 1040,
    upper: 'DYNAMIC_1040',
    letter: 'T410',
    userFieldEntity: 'CRM_7',
    fields: roomFields,
    stamps: processStamps,
    process: { id: 7, title: 'Кабинеты', hasFunnels: false, hasStages: false, hasClients: false, hasDates: false },
    untitled: 'Кабинеты #',
    hasMultiFields: false,
    hasAmount: false,
  },
};

/** Entities with methods of their own name, `crm.deal.*`, and user fields of them. */
export const legacyNames: readonly LegacyName[] = ['lead', 'deal', 'contact', 'company'];
export const entityNames: readonly EntityName[] = [...legacyNames, 'product', 'contract', 'room'];

/** One thing for each entity. */
export function perEntity<T>(make: (name: EntityName) => T): Readonly<Record<EntityName, T>> {
  return {
    lead: make('lead'),
    deal: make('deal'),
    contact: make('contact'),
    company: make('company'),
    product: make('product'),
    contract: make('contract'),
    room: make('room'),
  };
}
