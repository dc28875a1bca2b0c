import type { Called } from '../../engine/index.ts';
import { errors } from './errors.ts';

export type EntityName = 'contact' | 'company' | 'lead';
export type Collection = 'contacts' | 'companies' | 'leads';

/** A kind of row this connector writes. */
export interface EntityKind {
  readonly name: EntityName;
  /** As addresses and answers name it. */
  readonly collection: Collection;
  /** What the log says of its rows. */
  readonly called: Called;
}

export const entityKinds: Readonly<Record<EntityName, EntityKind>> = {
  contact: {
    name: 'contact',
    collection: 'contacts',
    called: {
      en: 'contact',
      ru: { nominative: 'контакт', accusative: 'контакт' },
      person: ['name', 'first_name', 'last_name', 'PHONE', 'EMAIL'],
    },
  },
  company: {
    name: 'company',
    collection: 'companies',
    called: { en: 'company', ru: { nominative: 'компания', accusative: 'компанию', feminine: true } },
  },
  lead: {
    name: 'lead',
    collection: 'leads',
    called: { en: 'lead', ru: { nominative: 'сделка', accusative: 'сделку', feminine: true } },
  },
};

export function entityKind(entity: string): EntityKind {
  const kind = Object.values(entityKinds).find(({ name }) => name === entity);
  if (kind === undefined) throw errors.unknown_entity.error({ entity, known: Object.keys(entityKinds).join(', ') });
  return kind;
}
