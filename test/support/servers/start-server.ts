import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setInterval } from 'node:timers/promises';
import { startGuarded } from './guard.ts';
import { install, mayInstall } from './install.ts';
import { mariadbProgram } from './mariadb.ts';
import { postgresProgram } from './postgres.ts';
import { user } from './program.ts';
import type { Login, Program, ServerKind } from './program.ts';
import { tryLogin } from './speak.ts';

export interface RunningServer {
  /** Of a login that may do everything, in the data base the server came with. */
  readonly login: Login;
  /** Its data; gone when it has ended. */
  readonly folder: string;
  close(): Promise<void>;
}

export interface ServerOptions {
  /** Keeps what was committed through a power cut, for a bench; tests do without. */
  readonly durable?: boolean;
  /** Further options of the server, the last word. */
  readonly flags?: readonly string[];
}

const programs = { postgres: postgresProgram, mariadb: mariadbProgram } as const;
const patienceMs = 60_000;

/** A server of its own, private to this process; installs it where it may. */
export async function startServer(kind: ServerKind, options: ServerOptions = {}): Promise<RunningServer> {
  const program = await programOf(kind);
  const port = await sparePort();
  const password = randomBytes(12).toString('hex');
  const { durable = false, flags = [] } = options;
  const guarded = startGuarded(program, { port, password, durable, flags });
  const database = kind === 'postgres' ? 'postgres' : 'mysql';
  const login = { host: '127.0.0.1', port, user, password, database };
  await untilItAnswers(kind, login, guarded.ended);
  return { login, folder: guarded.folder, close: guarded.end };
}

async function programOf(kind: ServerKind): Promise<Program> {
  const found = programs[kind]();
  if (found) return found;
  if (mayInstall()) await install(kind);
  const installed = programs[kind]();
  if (installed) return installed;
  throw new Error(
    kind === 'postgres'
      ? 'these tests need PostgreSQL: install it (apt-get install postgresql), or set PIPE_TEST_PG_URL=postgres://user:password@host:port/postgres to a server whose login may create data bases'
      : 'these tests need MariaDB: install it (apt-get install mariadb-server-core mariadb-client-core), or set PIPE_TEST_MYSQL_URL=mysql://user:password@host:port/mysql to a server whose login may create data bases',
  );
}

async function sparePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function untilItAnswers(kind: ServerKind, login: Login, ended: Promise<string>): Promise<void> {
  let last: string | undefined;
  void ended.then((words) => (last = words));
  const deadline = Date.now() + patienceMs;
  for await (const _ of setInterval(50)) {
    if (last !== undefined) throw new Error(`${kind} ended instead of serving: ${last}`);
    if (await tryLogin(kind, login)) return;
    if (Date.now() > deadline) throw new Error(`${kind} did not answer within ${patienceMs / 1000} s`);
  }
}
