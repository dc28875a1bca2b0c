import { legacyError } from '../errors.ts';
import type { Methods } from '../method.ts';
import { idsOf } from '../records.ts';

/** Contacts of a deal, ints in an answer of a legacy method (reference §5.8). */
export const linkMethods: Methods = {
  'crm.deal.contact.items.get': {
    scope: 'crm',
    params: ['id'],
    run(store, { id }) {
      if (!/^[1-9]\d*$/.test(String(id))) throw legacyError('The parameter ownerEntityID is invalid or not defined.');
      const deal = store.tables.deal.get(Number(id));
      if (deal === undefined) throw legacyError('Not found.');
      return {
        result: idsOf(deal.values['CONTACT_IDS']).map((contact, index) => ({
          CONTACT_ID: contact,
          SORT: (index + 1) * 10,
          ROLE_ID: 0,
          IS_PRIMARY: index === 0 ? 'Y' : 'N',
        })),
      };
    },
  },
};
