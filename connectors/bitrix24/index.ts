import type { Connector } from '../../engine/index.ts';
import { settings, targetSettings } from './config.ts';
import { connect } from './connection.ts';

const bitrix24: Connector<typeof settings> = {
  name: 'bitrix24',
  summary: 'writes contacts, companies, deals with product rows, and leads of a Bitrix24 portal through a webhook',
  settings,
  sink: { settings: targetSettings, entity: (block) => String(block['entity']), scan: true, deletes: true },
  connect,
  sandbox: async () => (await import('./sandbox/index.ts')).sandbox,
};

export default bitrix24;
