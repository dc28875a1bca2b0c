import type { Field } from '../fields.ts';
import { companyFields } from './company.ts';
import { contactFields } from './contact.ts';
import { dealFields } from './deal.ts';
import { leadFields } from './lead.ts';

export type EntityName = 'lead' | 'deal' | 'contact' | 'company';

/** What stays the same of an entity while the portal lives (reference §5.1). */
export interface Entity {
  readonly name: EntityName;
  readonly typeId: 1 | 2 | 3 | 4;
  /** Key in the answer of findbycomm. */
  readonly upper: string;
  /** Short symbolic code: owner type of product rows. */
  readonly letter: string;
  readonly userFieldEntity: string;
  readonly fields: readonly Field[];
  /** The field that holds the stage, and the one that holds its meaning, P, S or F (reference §5.6). */
  readonly stage?: { readonly field: string; readonly semantic: string };
  /** Title of a record added without one. */
  readonly untitled?: string;
  readonly hasMultiFields: boolean;
  readonly hasAmount: boolean;
}

export const entities: Readonly<Record<EntityName, Entity>> = {
  lead: {
    name: 'lead',
    typeId: 1,
    upper: 'LEAD',
    letter: 'L',
    userFieldEntity: 'CRM_LEAD',
    fields: leadFields,
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
    stage: { field: 'STAGE_ID', semantic: 'STAGE_SEMANTIC_ID' },
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
    untitled: 'Компания #',
    hasMultiFields: true,
    hasAmount: false,
  },
};

export const entityNames: readonly EntityName[] = ['lead', 'deal', 'contact', 'company'];
