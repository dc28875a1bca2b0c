import type { Connector } from '../../engine/index.ts';
import { sqlConnection } from '../_sql/connection.ts';
import { sinkSettings, sourceSettings, targetTable } from '../_sql/settings.ts';
import { settings } from './config.ts';
import { openDatabase } from './database.ts';

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
  connect: (given, host) => sqlConnection(openDatabase(given, host), host),
};

export default sqlite;
