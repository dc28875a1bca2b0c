import type { Connector } from '../../engine/index.ts';
import { settings, sourceSettings } from './config.ts';

const connector: Connector<typeof settings> = {
  name: 'mssql',
  summary: 'reads tables and queries of Microsoft SQL Server 2012 and later',
  settings,
  source: { settings: sourceSettings },
  connect: async (given, host) => (await import('./connection.ts')).connect(given, host),
  sandbox: async () => (await import('./sandbox/index.ts')).sandbox,
};

export default connector;
