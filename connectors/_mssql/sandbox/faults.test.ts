import { describe, expect, onTestFinished, test } from 'vitest';
import type sql from 'mssql';
import type { PlannedFault, SqlServerOptions } from './index.ts';
import { CLINIC_NOW, connect, startClinic } from './test-clinic.ts';

const numbers =
  'SELECT a.ID FROM Persons a CROSS JOIN Persons b CROSS JOIN Persons c CROSS JOIN Persons d ORDER BY a.ID';

async function faulty(plan: readonly PlannedFault[], options: Partial<SqlServerOptions> = {}) {
  // As it would come from another process.
  const server = await startClinic({ ...options, faults: { plan: JSON.parse(JSON.stringify(plan)) } });
  onTestFinished(() => server.close());
  const open = async (user = 'reader'): Promise<sql.ConnectionPool> => {
    const pool = await connect(server, user, { pool: { max: 1 } });
    // A connection that is cut is told here too, when nobody awaits anything.
    pool.on('error', () => {});
    onTestFinished(() => pool.close());
    return pool;
  };
  return { server, open };
}

/** Rows of a stream and the error that ended it. */
function streamed(request: sql.Request, text: string, onRow: (rows: number) => void = () => {}) {
  request.stream = true;
  let rows = 0;
  let error: unknown;
  request.on('row', () => onRow(++rows));
  request.on('error', (failure) => (error = failure));
  const ended = new Promise<{ rows: number; error: unknown }>((resolve) =>
    request.on('done', () => resolve({ rows, error })),
  );
  void request.query(text).catch(() => {});
  return ended;
}

const said = async (pool: sql.ConnectionPool, text: string): Promise<unknown> =>
  pool
    .request()
    .query(text)
    .then(
      ({ recordset }) => recordset.length,
      (error: { number?: number; code?: string }) => error.number ?? error.code,
    );

describe('a plan of faults', () => {
  test('meets the nth request that has its text, as often as it says', async () => {
    const error = { number: 1205, message: 'Transaction was deadlocked.' };
    const { open } = await faulty([{ sql: 'FROM Orders', nth: 2, times: 2, error }]);
    const pool = await open();
    const answers: unknown[] = [];
    for (let n = 0; n < 4; n++) {
      answers.push(await said(pool, 'SELECT ID FROM Orders'), await said(pool, 'SELECT ID FROM Receptions'));
    }
    expect(answers).toEqual([3, 4, 1205, 4, 1205, 4, 3, 4]);
  });

  test('meets the requests of one login alone', async () => {
    const error = { number: 40197, message: 'The service is being restarted.' };
    const { open } = await faulty([{ login: 'writer', sql: 'FROM Orders', times: 'ever', error }]);
    const [reader, writer] = [await open('reader'), await open('writer')];
    expect([await said(reader, 'SELECT ID FROM Orders'), await said(writer, 'SELECT ID FROM Orders')]).toEqual([
      3, 40197,
    ]);
  });

  test('ends a stream by a deadlock amid its rows', async () => {
    const error = { number: 1205, message: 'Transaction was deadlocked.', afterRows: 40 };
    const { server, open } = await faulty([{ sql: 'CROSS JOIN', error }]);
    const pool = await open();
    expect(await streamed(pool.request(), numbers)).toMatchObject({ rows: 40, error: { number: 1205 } });
    expect(server.journal.at(-1)).toMatchObject({ rows: 40, state: 'failed', errors: [1205] });
    expect(await said(pool, numbers)).toBe(1296);
  });

  test('cuts the connection amid the rows, and the next login is refused: rights are gone in the middle of a run', async () => {
    const error = { number: 18456, message: "Login failed for user 'reader'.", severity: 14 };
    const { open } = await faulty([
      { sql: 'CROSS JOIN', disconnectAfterRows: 40 },
      // The pool tries one connection before it opens the first it uses.
      { on: 'login', nth: 3, times: 'ever', error },
    ]);
    const pool = await open();
    expect(await streamed(pool.request(), numbers)).toMatchObject({ error: { code: 'ECONNRESET' } });
    expect(await said(pool, 'SELECT ID FROM Orders')).toBe('ELOGIN');
    await expect(open()).rejects.toMatchObject({ code: 'ELOGIN' });
  });

  test('ignores a cancel for its time, then obeys it', async () => {
    const { server, open } = await faulty([{ sql: 'CROSS JOIN', rowPauseMs: 1, ignoreAttention: 40 }]);
    const pool = await open();
    const request = pool.request();
    const ended = await streamed(request, numbers, (rows) => rows === 1 && request.cancel());
    expect(ended.error).toMatchObject({ code: 'ECANCEL' });
    expect(server.journal.at(-1)?.state).toBe('cancelled');
    expect(await said(pool, 'SELECT ID FROM Orders')).toBe(3);
  });

  test('moves the clock of the server at a request', async () => {
    const { server, open } = await faulty([{ sql: 'GETDATE', nth: 2, clockStepMs: -3_600_000 }], {
      clockAheadMs: 60_000,
    });
    const pool = await open();
    const asked = async () => {
      const { recordset } = await pool.request().query<{ now: Date; utc: Date }>('SELECT GETDATE() AS now');
      return (recordset[0]?.now.getTime() ?? 0) - Date.parse(CLINIC_NOW);
    };
    expect([await asked(), await asked(), await asked()]).toEqual([60_000, -3_540_000, -3_540_000]);
    expect(server.now().toISOString()).toBe('2026-03-05T09:21:30.123Z');
  });
});

describe('a transaction that is committed late', () => {
  const rows = 'SELECT ID, DateTimeChanged AS stamp, RowVersion AS version FROM Receptions';

  test('has the stamps and row versions of its beginning, and is seen from its end on', async () => {
    const { server } = await faulty([]);
    const lowest = 'SELECT MIN_ACTIVE_ROWVERSION() AS lowest, @@DBTS AS last';
    const [before] = await server.execute(lowest);
    const late = server.begin();
    server.stepClock(60_000);
    const change = 'UPDATE Receptions SET DateTimeChanged = GETDATE() WHERE ID =';
    await server.execute(`${change} 2`);
    const [during] = await server.execute(lowest);
    expect(during?.['lowest']).toEqual(before?.['lowest']);
    await late.commit(`${change} 1`);
    const [after] = await server.execute(lowest);
    const [first, second] = await server.execute(`${rows} WHERE ID <= 2 ORDER BY ID`);
    expect(Number(second?.['stamp']) - Number(first?.['stamp'])).toBe(60_000);
    expect(hex(second?.['version'])).toBe(hex(first?.['version']) + 1n);
    expect(hex(after?.['lowest'])).toBe(hex(during?.['last']) + 1n);
  });

  test('holds nothing back once it is rolled back', async () => {
    const { server } = await faulty([]);
    const late = server.begin(3);
    late.rollback();
    const [{ lowest, last } = {}] = await server.execute('SELECT MIN_ACTIVE_ROWVERSION() AS lowest, @@DBTS AS last');
    expect(hex(lowest)).toBe(hex(last) + 1n);
  });
});

function hex(value: unknown): bigint {
  return Buffer.isBuffer(value) ? value.readBigUInt64BE() : -1n;
}
