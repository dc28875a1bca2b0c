import { onTestFinished } from 'vitest';
import type { Cursor, PipeError, ReadRequest, Row, SourceBatch, Window } from '../../../engine/index.ts';
import { connect as connectTo } from '../connection.ts';
import { startClinic } from './index.ts';
import type { Clinic, ClinicOptions } from './index.ts';

const hour = 3_600_000;
const day = 24 * hour;
export const week: Window = { field: 'changedAt', firstMs: 7 * day, overlapMs: 0, fullMs: 30 * day };
export const always: Window = { ...week, firstMs: 'all', fullMs: 'all' };

const utc = Date.UTC(2026, 2, 2, 9);

/** A clinic with a connection to it and one of its streams, all closed when the running test ends. */
export async function openClinic(options: Partial<ClinicOptions> = {}, stream = 'receptions') {
  const clock = { ms: utc };
  const clinic = await startClinic({ appointments: 120, seed: 3, days: 7, now: () => clock.ms, ...options });
  onTestFinished(async () => await clinic.close());
  const pass = (ms: number): void => void (clock.ms += ms);
  const warnings: PipeError[] = [];
  const host = {
    folder: '/',
    now: () => clock.ms,
    admit: async () => ({ ended() {} }),
    warn: (warning: PipeError) => void warnings.push(warning),
  };
  const connect = (login: object = {}) => {
    const connection = connectTo({ ...clinic.settings, ...login }, host);
    onTestFinished(async () => await connection.close());
    return connection;
  };
  const connection = connect();
  const source = connection.source?.({ stream });
  if (!source) throw new Error('ident has a source');
  const read = (request: Partial<ReadRequest> = {}): AsyncIterable<SourceBatch> =>
    source.read({
      mode: 'incremental',
      window: week,
      batch: 50,
      params: {},
      signal: new AbortController().signal,
      ...request,
    });
  return { clinic, connect, connection, source, read, warnings, pass };
}

/** What a whole read gives, with the sizes of its batches. */
export async function all(
  batches: AsyncIterable<SourceBatch>,
): Promise<{ rows: Row[]; cursor: Cursor | undefined; sizes: number[] }> {
  const rows: Row[] = [];
  const sizes: number[] = [];
  let cursor: Cursor | undefined;
  for await (const batch of batches) {
    rows.push(...batch.rows);
    if (batch.rows.length > 0) sizes.push(batch.rows.length);
    cursor = batch.cursor ?? cursor;
  }
  return { rows, cursor, sizes };
}

/** Of each round trip from the given one on, how many queries it held. */
export function questionsOf({ journal }: Pick<Clinic, 'journal'>, from = 0): readonly number[] {
  // The driver greets each new connection with settings of its own.
  const asked = journal.slice(from).filter(({ sql }) => /select/i.test(sql));
  return asked.map(({ sql }) => sql.split(';\n').length);
}
