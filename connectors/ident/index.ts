import type { Connection, Connector, SourceBlock } from '../../engine/index.ts';
import { checkServer } from '../_mssql/check.ts';
import { SqlClient } from '../_mssql/client.ts';
import { errors as sqlErrors } from '../_mssql/errors.ts';
import { isQuery, querySource } from '../_mssql/query-source.ts';
import { checkTables } from './visible-columns.ts';
import { settings, sourceSettings } from './config.ts';
import { receptionFields } from './fields.ts';
import { receptions } from './receptions.ts';

const connector: Connector<typeof settings> = {
  name: 'ident',
  summary: 'reads visits and patients out of the SQL Server data base of IDENT, the clinic software of Dent-IT',
  settings,
  source: {
    settings: sourceSettings,
    columns: (block) => (block['stream'] === 'receptions' ? receptionFields : undefined),
  },
  connect(given, host): Connection {
    const client = new SqlClient({ ...given, database: given.database ?? 'PZ' }, host);
    return {
      source: (block) =>
        isQuery(block['query']) ? querySource(client, host, chosen(block, block['query'])) : receptions(client, host),
      async check({ sources }, signal) {
        const server = await checkServer(client, host, signal);
        const streamed = sources.some((block) => block['query'] === undefined);
        return streamed ? [...server, ...(await checkTables(client, signal))] : server;
      },
      close: async () => await client.close(),
    };
  },
  sandbox: async () => (await import('./sandbox/index.ts')).sandbox,
};

export default connector;

function chosen<Setting>(block: SourceBlock, setting: Setting): Setting {
  if (block['stream'] !== undefined) throw sqlErrors.source_choice.error({ choices: 'stream, query' });
  return setting;
}
