import type sql from 'mssql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Fault, SqlServerSandbox } from './index.ts';
import { connect, startClinic } from './test-clinic.ts';

const ROWS = 100_000;
let server: SqlServerSandbox;
let pool: sql.ConnectionPool;
let fault: Fault | undefined;

beforeAll(async () => {
  server = await startClinic({
    faults: { onRequest: ({ sql: text }) => (text.includes('Numbers') ? fault : undefined) },
  });
  const digits = '(VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9))';
  const tables = ['a', 'b', 'c', 'd', 'e'].map((name) => `${digits} ${name}(x)`).join(' CROSS JOIN ');
  await server.execute('CREATE TABLE Numbers (N int PRIMARY KEY, Filler nvarchar(100))');
  await server.execute(
    `INSERT INTO Numbers SELECT a.x + 10 * b.x + 100 * c.x + 1000 * d.x + 10000 * e.x, REPLICATE(N'ы', 100) FROM ${tables}`,
  );
  pool = await connect(server, 'reader', { pool: { max: 1 } });
});
afterAll(async () => {
  await pool.close();
  await server.close();
});

interface Stream {
  readonly request: sql.Request;
  readonly rows: () => number;
  /** Rows and the error, if any, when all is over. */
  readonly ended: Promise<{ readonly rows: number; readonly error: unknown }>;
  /** Resolves when this many rows came. */
  readonly after: (count: number) => Promise<void>;
}

function stream(text: string): Stream {
  const request = pool.request();
  request.stream = true;
  let rows = 0;
  let error: unknown;
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  request.on('row', () => {
    rows++;
    for (const one of waiting) if (one.count === rows) one.resolve();
  });
  request.on('error', (failure) => (error = failure));
  const ended = new Promise<{ rows: number; error: unknown }>((resolve) =>
    request.on('done', () => resolve({ rows, error })),
  );
  void request.query(text).catch(() => {});
  const after = (count: number) => new Promise<void>((resolve) => waiting.push({ count, resolve }));
  return { request, rows: () => rows, ended, after };
}

const lastEntry = () => server.journal.at(-1);

test('all rows arrive, in order', async () => {
  fault = undefined;
  expect(await stream('SELECT N, Filler FROM Numbers ORDER BY N').ended).toEqual({ rows: ROWS, error: undefined });
  expect(lastEntry()).toMatchObject({ rows: ROWS, state: 'done' });
});

test('a client that stops reading stops the server', async () => {
  fault = undefined;
  const reading = stream('SELECT N, Filler FROM Numbers');
  await reading.after(10);
  reading.request.pause();
  const sent = () => server.journal.findLast(({ sql }) => sql.includes('FROM Numbers'))?.rows ?? 0;
  // What another client asks over the wire shows that time passes while this one does not read.
  const another = await connect(server, 'reader');
  for (let turn = 0; turn < 50; turn++) await another.request().query('SELECT 1 AS one');
  const held = sent();
  for (let turn = 0; turn < 50; turn++) await another.request().query('SELECT 1 AS one');
  await another.close();
  expect(sent()).toBe(held);
  expect(held).toBeLessThan(ROWS);
  reading.request.resume();
  expect((await reading.ended).rows).toBe(ROWS);
});

test('a cancel stops the stream and leaves the connection usable', async () => {
  fault = undefined;
  const reading = stream('SELECT N, Filler FROM Numbers');
  await reading.after(10);
  reading.request.cancel();
  expect(await reading.ended).toMatchObject({ error: { code: 'ECANCEL' } });
  expect(lastEntry()).toMatchObject({ state: 'cancelled' });
  expect(lastEntry()?.rows).toBeLessThan(ROWS);
  expect((await pool.request().query('SELECT @@SPID - @@SPID AS zero')).recordset).toEqual([{ zero: 0 }]);
});

test('a writer is not in the way of a reader, and the reader sees what was there when it began', async () => {
  fault = undefined;
  const reading = stream('SELECT N, Filler FROM Numbers');
  await reading.after(10);
  await server.execute('DELETE FROM Numbers WHERE N = 99999');
  expect((await reading.ended).rows).toBe(ROWS);
  await server.execute("INSERT INTO Numbers VALUES (99999, N'back')");
});

describe('faults', () => {
  test('an error may be answered instead', async () => {
    fault = { error: { number: 1205, message: 'Transaction was deadlocked on lock resources.' } };
    await expect(pool.request().query('SELECT N FROM Numbers')).rejects.toMatchObject({ number: 1205, class: 13 });
    expect(lastEntry()).toMatchObject({ state: 'failed', rows: 0, errors: [1205] });
  });

  test('the connection may break off in the middle', async () => {
    fault = { disconnectAfterRows: 5000 };
    const { rows, error } = await stream('SELECT N, Filler FROM Numbers').ended;
    expect(error).toMatchObject({ code: 'ECONNRESET' });
    expect(rows).toBeLessThanOrEqual(5000);
    expect(lastEntry()).toMatchObject({ rows: 5000 });
    fault = undefined;
    expect((await pool.request().query('SELECT COUNT(*) AS n FROM Numbers')).recordset).toEqual([{ n: ROWS }]);
  });

  test('slow rows run into the time-out of the client', async () => {
    fault = { rowPauseMs: 50 };
    const impatient = await connect(server, 'reader', { requestTimeout: 300 });
    await expect(impatient.request().query('SELECT N FROM Numbers')).rejects.toMatchObject({ code: 'ETIMEOUT' });
    expect((await impatient.request().query('SELECT 1 AS one')).recordset).toEqual([{ one: 1 }]);
    await impatient.close();
  });
});
