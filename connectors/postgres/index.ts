import type { Connector } from '../../engine/index.ts';
import { sqlConnection } from '../_sql/connection.ts';
import { sinkSettings, sourceSettings, targetTable } from '../_sql/settings.ts';
import { PostgresClient } from './client.ts';
import { settings } from './config.ts';
import { columnOf } from './dialect.ts';

const postgres: Connector<typeof settings> = {
  name: 'postgres',
  summary: 'reads and writes tables of PostgreSQL 12 and later, in bulk by COPY',
  settings,
  source: { settings: sourceSettings },
  sink: { settings: sinkSettings, entity: targetTable, scan: true, deletes: true, columnOf },
  connect: (given, host) => sqlConnection(new PostgresClient(given, host), host),
};

export default postgres;
