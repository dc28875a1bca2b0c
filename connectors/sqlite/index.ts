import type { Connector } from '../../engine/index.ts';
import { sinkSettings, sourceSettings, targetTable } from '../_sql/settings.ts';
import { settings } from './config.ts';
// What waits in a queue is told in these words where nothing is connected.
import '../_sql/errors.ts';
import './errors.ts';

const sqlite: Connector<typeof settings> = {
  name: 'sqlite',
  summary: 'reads and writes tables of SQLite 3 files',
  settings,
  source: { settings: sourceSettings },
  sink: {
    settings: sinkSettings,
    entity: targetTable,
    scan: true,
    deletes: true,
    columnOf: (field) => field.toLowerCase(),
  },
  connect: async (given, host) => (await import('./connection.ts')).connect(given, host),
};

export default sqlite;
