import type { Connector } from '../../engine/index.ts';
import { settings, targetSettings } from './config.ts';
import { connect } from './connection.ts';
import { fieldTypes } from './field-types.ts';
import { authorise } from './oauth/authorise.ts';

const amocrm: Connector<typeof settings> = {
  name: 'amocrm',
  summary: 'writes contacts, companies and leads of an amoCRM account, with its custom fields, tags and links',
  settings,
  sink: { settings: targetSettings, entity: (block) => String(block['entity']), fieldTypes },
  connect,
  authorise,
  sandbox: async () => (await import('./sandbox/index.ts')).sandbox,
};

export default amocrm;
