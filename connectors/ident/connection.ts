import type { Static } from 'typebox';
import type { Connection, Host, Source, SourceBlock } from '../../engine/index.ts';
import { checkServer, checkSource, whatQuery } from '../_mssql/check.ts';
import { SqlClient } from '../_mssql/client.ts';
import { errors } from '../_mssql/errors.ts';
import { isQuery, querySource } from '../_mssql/query-source.ts';
import { checkTables } from './check-tables.ts';
import { defaultDatabase } from './config.ts';
import type { settings } from './config.ts';
import { streamSource } from './stream-source.ts';
import { streamNamed } from './streams.ts';

export function connect(given: Static<typeof settings>, host: Host): Connection {
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
}

function sourceOf(client: SqlClient, host: Host, { stream, query }: SourceBlock): Source {
  const named = streamNamed(stream);
  if (named && query === undefined) return streamSource(client, host, named);
  if (isQuery(query) && stream === undefined) return querySource(client, host, query);
  throw errors.source_choice.error({ choices: 'stream, query' });
}
