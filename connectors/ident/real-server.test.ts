import { randomUUID } from 'node:crypto';
import sql from 'mssql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Host, Row, SourceBatch } from '../../engine/index.ts';
import { connect } from './connection.ts';
import { generateClinic } from './sandbox/generate.ts';
import { tables } from './sandbox/schema.ts';
import { insertStatement } from './sandbox/tables.ts';
import { streams } from './streams.ts';

/** `mssql://user:password@host:1433/master`: a login that may create a data base. */
const url = process.env['PIPE_TEST_MSSQL_URL'];
if (url === undefined) process.stdout.write('PIPE_TEST_MSSQL_URL is not set: no real SQL Server is tried\n');

const nowMs = Date.UTC(2026, 2, 2, 12);
const host: Host = { folder: '/', now: Date.now, admit: async () => ({ ended() {} }), warn: () => {} };

describe.skipIf(url === undefined)('a real SQL Server', () => {
  const { hostname, port, username, password } = new URL(url ?? 'mssql://nobody@localhost');
  const database = `pipe_test_${randomUUID().slice(0, 8)}`;
  const login = {
    server: hostname,
    port: Number(port || 1433),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
  };
  const driver = new sql.ConnectionPool({ ...login, options: { trustServerCertificate: true } });
  const connection = connect({ ...login, database, trustServerCertificate: true }, host);
  const signal = new AbortController().signal;

  beforeAll(async () => {
    await driver.connect();
    await driver.batch(`CREATE DATABASE [${database}]`);
    const clinic = new sql.ConnectionPool({ ...login, database, options: { trustServerCertificate: true } });
    await clinic.connect();
    for (const statement of tables) await clinic.batch(statement);
    for (const insert of generateClinic({ appointments: 300, seed: 3, nowMs, days: 7, flaws: true })) {
      const { text, parameters } = insertStatement(insert);
      const request = clinic.request();
      for (const [name, value] of Object.entries(parameters)) request.input(name, sql.NVarChar(sql.MAX), value);
      await request.query(text);
    }
    await clinic.close();
  });

  afterAll(async () => {
    await connection.close();
    await driver.batch(
      `ALTER DATABASE [${database}] SET SINGLE_USER WITH ROLLBACK IMMEDIATE; DROP DATABASE [${database}]`,
    );
    await driver.close();
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
