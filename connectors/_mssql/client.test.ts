import { createServer, connect } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql as query } from 'kysely';
import driver from 'mssql';
import { afterEach, describe, expect, it } from 'vitest';
import type { Host, Row } from '../../engine/index.ts';
import { temporaryFolder } from '../../test/support/folder.ts';
import { createAuthority } from '../_tls/certificate.ts';
import { SqlClient } from './client.ts';
import { bound } from './compile.ts';
import { driverConfig } from './config.ts';
import type { ConnectionSettings } from './config.ts';
import { keepFirstConnection } from './first-connection.ts';
import { startSqlServer } from './sandbox/index.ts';
import type { Faults, SqlServerOptions, SqlServerSandbox } from './sandbox/index.ts';

const host: Host = { folder: '/', now: Date.now, admit: async () => ({ ended() {} }), warn: () => {} };
const reader = { user: 'reader', password: 'правда', readOnly: true, deny: ['Secrets', 'Orders.Margin'] } as const;
const opened: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

async function startServer(options: Partial<SqlServerOptions> = {}): Promise<SqlServerSandbox> {
  const server = await startSqlServer({ database: 'shop', logins: [reader], ...options });
  opened.push(async () => await server.close());
  await server.execute(
    'CREATE TABLE dbo.Orders (ID int NOT NULL PRIMARY KEY, Note nvarchar(100) NULL, Margin money NULL)',
  );
  await server.execute('CREATE TABLE dbo.Secrets (ID int NOT NULL)');
  return server;
}

async function fillOrders(server: SqlServerSandbox, count: number): Promise<void> {
  for (let first = 1; first <= count; first += 1000) {
    const ids = Array.from({ length: Math.min(1000, count - first + 1) }, (_, index) => first + index);
    await server.execute(
      `INSERT INTO dbo.Orders (ID, Note) VALUES ${ids.map((id) => `(${id}, N'заказ номер ${id}')`).join(', ')}`,
    );
  }
}

function openClient(port: number, settings: Partial<ConnectionSettings> = {}): SqlClient {
  const { user, password } = reader;
  const client = new SqlClient(
    { server: '127.0.0.1', port, database: 'shop', user, password, encrypt: false, ...settings },
    host,
  );
  opened.push(async () => await client.close());
  return client;
}

const running = (): AbortSignal => new AbortController().signal;
const select = async (client: SqlClient, text: string, signal = running()): Promise<Row[]> =>
  await client.rows({ text, parameters: {} }, signal);
