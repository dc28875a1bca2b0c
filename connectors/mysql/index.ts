import type { Connector } from '../../engine/index.ts';
import { sinkSettings, sourceSettings, targetTable } from '../_sql/settings.ts';
import { columnOf, settings } from './config.ts';
// What waits in a queue is told in these words where nothing is connected.
import './errors.ts';

const mysql: Connector<typeof settings> = {
  name: 'mysql',
  summary: 'reads and writes tables of MySQL 8 and MariaDB',
  settings,
  source: { settings: sourceSettings },
  sink: { settings: sinkSettings, entity: targetTable, scan: true, deletes: true, columnOf },
  connect: async (given, host) => (await import('./connection.ts')).connect(given, host),
};

export default mysql;
