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
}

export type EntityName = 'lead' | 'deal' | 'contact' | 'company';

export const entityKinds: Readonly<Record<EntityName, EntityKind>> = {
  lead: { name: 'lead', typeId: 1, letter: 'L', hasRows: true, findByComm: 'LEAD' },
  deal: { name: 'deal', typeId: 2, letter: 'D', hasRows: true, findByComm: undefined },
  contact: { name: 'contact', typeId: 3, letter: 'C', hasRows: false, findByComm: 'CONTACT' },
  company: { name: 'company', typeId: 4, letter: 'CO', hasRows: false, findByComm: 'COMPANY' },
};

/** The child list of deals and leads. */
export const productRows = 'productrows';
