import type { Called } from '../../engine/index.ts';

/** A kind of CRM row this connector knows (https://apidocs.bitrix24.com/api-reference/crm/data-types.html#object_type). */
export interface EntityKind {
  readonly name: EntityName;
  readonly typeId: number;
  /** As `ownerType` of product rows names it. */
  readonly letter: string;
  /** Holds product rows. */
  readonly hasRows: boolean;
  /** As `entity_type` of crm.duplicate.findbycomm names it; deals hold no phones. */
  readonly findByComm: string | undefined;
  /** What the log says of its rows. */
  readonly called: Called;
}

export type EntityName = 'lead' | 'deal' | 'contact' | 'company';

export const entityKinds: Readonly<Record<EntityName, EntityKind>> = {
  lead: { name: 'lead', typeId: 1, letter: 'L', hasRows: true, findByComm: 'LEAD', called: called('lead', 'лид') },
  deal: {
    name: 'deal',
    typeId: 2,
    letter: 'D',
    hasRows: true,
    findByComm: undefined,
    called: { en: 'deal', ru: { nominative: 'сделка', accusative: 'сделку', feminine: true } },
  },
  contact: {
    name: 'contact',
    typeId: 3,
    letter: 'C',
    hasRows: false,
    findByComm: 'CONTACT',
    called: { ...called('contact', 'контакт'), person: ['LAST_NAME', 'NAME', 'SECOND_NAME', 'PHONE', 'EMAIL'] },
  },
  company: {
    name: 'company',
    typeId: 4,
    letter: 'CO',
    hasRows: false,
    findByComm: 'COMPANY',
    called: { en: 'company', ru: { nominative: 'компания', accusative: 'компанию', feminine: true } },
  },
};

function called(en: string, ru: string): Called {
  return { en, ru: { nominative: ru, accusative: ru } };
}

/** The child list of deals and leads. */
export const productRows = 'productrows';
