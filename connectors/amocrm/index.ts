import type { Connector } from '../../engine/index.ts';
import { settings, targetSettings } from './config.ts';
import { fieldTypes } from './field-types.ts';
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
  connect: async (given, host) => (await import('./connection.ts')).connect(given, host),
  authorise: async (given, host) => (await import('./oauth/authorise.ts')).authorise(given, host),
  sandbox: async () => (await import('./sandbox/index.ts')).sandbox,
};

export default amocrm;
