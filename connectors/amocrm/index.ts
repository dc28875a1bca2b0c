import type { Connector } from '../../engine/index.ts';
import { settings, targetSettings } from './config.ts';
import { connect } from './connection.ts';
import { fieldTypes } from './field-types.ts';
import { authorise } from './oauth/authorise.ts';
import { knownColumns } from './source/columns.ts';
import { readSetting, sourceSettings } from './source/config.ts';

const amocrm: Connector<typeof settings> = {
  name: 'amocrm',
  summary:
    'reads and writes contacts, companies, leads, tasks, notes and lists of an amoCRM account, with its custom fields, tags and links',
  settings,
  source: {
    settings: sourceSettings,
    columns(block) {
      const { entity, select } = readSetting(block);
      return knownColumns(entity, select);
    },
  },
  sink: { settings: targetSettings, entity: (block) => String(block['entity']), scan: true, fieldTypes },
  connect,
  authorise,
  sandbox: async () => (await import('./sandbox/index.ts')).sandbox,
};

export default amocrm;
