import { createSocket } from 'node:dgram';
import { createConnection } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type SqlServerOptions, type SqlServerSandbox, startSqlServer } from './index.ts';
import { connect, PASSWORD } from './test-clinic.ts';

const running: SqlServerSandbox[] = [];

async function start(options: Partial<SqlServerOptions> = {}): Promise<SqlServerSandbox> {
  const server = await startSqlServer({ database: 'PZ', logins: [{ user: 'writer', password: PASSWORD }], ...options });
  running.push(server);
  return server;
}

afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
});

describe('logging in', () => {
  test('a wrong password is error 18456', async () => {
    const server = await start();
    await expect(connect(server, 'writer', { password: 'wrong' })).rejects.toMatchObject({
      code: 'ELOGIN',
      message: "Login failed for user 'writer'.",
    });
  });

  test('an unknown user is told the same as a wrong password', async () => {
    const server = await start();
    await expect(connect(server, 'nobody')).rejects.toMatchObject({ message: "Login failed for user 'nobody'." });
  });

  test('another data base is error 4060 and then 18456, of which tedious reports the last', async () => {
    const server = await start();
    const numbers: number[] = [];
    const beforeConnect = (connection: { on(event: string, listener: (token: { number: number }) => void): void }) =>
      connection.on('errorMessage', (token) => numbers.push(token.number));
    await expect(connect(server, 'writer', { database: 'master', beforeConnect })).rejects.toMatchObject({
      code: 'ELOGIN',
      message: "Login failed for user 'writer'.",
    });
    expect(numbers).toEqual([4060, 18_456]);
  });

  test('a login without a data base lands in ours', async () => {
    const server = await start();
    const pool = await connect(server, 'writer', { database: '' });
    expect((await pool.request().query('SELECT DB_NAME() AS db')).recordset).toEqual([{ db: 'PZ' }]);
    await pool.close();
  });
});

describe('encryption', () => {
  test.each([
    { server: 'off', client: false },
    { server: 'supported', client: false },
    { server: 'supported', client: true },
    { server: 'required', client: true },
  ] as const)('a server with TLS $server serves a client with encrypt $client', async ({ server: encrypt, client }) => {
    const server = await start({ encrypt });
    const pool = await connect(server, 'writer', { options: { encrypt: client } });
    const long = 'ж'.repeat(100_000);
    expect((await pool.request().input('x', long).query('SELECT @x AS x')).recordset).toEqual([{ x: long }]);
    await pool.close();
  });

  test('a server without TLS is talked to in the clear, even by a client that wants it', async () => {
    // tedious takes ENCRYPT_NOT_SUP for an answer and sends the password plainly: our connectors have to know.
    const server = await start({ encrypt: 'off' });
    const pool = await connect(server, 'writer', { options: { encrypt: true } });
    expect(pool.connected).toBe(true);
    await pool.close();
  });

  test('a server that requires TLS refuses a client that does not want it', async () => {
    const server = await start({ encrypt: 'required' });
    await expect(connect(server)).rejects.toMatchObject({
      message: "Server requires encryption, set 'encrypt' config option to true.",
    });
  });

  test('the certificate is self-signed, which a client that checks it does not accept', async () => {
    const server = await start({ encrypt: 'required' });
    await expect(
      connect(server, 'writer', { options: { encrypt: true, trustServerCertificate: false } }),
    ).rejects.toMatchObject({ code: 'ESOCKET' });
  });
});

describe('SQL Browser', () => {
  const ask = (port: number, request: Buffer): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = createSocket('udp4');
      socket.once('error', reject);
      socket.once('message', (answer) => {
        socket.close();
        resolve(answer.toString('latin1', 3));
      });
      socket.send(request, port, '127.0.0.1');
    });

  test('it names the port of an instance, whatever the case of its name', async () => {
    const server = await start({ instance: 'PZSQLSERVER', browserPort: 0 });
    const answer = `ServerName;SANDBOX;InstanceName;PZSQLSERVER;IsClustered;No;Version;11.0.7001.0;tcp;${server.port};;`;
    expect(await ask(server.browserPort ?? 0, Buffer.from('\u0004pzsqlserver\u0000'))).toBe(answer);
    expect(await ask(server.browserPort ?? 0, Buffer.from([2]))).toBe(answer);
  });

  test('a server without an instance name has none', async () => {
    expect((await start()).browserPort).toBeUndefined();
  });
});

describe('bytes that are not TDS', () => {
  /** Sends and resolves with how many bytes came back before the server hung up. */
  const send = (server: SqlServerSandbox, ...messages: readonly Buffer[]): Promise<number> =>
    new Promise((resolve) => {
      let received = 0;
      const socket = createConnection(server.port, server.host);
      socket.on('data', (chunk: Buffer) => (received += chunk.length));
      socket.on('error', () => {});
      socket.on('close', () => resolve(received));
      for (const message of messages) socket.write(message);
    });
  const packet = (type: number, body: Buffer, status = 1): Buffer =>
    Buffer.concat([Buffer.from([type, status, (body.length + 8) >> 8, (body.length + 8) & 255, 0, 0, 1, 0]), body]);
  const prelogin = packet(0x12, Buffer.from([1, 0, 6, 0, 1, 0xff, 2]));
  const ANSWER_TO_PRELOGIN = 8 + 5 * 5 + 1 + 9;

  test.each([
    ['an HTTP request', [Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')], 0],
    ['a packet shorter than its own header', [Buffer.from([0x12, 1, 0, 3, 0, 0, 0, 0])], 0],
    ['a batch before the pre-login', [packet(1, Buffer.from('SELECT 1', 'utf16le'))], 0],
    ['a pre-login without options', [packet(0x12, Buffer.from([0xff]))], 0],
    ['a batch before the login', [prelogin, packet(1, Buffer.alloc(30))], ANSWER_TO_PRELOGIN],
    ['a login that is cut off', [prelogin, packet(0x10, Buffer.alloc(40))], ANSWER_TO_PRELOGIN],
    ['a login whose fields lie outside of it', [prelogin, packet(0x10, Buffer.alloc(94, 0xff))], ANSWER_TO_PRELOGIN],
    ['a message that changes its type', [packet(0x12, Buffer.alloc(4), 0), packet(1, Buffer.alloc(4))], 0],
  ] as const)('%s closes the connection and nothing else', async (_name, messages, answered) => {
    const server = await start();
    expect(await send(server, ...messages)).toBe(answered);
    const pool = await connect(server);
    expect((await pool.request().query('SELECT 1 AS one')).recordset).toEqual([{ one: 1 }]);
    await pool.close();
  });
});

test('close ends open connections and frees the port', async () => {
  const server = await startSqlServer({ database: 'PZ', logins: [{ user: 'writer', password: PASSWORD }] });
  const pool = await connect(server);
  pool.on('error', () => {});
  await server.close();
  await expect(connect(server)).rejects.toMatchObject({ code: 'ESOCKET' });
  await pool.close();
});
