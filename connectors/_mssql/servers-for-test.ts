import { randomUUID } from 'node:crypto';
import sql from 'mssql';
import { driverConfig } from './config.ts';
import type { ConnectionSettings } from './config.ts';
import { startSqlServer } from './sandbox/index.ts';
import type { Row, SqlServerOptions, SqlServerSandbox } from './sandbox/index.ts';

/** A data base of a test's own, empty at first. */
export interface TestDatabase {
  /** What reads it. */
  readonly settings: ConnectionSettings;
  /** Runs T-SQL with all rights, always in the same session; gives the rows of the last result. */
  execute(text: string, parameters?: Readonly<Record<string, string | null>>): Promise<readonly Row[]>;
  /** A transaction of another session that has done this and is open. */
  begin(text: string): Promise<OpenTransaction>;
  close(): Promise<void>;
}

export interface OpenTransaction {
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/** `mssql://user:password@host:1433/master`: a login that may create data bases. */
export const realServer = process.env['PIPE_TEST_MSSQL_URL'];

/** The sandbox, and the real server where there is one: what every SQL Server does is tried on each. */
export const servers: readonly { readonly name: string; newDatabase(): Promise<TestDatabase> }[] = [
  { name: 'the sandbox', newDatabase: databaseInSandbox },
  ...(realServer === undefined
    ? []
    : [{ name: 'a real SQL Server', newDatabase: async () => await databaseOnServer(realServer) }]),
];

const reader = { user: 'reader', password: 'reader', readOnly: true } as const;
const noon = Date.UTC(2026, 2, 2, 12);

/** One in a server of its own, whose clock stands still; `server` is for what only the sandbox can do. */
export async function databaseInSandbox(
  options: Partial<SqlServerOptions> = {},
): Promise<TestDatabase & { readonly server: SqlServerSandbox }> {
  const database = 'shop';
  const server = await startSqlServer({ database, logins: [reader], now: () => new Date(noon), ...options });
  const { user, password } = reader;
  return {
    server,
    settings: { server: server.host, port: server.port, database, user, password, encrypt: false },
    execute: async (text, parameters) => await server.execute(text, parameters),
    async begin(text) {
      // Has its row version from now on; the sandbox has one writer at a time, so that it writes when it commits.
      const late = server.begin();
      return { commit: async () => await late.commit(text), rollback: async () => late.rollback() };
    },
    close: async () => await server.close(),
  };
}

/** One on a real server, dropped at the end. */
export async function databaseOnServer(url: string): Promise<TestDatabase> {
  const { hostname, port, username, password, pathname } = new URL(url);
  const login = {
    server: hostname,
    port: Number(port || 1433),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    trustServerCertificate: true,
  };
  const opened: Session[] = [];
  const open = async (database: string): Promise<Session> => {
    const session = await openSession({ ...login, database });
    opened.push(session);
    return session;
  };
  const database = `pipe_test_${randomUUID().replaceAll('-', '').slice(0, 12)}`;
  const master = await open(pathname.slice(1) || 'master');
  // One after the other: each wants the data base `model` for itself and is refused beside another, error 1807.
  await master.batch(`EXEC sp_getapplock @Resource = 'pipe_test', @LockMode = 'Exclusive', @LockOwner = 'Session';
    CREATE DATABASE [${database}] COLLATE Cyrillic_General_CI_AS;
    EXEC sp_releaseapplock @Resource = 'pipe_test', @LockOwner = 'Session'`);
  // A test that reads beside a transaction it holds open would otherwise wait for its own lock.
  await master.batch(`ALTER DATABASE [${database}] SET READ_COMMITTED_SNAPSHOT ON`);
  const session = await open(database);
  return {
    settings: { ...login, database },
    execute: async (text, parameters) => await execute(session, text, parameters),
    async begin(text) {
      const other = await open(database);
      await other.batch(`BEGIN TRANSACTION; ${text}`);
      return {
        commit: async () => void (await other.batch('COMMIT TRANSACTION')),
        rollback: async () => void (await other.batch('ROLLBACK TRANSACTION')),
      };
    },
    async close() {
      for (const one of opened.splice(1)) await one.close();
      await master.batch(`ALTER DATABASE [${database}] SET SINGLE_USER WITH ROLLBACK IMMEDIATE`);
      await master.batch(`DROP DATABASE [${database}]`);
      await master.close();
    },
  };
}

/** A pool of one connection: what a batch leaves open, a transaction, is there for the next. */
type Session = sql.ConnectionPool;

async function openSession(settings: ConnectionSettings): Promise<Session> {
  const config = driverConfig(settings, '/');
  const options = { ...config.options, readOnlyIntent: false };
  return await new sql.ConnectionPool({ ...config, pool: { max: 1, min: 0 }, options }).connect();
}

async function execute(
  session: Session,
  text: string,
  parameters: Readonly<Record<string, string | null>> = {},
): Promise<readonly Row[]> {
  const request = session.request();
  for (const [name, value] of Object.entries(parameters)) request.input(name, sql.NVarChar(sql.MAX), value);
  // A transaction may outlive a batch, but not what has parameters, which runs within a procedure: error 266.
  const isBatch = Object.keys(parameters).length === 0;
  const { recordsets } = isBatch ? await request.batch<Row>(text) : await request.query<Row>(text);
  return Array.isArray(recordsets) ? (recordsets.at(-1) ?? []) : [];
}
