import { PipeError } from '../../engine/index.ts';
import type { AtomicBatch, AtomicResult, EntityDescription, Host, Outcome, Sink, Write } from '../../engine/index.ts';
import type { Catalogue } from './catalogue.ts';
import { createCheckpoints } from './checkpoint.ts';
import { tablesOf } from './ddl.ts';
import type { Database, Dialect } from './dialect.ts';
import { errors } from './errors.ts';
import { find } from './find.ts';
import { checkLoad, load, nothingLoaded } from './load.ts';
import { scan } from './scan.ts';
import { rowKey } from './table.ts';
import type { Table } from './table.ts';
import { writeAll } from './write.ts';

/** How long a transaction whose client is gone may still commit, in milliseconds. */
const settleMs = 10_000;

export function sqlSink(database: Database, catalogue: Catalogue, host: Host): Sink {
  const { dialect } = database;
  const checkpoints = createCheckpoints(database, catalogue, host);
  return {
    writesPerRequest: 500,
    requestsInFlight: 1,
    settleMs,
    findsAtOnce: true,
    comparesItself: true,
    async describe(entity, signal) {
      signal.throwIfAborted();
      const table = await catalogue.read(entity, signal);
      if (!table) throw catalogue.unknown(entity);
      return describedTable(dialect, entity, table);
    },
    async find(entity, questions, fields, signal) {
      const table = await catalogue.of(entity, signal);
      return await find(database, table, questions, fields, signal);
    },
    async *scan(entity, fields, signal) {
      yield* scan(database, await catalogue.of(entity, signal), fields, signal);
    },
    async write(writes, signal) {
      if (writes.length === 0) return [];
      return await write(database, catalogue, writes, signal);
    },
    atomic: {
      ...(database.heldBy && { heldBy: async (signal) => await database.heldBy?.(signal) }),
      takeOver: async (mark, signal) => await checkpoints.takeOver(mark, signal),
      async commit(batch, signal) {
        const keeper = await checkpoints.keeper(batch.mark, signal);
        const tables = await tablesFor(catalogue, batch, signal);
        const { load: given } = batch;
        const loaded = given && (await catalogue.of(given.entity, signal));
        if (given && loaded) checkLoad(loaded, given);
        return await database.transaction(async (session): Promise<AtomicResult> => {
          await keeper?.lock(session);
          const done =
            given && loaded ? await load(dialect, session, loaded, given) : { loaded: nothingLoaded, refused: [] };
          const outcomes = await writeAll(dialect, session, tables, batch.writes);
          await keeper?.renew(session, batch, done.loaded);
          return { ...done, outcomes };
        }, signal);
      },
    },
    tables: tablesOf(database, catalogue),
  };
}

export function describedTable(dialect: Dialect, entity: string, table: Table): EntityDescription {
  return {
    entity,
    fields: table.columns.map((column) => dialect.fieldOf(column)),
    id: rowKey(table)?.id ?? '',
    lists: [],
    ...(!table.keysMeet && { keys: table.keys }),
  };
}

async function write(
  database: Database,
  catalogue: Catalogue,
  writes: readonly Write[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const tables = await tablesFor(catalogue, { writes }, signal);
  try {
    return await database.transaction(
      async (session) => await writeAll(database.dialect, session, tables, writes),
      signal,
    );
  } catch (thrown) {
    if (!(thrown instanceof PipeError) || thrown.code !== errors.commit_unknown.code) throw thrown;
    return writes.map(() => ({ ok: false, applied: 'unknown', error: thrown }));
  }
}

async function tablesFor(
  catalogue: Catalogue,
  { writes }: Pick<AtomicBatch, 'writes'>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Table>> {
  const tables = new Map<string, Table>();
  for (const { entity } of writes) {
    if (!tables.has(entity)) tables.set(entity, await catalogue.of(entity, signal));
  }
  return tables;
}
