import type { Connector } from '../../engine/index.ts';
import { columnsOf } from './columns.ts';
import { settings, sourceSettings } from './config.ts';
// What waits in a queue is told in these words where nothing is connected.
import './errors.ts';

const connector: Connector<typeof settings> = {
  name: 'ident',
  summary:
    'reads visits, treatment plans, patients and price list out of the SQL Server data base of IDENT, the clinic software of Dent-IT',
  settings,
  source: {
    settings: sourceSettings,
    columns: ({ stream, query }) => (query === undefined ? columnsOf(stream) : undefined),
  },
  connect: async (given, host) => (await import('./connection.ts')).connect(given, host),
  sandbox: async () => (await import('./sandbox/index.ts')).sandbox,
};

export default connector;
