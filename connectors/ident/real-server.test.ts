import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connection, Host, Row, SourceBatch } from '../../engine/index.ts';
import { databaseOnServer, realServer } from '../_mssql/servers-for-test.ts';
import type { TestDatabase } from '../_mssql/servers-for-test.ts';
import { connect } from './connection.ts';
import { generateClinic } from './sandbox/generate.ts';
import { tables } from './sandbox/schema.ts';
import { insertStatement } from './sandbox/tables.ts';
import { streams } from './streams.ts';

if (realServer === undefined) process.stdout.write('PIPE_TEST_MSSQL_URL is not set: no real SQL Server is tried\n');

const nowMs = Date.UTC(2026, 2, 2, 12);
const host: Host = { folder: '/', now: Date.now, admit: async () => ({ ended() {} }), warn: () => {} };

describe.skipIf(realServer === undefined)('a real SQL Server', () => {
  const signal = new AbortController().signal;
  let database: TestDatabase;
  let connection: Connection;

  beforeAll(async () => {
    database = await databaseOnServer(realServer ?? '');
    connection = connect(database.settings, host);
    for (const statement of tables) await database.execute(statement);
    for (const insert of generateClinic({ appointments: 300, seed: 3, nowMs, days: 7, flaws: true })) {
      const { text, parameters } = insertStatement(insert);
      await database.execute(text, parameters);
    }
  });

  afterAll(async () => {
    await connection.close();
    await database.close();
  });

  const read = async (block: { stream: string } | { query: string }, cursor?: Row): Promise<readonly SourceBatch[]> => {
    const window = { field: 'changedAt', firstMs: 'all', overlapMs: 0, fullMs: 'all' } as const;
    const batches: SourceBatch[] = [];
    const source = connection.source?.(block);
    const request = { mode: 'incremental', window, batch: 100, params: {}, signal, ...(cursor && { cursor }) } as const;
    for await (const batch of source?.read(request) ?? []) batches.push(batch);
    return batches;
  };

  it('has every table and column', async () => {
    const sources = streams.map(({ name }) => ({ stream: name }));
    const results = await connection.check({ sources, entities: [] }, signal);
    expect(results.filter(({ error, what }) => error && what.en !== 'clock')).toEqual([]);
  });

  it('gives every visit once, and the last ones again from the cursor', async () => {
    const batches = await read({ stream: 'receptions' });
    const ids = batches.flatMap(({ rows }) => rows.map((row) => row['id']));
    expect(new Set(ids).size).toBe(300);
    expect(ids).toHaveLength(300);
    const tail = await read({ stream: 'receptions' }, batches.at(-1)?.cursor);
    expect(tail.flatMap(({ rows }) => rows).length).toBeGreaterThan(0);
  });

  it.each(streams.map(({ name }) => name))('gives the rows of %s', async (stream) => {
    const request = { mode: 'full', batch: 100, params: {}, signal } as const;
    let rows = 0;
    for await (const batch of connection.source?.({ stream }).read(request) ?? []) rows += batch.rows.length;
    expect(rows).toBeGreaterThan(2);
  });

  it('runs and describes a query of the author', async () => {
    const query = 'SELECT ID AS id, DateTimeChanged AS changedAt FROM dbo.Receptions WHERE DateTimeChanged >= @since';
    const batches = await read({ query });
    expect(batches.at(-1)?.cursor).toEqual({ at: expect.stringMatching(/^2026-03-0/) });
  });
});
