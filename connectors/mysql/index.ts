import type { Connector } from '../../engine/index.ts';
import { sqlConnection } from '../_sql/connection.ts';
import { sinkSettings, sourceSettings, targetTable } from '../_sql/settings.ts';
import { settings } from './config.ts';
import { openDatabase } from './database.ts';
import { columnName } from './dialect.ts';

const mysql: Connector<typeof settings> = {
  name: 'mysql',
  summary: 'reads and writes tables of MySQL 8 and MariaDB',
  settings,
  source: { settings: sourceSettings },
  sink: { settings: sinkSettings, entity: targetTable, scan: true, deletes: true, columnOf: columnName },
  connect: (given, host) => sqlConnection(openDatabase(given, host), host),
};

export default mysql;
