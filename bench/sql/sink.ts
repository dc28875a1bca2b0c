import type { Connection, Sink, StoredCheckpoint } from '../../engine/connector.ts';
import { loadConnector } from '../../engine/registry.ts';
import type { Database } from './database.ts';
import { columns, rowsOf } from './rows.ts';
import type { Cells } from './rows.ts';

export const perCommit = 10_000;
const signal = new AbortController().signal;

/** A connector's connection to the data base of the bench. */
export async function connectTo({ name, settings }: Database, folder: string): Promise<Connection> {
  const connector = await loadConnector(name);
  if (!connector) throw new Error(`there is no connector ${name}`);
  return connector.connect(settings, {
    folder,
    now: Date.now,
    admit: async () => ({ ended: () => undefined }),
    warn: (warning) => process.stderr.write(`${warning.message}\n`),
  });
}

/** Makes a table as `ddl: create` would: whoever fills it then, all are given the same one. */
export async function createTable(connection: Connection, table: string): Promise<void> {
  const { tables } = sinkOf(connection, table);
  if (!tables) throw new Error('the sink makes no tables');
  await tables.change(await tables.plan({ entity: table, key: ['id'], columns, ddl: 'create' }, signal), signal);
}

export function sinkOf(connection: Connection, table: string): Sink {
  const sink = connection.sink?.({ table });
  if (!sink) throw new Error('there is no sink');
  return sink;
}

/** What takes one commit's rows. */
export type Take = (rows: readonly Cells[]) => Promise<void>;

/** The sink alone, as the engine drives it: rows and checkpoint in one transaction. */
export async function loadOf(connection: Connection, table: string, epoch: number): Promise<Take> {
  const { atomic } = sinkOf(connection, table);
  if (!atomic) throw new Error('the sink commits no checkpoint with its rows');
  const mark = { pipeline: 'bench', flow: 'rows', target: table, epoch };
  const claimed = { ...mark, ...epochOf(await atomic.takeOver(mark, signal)) };
  const loadColumns = columns.map(({ name }) => ({ name, write: 'always' as const }));
  let sequence = 0;
  return async (rows) => {
    sequence += 1;
    const load = { entity: table, key: ['id'], columns: loadColumns, rows };
    const { refused } = await atomic.commit(
      { mark: claimed, sequence, cursor: { sequence }, load, writes: [] },
      signal,
    );
    if (refused[0]) throw refused[0].error;
  };
}

function epochOf(stored: StoredCheckpoint | undefined): { readonly epoch?: number } {
  return stored ? { epoch: stored.epoch } : {};
}

/** Seconds that `take` needs for rows 1 to `count`; making the rows is not counted. */
export async function secondsFor(take: Take, count: number, version: number): Promise<number> {
  let ms = 0;
  for (let from = 1; from <= count; from += perCommit) {
    const rows = rowsOf(from, Math.min(perCommit, count - from + 1), version);
    const startedAt = performance.now();
    await take(rows);
    ms += performance.now() - startedAt;
  }
  return ms / 1000;
}
