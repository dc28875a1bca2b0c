import type { Connector } from '../../engine/index.ts';
import { settings, targetSettings } from './config.ts';
import { connect } from './connection.ts';

const bitrix24: Connector<typeof settings> = {
  name: 'bitrix24',
  summary: 'writes contacts, companies, deals with product rows, and leads of a Bitrix24 portal through a webhook',
  settings,
  sink: { settings: targetSettings, entity: (block) => String(block['entity']) },
  connect,
  async sandbox() {
    const { startPortal } = await import('./sandbox/index.ts');
    return {
      async start({ port = 0, now }) {
        const portal = await startPortal({ port, ...(now && { now }) });
        return {
          settings: { webhook: portal.webhook },
          facts: ['contacts, companies, deals and leads with their stages, and no record yet'],
          async counts() {
            const { contacts, companies, deals, leads } = portal.truth;
            return {
              contact: contacts().length,
              company: companies().length,
              deal: deals().length,
              lead: leads().length,
            };
          },
          async change(rows) {
            const deals = portal.truth.deals().slice(0, rows);
            for (const { ID } of deals) portal.edit('deal', Number(ID), { COMMENTS: 'Перезвонить' });
            return deals.length;
          },
          close: () => portal.close(),
        };
      },
    };
  },
};

export default bitrix24;