const faulty = (fault: NonNullable<Faults['onRequest']>) => ({ faults: { onRequest: fault } });

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push(async () => await new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

describe('a statement', () => {
  it('streams its rows at the pace of the reader and is cancelled when the reader leaves', async () => {
    const server = await startServer();
    await fillOrders(server, 40_000);
    const client = openClient(server.port);
    for await (const row of client.stream(
      { text: 'SELECT ID, Note FROM dbo.Orders ORDER BY ID', parameters: {} },
      running(),
    )) {
      expect(row).toEqual({ ID: 1, Note: 'заказ номер 1' });
      break;
    }
    const entry = server.journal.findLast(({ sql }) => sql.includes('FROM dbo.Orders'));
    expect(entry?.state).toBe('cancelled');
    expect(entry?.rows).toBeLessThan(40_000);
    expect(await select(client, 'SELECT COUNT(*) AS n FROM dbo.Orders')).toEqual([{ n: 40_000 }]);
  });

  it('that is aborted throws the reason', async () => {
    const server = await startServer(faulty(({ sql }) => (sql.includes('Orders') ? { rowPauseMs: 10 } : undefined)));
    await fillOrders(server, 500);
    const client = openClient(server.port);
    const stop = new AbortController();
    const reason = new Error('enough');
    const rows = client.stream({ text: 'SELECT ID FROM dbo.Orders', parameters: {} }, stop.signal);
    const first = rows.next();
    stop.abort(reason);
    await expect(first).rejects.toBe(reason);
    await expect(select(client, 'SELECT ID FROM dbo.Orders', stop.signal)).rejects.toBe(reason);
  });

  it.each([
    ['SELECT * FROM dbo.Secrets', 'mssql.permission_denied', 'the login may not read Secrets'],
    ['SELECT Margin FROM dbo.Orders', 'mssql.permission_denied', 'the login may not read Orders.Margin'],
  ])('%s is refused as %s', async (text, code, message) => {
    const server = await startServer();
    await fillOrders(server, 1);
    const failed = select(openClient(server.port), text);
    await expect(failed).rejects.toMatchObject({ code, retry: false, message: expect.stringContaining(message) });
  });
});

describe('several queries in one round trip', () => {
  const orders = query`SELECT ID FROM dbo.Orders WHERE ID <= ${bound({ type: 'int', value: 2 })}`;
  const many = query`SELECT ID, Note FROM dbo.Orders ORDER BY ID`;

  it('are one request', async () => {
    const server = await startServer();
    await fillOrders(server, 3);
    const [few, all] = await openClient(server.port).results([orders, many], running());
    expect([few?.length, all?.length]).toEqual([2, 3]);
    expect(server.journal.filter(({ sql }) => sql.includes('SELECT'))).toHaveLength(1);
  });

  it.each([
    ['a deadlock', { error: { number: 1205, message: 'deadlocked', afterRows: 700 } }, 'mssql.deadlock', {}],
    ['a cut', { disconnectAfterRows: 700 }, 'mssql.connection_lost', {}],
    ['silence', { rowPauseMs: 10 }, 'mssql.query_timeout', { queryTimeout: '100ms' }],
  ])('all fail by %s amid one, to be tried again', async (_what, fault, code, settings) => {
    const server = await startServer(faulty(({ sql }) => (sql.includes('Orders') ? fault : undefined)));
    await fillOrders(server, 3000);
    const client = openClient(server.port, settings);
    await expect(client.results([orders, many], running())).rejects.toMatchObject({ code, retry: true });
  });

  it('that are aborted throw the reason', async () => {
    const server = await startServer(faulty(() => ({ rowPauseMs: 10 })));
    await fillOrders(server, 500);
    const stop = new AbortController();
    const reason = new Error('enough');
    const found = openClient(server.port).results([orders, many], stop.signal);
    await expect.poll(() => server.journal.at(-1)?.rows, { timeout: 30_000 }).toBeGreaterThan(2);
    stop.abort(reason);
    await expect(found).rejects.toBe(reason);
  });
});

describe('when the server fails', () => {
  it('amid the rows, the run hears of it, may try again, and the next statement works', async () => {
    const cut = { times: 1 };
    const server = await startServer(
      faulty(({ sql }) => (sql.includes('Orders') && cut.times-- > 0 ? { disconnectAfterRows: 1500 } : undefined)),
    );
    await fillOrders(server, 3000);
    const client = openClient(server.port);
    await expect(select(client, 'SELECT ID FROM dbo.Orders')).rejects.toMatchObject({
      code: 'mssql.connection_lost',
      retry: true,
    });
    expect(await select(client, 'SELECT ID FROM dbo.Orders')).toHaveLength(3000);
  });

  it('by silence, the time-out ends the wait, at any row', async () => {
    const server = await startServer(faulty(({ sql }) => (sql.includes('Orders') ? { rowPauseMs: 10 } : undefined)));
    await fillOrders(server, 500);
    const client = openClient(server.port, { queryTimeout: '100ms' });
    await expect(select(client, 'SELECT ID FROM dbo.Orders')).rejects.toMatchObject({
      code: 'mssql.query_timeout',
      retry: true,
      message: 'SQL Server sent nothing for 0.1 s',
    });
  });

  it('by a deadlock, the statement may be tried again', async () => {
    const server = await startServer(
      faulty(({ sql }) =>
        sql.includes('Orders')
          ? { error: { number: 1205, message: 'Transaction was deadlocked', severity: 13 } }
          : undefined,
      ),
    );
    await expect(select(openClient(server.port), 'SELECT ID FROM dbo.Orders')).rejects.toMatchObject({
      code: 'mssql.deadlock',
      retry: true,
    });
  });

  it('by garbage on the wire, the run ends and not the process', async () => {
    const server = await startServer();
    await fillOrders(server, 20_000);
    const port = await listen(garbling(server.port, 100_000));
    await expect(select(openClient(port), 'SELECT ID, Note FROM dbo.Orders')).rejects.toMatchObject({ retry: true });
  });

  it('while nobody waits for it, what the pool says of that does not end the process', async () => {
    const client = openClient((await startServer()).port);
    await select(client, 'SELECT 1 AS one');
    // No byte on the wire makes this version of the driver say it, and a pool is an emitter that throws unheard errors.
    const pool = (await Reflect.get(client, 'opening')) as driver.ConnectionPool;
    expect(pool.emit('error', new Error('an idle connection failed'))).toBe(true);
    expect(await select(client, 'SELECT 2 AS two')).toEqual([{ two: 2 }]);
  });
});

/** A proxy that writes nonsense into the answer after so many bytes. */
function garbling(port: number, after: number): Server {
  return createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    let passed = 0;
    upstream.on('data', (chunk) => {
      passed += chunk.length;
      client.write(passed > after ? Buffer.alloc(chunk.length, 0x13) : chunk);
    });
    client.pipe(upstream);
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
}

describe('a connection', () => {
  const refused = async (port: number, settings: Partial<ConnectionSettings>): Promise<unknown> =>
    await select(openClient(port, settings), 'SELECT 1 AS one').catch((error: unknown) => error);

  it('is refused with a wrong password', async () => {
    const { port } = await startServer();
    expect(await refused(port, { password: 'ложь' })).toMatchObject({
      code: 'mssql.login_refused',
      message: `127.0.0.1:${port} refuses the login reader`,
    });
  });

  it('is refused where nobody listens, and where nobody answers', async () => {
    const silent = await listen(createServer((socket) => socket.resume()));
    expect(await refused(1, {})).toMatchObject({
      code: 'mssql.unreachable',
      retry: true,
      message: 'no SQL Server answers at 127.0.0.1:1 (ECONNREFUSED)',
    });
    expect(await refused(silent, { connectTimeout: '100ms' })).toMatchObject({
      code: 'mssql.connect_timeout',
      retry: true,
    });
  });

  it('trusts no certificate the server signed for itself, unless told to', async () => {
    const { port } = await startServer({ encrypt: 'required' });
    expect(await refused(port, { encrypt: true })).toMatchObject({ code: 'mssql.certificate_untrusted', retry: false });
    expect(await refused(port, { encrypt: false })).toMatchObject({ code: 'mssql.encryption_required', retry: false });
    const trusting = openClient(port, { encrypt: true, trustServerCertificate: true });
    expect(await select(trusting, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('never sends the password in clear when encrypt is on and the server does not encrypt', async () => {
    const server = await startServer({ encrypt: 'off' });
    expect(await refused(server.port, { encrypt: true })).toMatchObject({ code: 'mssql.not_encrypted', retry: false });
    expect(server.journal).toEqual([]);
  });

  it('trusts a certificate that the authority of ca signed, for the name in it', async () => {
    const authority = createAuthority('the authority of the clinic');
    const { port } = await startServer({ encrypt: 'required', tls: authority.issue('db.clinic', ['db.clinic']) });
    const ca = join(temporaryFolder(), 'ca.pem');
    writeFileSync(ca, authority.cert);
    const trusting = openClient(port, { encrypt: true, ca, serverName: 'db.clinic' });
    expect(await select(trusting, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await refused(port, { encrypt: true, ca, serverName: 'db.hospital' })).toMatchObject({
      code: 'mssql.certificate_name',
      message: `the certificate of 127.0.0.1:${port} is made out to another name`,
    });
    expect(await refused(port, { encrypt: true, serverName: 'db.clinic' })).toMatchObject({
      code: 'mssql.certificate_untrusted',
    });
  });

  it('with a server of old TLS is refused, and made with minTls "1.0"', async () => {
    const old = { maxVersion: 'TLSv1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    const { port } = await startServer({ encrypt: 'required', tls: old });
    const settings = { encrypt: true, trustServerCertificate: true } as const;
    expect(await refused(port, settings)).toMatchObject({
      code: 'mssql.tls_too_old',
      retry: false,
    });
    expect(await select(openClient(port, { ...settings, minTls: '1.0' }), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('names a file of ca it cannot read', async () => {
    expect(await refused(1, { ca: 'missing.pem' })).toMatchObject({
      code: 'mssql.ca_unreadable',
      message: 'the file /missing.pem of the setting ca cannot be read',
    });
  });

  it('is made once for one statement after the other', async () => {
    const server = await startServer();
    const client = openClient(server.port);
    await select(client, 'SELECT 1 AS one');
    await select(client, 'SELECT 2 AS two');
    // A session takes the next number: the second to log in would be 52.
    expect(new Set(server.journal.map(({ connection }) => connection))).toEqual(new Set([51]));
  });

  it('that no statement came to take is closed', async () => {
    const server = await startServer();
    const open = new Set<object>();
    const proxy = createServer((socket) => {
      open.add(socket);
      socket.pipe(connect(server.port, '127.0.0.1')).pipe(socket);
      socket.on('close', () => open.delete(socket));
    });
    const { user, password } = reader;
    const settings = { server: '127.0.0.1', port: await listen(proxy), database: 'shop', user, password };
    const pool = new driver.ConnectionPool(driverConfig({ ...settings, encrypt: false }, '/'));
    const endUnused = keepFirstConnection(pool);
    await pool.connect();
    expect(open.size).toBe(1);
    endUnused();
    await pool.close();
    await expect.poll(() => open.size, { timeout: 30_000 }).toBe(0);
  });

  it('is opened again after it could not be opened', async () => {
    const server = await startServer();
    const client = openClient(server.port, { password: 'ложь' });
    await expect(select(client, 'SELECT 1 AS one')).rejects.toMatchObject({ code: 'mssql.login_refused' });
    await expect(select(client, 'SELECT 1 AS one')).rejects.toMatchObject({ code: 'mssql.login_refused' });
  });

  it('to a named instance asks SQL Server Browser for its port', async (context) => {
    const server = await startServer({ instance: 'PZSQLSERVER' }).catch((error: unknown) => {
      if (error instanceof Error && Reflect.get(error, 'code') === 'EADDRINUSE') return undefined;
      throw error;
    });
    // Clients ask at UDP 1434 and nowhere else; a machine with a SQL Server of its own has it taken.
    if (!server) return context.skip('UDP 1434 is taken');
    const named = openClient(1, { server: '127.0.0.1\\PZSQLSERVER' });
    expect(await select(named, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await refused(1, { server: '127.0.0.1\\OTHER', connectTimeout: '1s' })).toMatchObject({
      code: expect.stringMatching(/^mssql\.(instance_unknown|browser_silent)$/),
    });
  });
});
