import type { Connection, Host, Source, SourceBlock } from '../../engine/index.ts';
import { createCatalogue } from './catalogue.ts';
import type { Catalogue } from './catalogue.ts';
import { check } from './check.ts';
import type { Database } from './dialect.ts';
import { errors } from './errors.ts';
import { isQuery, querySource } from './query-source.ts';
import { filterOf } from './settings.ts';
import { sqlSink } from './sink.ts';
import { tableSource } from './table-source.ts';

/** A data base as the engine uses it. Opens nothing yet. */
export function sqlConnection(database: Database, host: Host): Connection {
  const catalogue = createCatalogue(database);
  const source = (block: SourceBlock): Source => sourceOf(database, catalogue, host, block);
  return {
    system: database.system,
    source,
    sink: () => sqlSink(database, catalogue, host),
    check: async (uses, signal) => await check(database, catalogue, host, source, uses, signal),
    close: async () => await database.close(),
  };
}

function sourceOf(database: Database, catalogue: Catalogue, host: Host, block: SourceBlock): Source {
  const { table, query, filter } = block;
  if (typeof table === 'string' && query === undefined)
    return tableSource(database, catalogue, host, { table, filter: filterOf(filter) });
  if (isQuery(query) && table === undefined) return querySource(database, host, query);
  throw errors.source_choice.error({ choices: 'table, query' });
}
