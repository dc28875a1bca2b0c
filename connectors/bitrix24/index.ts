import type { Connector } from '../../engine/index.ts';
import { settings, targetSettings } from './config.ts';
import { fieldTypes } from './custom-fields.ts';
import { columnsOf } from './source/columns.ts';
import { sourceSettings } from './source/config.ts';

const bitrix24: Connector<typeof settings> = {
  name: 'bitrix24',
  summary:
    'reads and writes contacts, companies, deals and leads of a Bitrix24 portal through a webhook; reads its lists, people, products, smart processes and reference books',
  settings,
  source: { settings: sourceSettings, columns: columnsOf },
  sink: { settings: targetSettings, entity: (block) => String(block['entity']), scan: true, deletes: true, fieldTypes },
  connect: async (given, host) => (await import('./connection.ts')).connect(given, host),
  sandbox: async () => (await import('./sandbox/index.ts')).sandbox,
};

export default bitrix24;
