import type { Connection, Connector, Host, Source, SourceBlock } from '../../engine/index.ts';
import { checkServer, checkSource, whatQuery } from '../_mssql/check.ts';
import { SqlClient } from '../_mssql/client.ts';
import { errors } from '../_mssql/errors.ts';
import { isQuery, querySource } from '../_mssql/query-source.ts';
import { checkTables } from './check-tables.ts';
import { defaultDatabase, settings, sourceSettings } from './config.ts';
import { streamSource } from './stream-source.ts';
import { streamNamed } from './streams.ts';

const connector: Connector<typeof settings> = {
  name: 'ident',
  summary:
    'reads visits, treatment plans, patients and price list out of the SQL Server data base of IDENT, the clinic software of Dent-IT',
  settings,
  source: {
    settings: sourceSettings,
    columns: ({ stream, query }) => (query === undefined ? streamNamed(stream)?.fields : undefined),
  },
  connect(given, host): Connection {
    const client = new SqlClient({ ...given, database: given.database ?? defaultDatabase }, host);
    return {
      system: client.system,
      source: (block) => sourceOf(client, host, block),
      async check({ sources }, signal) {
        const results = [...(await checkServer(client, host, signal))];
        const used = sources.flatMap(({ stream, query }) => (query === undefined ? (streamNamed(stream) ?? []) : []));
        results.push(...(await checkTables(client, used, signal)));
        for (const block of sources.filter((one) => one['query'] !== undefined))
          results.push(await checkSource(whatQuery, () => sourceOf(client, host, block), signal));
        return results;
      },
      close: async () => await client.close(),
    };
  },
  sandbox: async () => (await import('./sandbox/index.ts')).sandbox,
};

export default connector;

function sourceOf(client: SqlClient, host: Host, { stream, query }: SourceBlock): Source {
  const named = streamNamed(stream);
  if (named && query === undefined) return streamSource(client, host, named);
  if (isQuery(query) && stream === undefined) return querySource(client, host, query);
  throw errors.source_choice.error({ choices: 'stream, query' });
}
