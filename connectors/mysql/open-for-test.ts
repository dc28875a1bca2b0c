import { createConnection } from 'mysql2/promise';
import type { RowDataPacket } from 'mysql2/promise';
import { onTestFinished } from 'vitest';
import type { AtomicBatch, AtomicResult, Connection, Host, Load, PipeError, Sink } from '../../engine/index.ts';
import { connect } from './connection.ts';

export const running = (): AbortSignal => new AbortController().signal;

interface Login {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** What the tests see of the data base beside the connector, by a connection of their own. */
export async function ask(login: Login, sql: string): Promise<readonly Record<string, unknown>[]> {
  const connection = await createConnection({
    ...login,
    charset: 'utf8mb4',
    dateStrings: true,
    supportBigNumbers: true,
  });
  try {
    const [rows] = await connection.query<RowDataPacket[]>(sql);
    return Array.isArray(rows) ? rows.map((row) => ({ ...row })) : [];
  } finally {
    await connection.end();
  }
}

export interface Opened {
  readonly connection: Connection;
  readonly sink: Sink;
  readonly warnings: readonly PipeError[];
  /** A commit of a batch of its own. */
  load(load: Load, changes?: Partial<AtomicBatch>): Promise<AtomicResult>;
}

/** A connection that closes with the running test. */
export function opened(login: Login): Opened {
  const warnings: PipeError[] = [];
  const host: Host = {
    folder: '/',
    now: Date.now,
    admit: async () => ({ ended() {} }),
    warn: (warning) => void warnings.push(warning),
  };
  const connection = connect({ ...login }, host);
  onTestFinished(async () => await connection.close());
  const sink = connection.sink?.({ table: '-' });
  if (!sink) throw new Error('mysql is a sink');
  return {
    connection,
    sink,
    warnings,
    async load(load, changes = {}) {
      const { atomic } = sink;
      if (!atomic) throw new Error('mysql commits rows with their checkpoint');
      const mark = { pipeline: 'p', flow: load.entity, target: 't', epoch: 1 };
      const taken = changes.mark ? undefined : await atomic.takeOver(mark, running());
      return await atomic.commit(
        {
          mark: { ...mark, epoch: taken?.epoch ?? mark.epoch },
          sequence: (taken?.sequence ?? 0) + 1,
          load,
          writes: [],
          ...changes,
        },
        running(),
      );
    },
  };
}
