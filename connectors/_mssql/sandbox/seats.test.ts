import type { ConnectionPool } from 'mssql';
import { expect, onTestFinished, test } from 'vitest';
import type { SqlServerSandbox } from './index.ts';
import { connect, startClinic } from './test-clinic.ts';

async function startServer(): Promise<SqlServerSandbox> {
  const server = await startClinic();
  onTestFinished(async () => await server.close());
  return server;
}

/** What a client is answered that then leaves. */
async function visit<Result>(
  server: SqlServerSandbox,
  user: string,
  ask: (pool: ConnectionPool) => Promise<Result>,
): Promise<Result> {
  const pool = await connect(server, user);
  try {
    return await ask(pool);
  } finally {
    await pool.close();
  }
}

const rights = async (pool: ConnectionPool): Promise<unknown> => {
  const { recordset } = await pool
    .request()
    .query(
      `SELECT HAS_PERMS_BY_NAME('Persons', 'OBJECT', 'SELECT', 'MobilePhone', 'COLUMN') AS phone, SUSER_SNAME() AS login`,
    );
  return recordset[0];
};

test('a login has its own rights, whoever had the seat before', async () => {
  const server = await startServer();
  const phones = async (pool: ConnectionPool) => await pool.request().query('SELECT MobilePhone FROM Persons');
  for (const _round of [1, 2]) {
    expect(await visit(server, 'writer', rights)).toEqual({ phone: 1, login: 'writer' });
    expect(await visit(server, 'limited', rights)).toEqual({ phone: 0, login: 'limited' });
    expect((await visit(server, 'writer', phones)).recordset).toHaveLength(6);
    await expect(visit(server, 'limited', phones)).rejects.toMatchObject({ number: 230 });
  }
});

test('what a client that left had open is undone before another comes', async () => {
  const server = await startServer();
  const insert = `BEGIN TRANSACTION; INSERT INTO Receptions (ID_Patients) VALUES (1)`;
  await visit(server, 'writer', async (pool) => await pool.request().batch(insert));
  const count = async (pool: ConnectionPool) =>
    await pool.request().query('SELECT COUNT(*) AS n, @@TRANCOUNT AS depth, @@IDENTITY AS id FROM Receptions');
  const [before] = await server.execute('SELECT COUNT(*) AS n FROM Receptions');
  expect((await visit(server, 'writer', count)).recordset).toEqual([{ n: before?.['n'], depth: 0, id: null }]);
  await visit(server, 'writer', async (pool) => await pool.request().batch(`${insert}; COMMIT`));
  expect((await visit(server, 'writer', count)).recordset).toEqual([
    { n: Number(before?.['n']) + 1, depth: 0, id: null },
  ]);
});
