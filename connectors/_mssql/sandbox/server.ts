import { createServer, type Server, type Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import { startSqlBrowser, type SqlBrowser } from './browser.ts';
import { fold } from './catalog.ts';
import { type Clock, clockFrom, type SettableClock } from './clock.ts';
import { ClientConnection } from './connection.ts';
import { Database } from './database.ts';
import { SqlError } from './errors.ts';
import { faultDesk, type Faults } from './faults.ts';
import { InProcessClient } from './in-process-client.ts';
import type { JavascriptValue } from './javascript-values.ts';
import type { JournalEntry, OpenEntry } from './journal.ts';
import type { LoginRequest } from './login.ts';
import type { Encryption } from './prelogin.ts';
import { Session } from './session.ts';
import type { Rights } from './sql/binding.ts';
import { PRODUCT_VERSION } from './sql/system-values.ts';
import { serverContext } from './tls.ts';

export interface SandboxLogin {
  readonly user: string;
  readonly password: string;
  /** INSERT, UPDATE, DELETE and DDL are refused: errors 229 and 262. */
  readonly readOnly?: boolean;
  /** Tables (`Patients`) and columns (`Patients.SNILS`) that SELECT is denied on: errors 229 and 230. */
  readonly deny?: readonly string[];
}

export interface SqlServerOptions {
  readonly database: string;
  readonly logins: readonly SandboxLogin[];
  /** Answered as a named instance by SQL Browser, over UDP. */
  readonly instance?: string;
  /** The port of SQL Browser, 1434 unless given; 0 takes any. */
  readonly browserPort?: number;
  /** Default off. */
  readonly encrypt?: Encryption;
  /** Its certificate and what TLS it speaks. Default: one it signs for itself, TLS 1.2. */
  readonly tls?: SecureContextOptions;
  /** The clinic's wall clock: naive local time in the UTC fields. Default: now in Moscow. */
  readonly now?: () => Date;
  /** How far that clock is ahead of UTC, for SYSUTCDATETIME(). Default 180. */
  readonly utcOffsetMinutes?: number;
  /** That clock's own error: ahead of `now`, behind where it is negative. */
  readonly clockAheadMs?: number;
  /** A SQLite file to keep; without it everything is gone at close. */
  readonly file?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** ALLOW_SNAPSHOT_ISOLATION of the data base; off, as in a new one: error 3952. */
  readonly snapshotIsolation?: boolean;
  readonly faults?: Faults;
}

export interface SqlServerSandbox {
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly browserPort: number | undefined;
  /** Everything received over the wire, oldest first. Its entries go on counting while their request runs. */
  readonly journal: readonly JournalEntry[];
  /**
   * Runs T-SQL in this process, with all rights and without the wire: set-up, and looking up the truth. Gives the rows
   * of the last result; bigint, decimal and money as text, dates as naive Date. Throws SqlError.
   */
  execute(sql: string, parameters?: Readonly<Record<string, JavascriptValue>>): Promise<readonly Row[]>;
  /** What the server's clock shows: naive local time in the UTC fields. */
  now(): Date;
  /** That clock jumps, back where it is negative. */
  stepClock(ms: number): void;
  /**
   * A transaction that begins now and is not committed yet: its stamps (GETDATE()) and row versions are those of this
   * moment, others take later ones meanwhile, and nobody sees its rows before `commit`.
   */
  begin(rowversions?: number): LateTransaction;
  close(): Promise<void>;
}

export interface LateTransaction {
  /** Runs T-SQL and commits it. */
  commit(sql: string): Promise<void>;
  rollback(): void;
}

export type Row = Readonly<Record<string, JavascriptValue>>;

const HOST = '127.0.0.1';
const BROWSER_PORT = 1434;
const FIRST_CLIENT_ID = 51;

export async function startSqlServer(options: SqlServerOptions): Promise<SqlServerSandbox> {
  const clock = clockFrom(options);
  const database = new Database(options.database, options.file);
  const journal: OpenEntry[] = [];
  const inProcess = new InProcessClient(newSession({ database, clock, id: 1, options, login: undefined }));
  const clients = new Set<ClientConnection>();
  const accept = acceptor({ options, database, clock, journal, clients });
  const server = createServer(accept);
  try {
    await listen(server, options.port ?? 0);
    const browser = await browserFor(options, portOf(server));
    return {
      host: HOST,
      port: portOf(server),
      browserPort: browser?.port,
      journal,
      execute: (sql, parameters = {}) => inProcess.execute(sql, parameters),
      now: () => clock.now(),
      stepClock: (ms) => clock.step(ms),
      begin: (rowversions = 1) => lateTransaction(database, clock, options, rowversions),
      async close() {
        for (const client of clients) client.close();
        await Promise.all([closed(server), browser?.close()]);
        await Promise.all([...clients].map((client) => client.ended()));
        inProcess.close();
        database.close();
      },
    };
  } catch (error) {
    server.close();
    inProcess.close();
    database.close();
    throw error;
  }
}

function lateTransaction(
  database: Database,
  { now, utcOffsetMinutes }: Clock,
  options: SqlServerOptions,
  rowversions: number,
): LateTransaction {
  const began = now();
  const clock = { utcOffsetMinutes, now: () => began };
  const session = newSession({ database, clock, id: 2, options, login: undefined });
  const client = new InProcessClient(session);
  database.rowversions.reserve(session, rowversions);
  const end = (): void => {
    database.rowversions.release(session);
    client.close();
  };
  return {
    async commit(sql) {
      try {
        await client.execute(sql, {});
      } finally {
        end();
      }
    },
    rollback: end,
  };
}

interface Parts {
  readonly options: SqlServerOptions;
  readonly database: Database;
  readonly clock: SettableClock;
  readonly journal: OpenEntry[];
  readonly clients: Set<ClientConnection>;
}

function acceptor({ options, database, clock, journal, clients }: Parts): (socket: Socket) => void {
  const encryption = options.encrypt ?? 'off';
  const secureContext = encryption === 'off' ? undefined : serverContext(options.tls);
  const faults = faultDesk(options.faults ?? {}, (ms) => clock.step(ms));
  let id = FIRST_CLIENT_ID;
  return (socket) => {
    const client: ClientConnection = new ClientConnection(socket, {
      encryption,
      secureContext,
      database: options.database,
      faults,
      logIn: (login) => newSession({ database, clock, id: id++, options, login }),
      record(session, sql, parameters) {
        const entry: OpenEntry = {
          at: clock.now(),
          login: session.login,
          connection: session.id,
          sql,
          parameters,
          rows: 0,
          state: 'running',
          errors: [],
        };
        journal.push(entry);
        return entry;
      },
      ended: () => clients.delete(client),
    });
    clients.add(client);
  };
}

interface NewSession {
  readonly database: Database;
  readonly clock: Clock;
  readonly id: number;
  readonly options: SqlServerOptions;
  /** undefined: this process, with all rights. */
  readonly login: LoginRequest | undefined;
}

function newSession({ database, clock, id, options, login }: NewSession): Session {
  const rights = login === undefined ? { readOnly: false, denied: new Set<string>() } : rightsOf(login, options);
  return new Session({
    id,
    database,
    clock,
    rights,
    login: login?.user ?? 'sandbox',
    host: login?.host ?? '',
    application: login?.application ?? '',
    snapshotAllowed: options.snapshotIsolation === true,
  });
}

/** Errors 18452, 18456 and 4060. */
function rightsOf(login: LoginRequest, { logins, database }: SqlServerOptions): Rights {
  if (login.integrated) {
    throw new SqlError(
      18_452,
      'Login failed. The login is from an untrusted domain and cannot be used with Windows authentication.',
      { severity: 14 },
    );
  }
  const known = logins.find((one) => fold(one.user) === fold(login.user));
  if (known === undefined || known.password !== login.password) {
    throw new SqlError(18_456, `Login failed for user '${login.user}'.`, { severity: 14 });
  }
  if (login.database !== '' && fold(login.database) !== fold(database)) {
    throw new SqlError(4060, `Cannot open database "${login.database}" requested by the login. The login failed.`, {
      severity: 11,
    });
  }
  const denied = (known.deny ?? []).map((name) => fold(name).replace(/^dbo\./, ''));
  return { readOnly: known.readOnly === true, denied: new Set(denied) };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the server has no port');
  return address.port;
}

const closed = (server: Server): Promise<void> => new Promise((resolve) => void server.close(() => resolve()));

async function browserFor(
  { instance, browserPort }: SqlServerOptions,
  tcpPort: number,
): Promise<SqlBrowser | undefined> {
  if (instance === undefined) return undefined;
  const answer = { server: 'SANDBOX', instance, version: PRODUCT_VERSION, tcpPort };
  return startSqlBrowser(answer, browserPort ?? BROWSER_PORT);
}
