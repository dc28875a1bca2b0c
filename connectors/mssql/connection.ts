import type { Static } from 'typebox';
import type { Connection, Host, Source, SourceBlock, Value } from '../../engine/index.ts';
import { checkServer, checkSource, whatQuery, whatTable } from '../_mssql/check.ts';
import { SqlClient } from '../_mssql/client.ts';
import { errors } from '../_mssql/errors.ts';
import { isQuery, querySource } from '../_mssql/query-source.ts';
import type { settings } from './config.ts';
import { tableSource } from './table-source.ts';

export function connect(given: Static<typeof settings>, host: Host): Connection {
  const client = new SqlClient(given, host);
  return {
    system: client.system,
    source: (block) => sourceOf(client, host, block),
    async check({ sources }, signal) {
      const results = [...(await checkServer(client, host, signal))];
      for (const block of sources) {
        const what = typeof block['table'] === 'string' ? whatTable(block['table']) : whatQuery;
        results.push(await checkSource(what, () => sourceOf(client, host, block), signal));
      }
      return results;
    },
    close: async () => await client.close(),
  };
}

function sourceOf(client: SqlClient, host: Host, block: SourceBlock): Source {
  const { table, query, filter } = block;
  if (typeof table === 'string' && query === undefined)
    return tableSource(client, host, { table, filter: filterOf(filter) });
  if (isQuery(query) && table === undefined) return querySource(client, host, query);
  throw errors.source_choice.error({ choices: 'table, query' });
}

function filterOf(filter: unknown): Readonly<Record<string, readonly Value[]>> {
  if (typeof filter !== 'object' || filter === null) return {};
  return Object.fromEntries(
    Object.entries(filter).map(([name, wanted]) => [name, Array.isArray(wanted) ? wanted : [wanted]]),
  );
}
