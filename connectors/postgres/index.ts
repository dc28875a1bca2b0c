import type { Connector } from '../../engine/index.ts';
import { sinkSettings, sourceSettings, targetTable } from '../_sql/settings.ts';
import { columnOf, settings } from './config.ts';

const postgres: Connector<typeof settings> = {
  name: 'postgres',
  summary: 'reads and writes tables of PostgreSQL 12 and later, in bulk by COPY',
  settings,
  source: { settings: sourceSettings },
  sink: { settings: sinkSettings, entity: targetTable, scan: true, deletes: true, columnOf },
  connect: async (given, host) => (await import('./connection.ts')).connect(given, host),
};

export default postgres;
