import { createPool } from 'mysql2';
import type { Pool, PoolConnection } from 'mysql2';
import { PipeError } from '../../engine/index.ts';
import type { Host, Row, Template } from '../../engine/index.ts';
import type { About, Database, Statement } from '../_sql/dialect.ts';
import { errors } from '../_sql/errors.ts';
import { sessionText } from '../_sql/session-text.ts';
import { endpointOf, readCa, systemOf } from './config.ts';
import type { Endpoint, Settings } from './config.ts';
import { mysqlDialect } from './dialect.ts';
import { connectError, isAnswered } from './driver-errors.ts';
import { cut, pagesOf } from './pages.ts';
import { rightsOf } from './rights.ts';
import { begin, query } from './session.ts';
import type { MysqlSession } from './session.ts';

/** A MySQL or MariaDB; the first statement opens the pool. */
export function openDatabase(given: Settings, host: Host): Database {
  const at = endpointOf(given);
  const pool = connections(at, host.folder);
  const run = async (statement: Statement, signal: AbortSignal) =>
    await pool.use(async (connection) => await query(connection, statement, at), signal);
  return {
    dialect: mysqlDialect(at.database, host),
    system: systemOf(at),
    run,
    stream: (statement, pageRows, signal) => stream(pool, statement, pageRows, signal, at),
    transaction: async (work, signal) =>
      await pool.use(async (connection, packetBytes) => {
        const send: MysqlSession['send'] = async (sql, file) =>
          await query(connection, { sql, ...(file && { file }) }, at);
        const session: MysqlSession = {
          packetBytes,
          send,
          run: async (statement) => await query(connection, statement, at),
        };
        await send('START TRANSACTION');
        const done = await work(session);
        signal.throwIfAborted();
        await commit(send, at);
        return done;
      }, signal),
    heldBy: async (signal) => {
      const ids = pool.threads();
      return ids.length === 0 ? undefined : holderOf((await run(blockingQuery(ids), signal)).rows[0] ?? {});
    },
    about: async (signal) => aboutOf((await run({ sql: aboutQuery, parameters: [] }, signal)).rows[0] ?? {}),
    rights: async (name, table, signal) => await rightsOf(run, name, table, signal),
    close: pool.close,
  };
}

async function commit(send: MysqlSession['send'], at: Endpoint): Promise<void> {
  try {
    await send('COMMIT');
  } catch (thrown) {
    if (isAnswered(thrown)) throw thrown;
    const reason = thrown instanceof PipeError ? thrown.code : 'COMMIT';
    throw errors.commit_unknown.error({ system: systemOf(at), reason }, { cause: thrown, retry: true });
  }
}

/** Naive columns hold what the server's own clock shows, whatever our sessions are in. */
const aboutQuery = `SELECT CURRENT_USER() AS user, VERSION() AS version, UNIX_TIMESTAMP(SYSDATE(3)) AS seconds,
  CONVERT_TZ(UTC_TIMESTAMP(3), '+00:00', @@GLOBAL.time_zone) AS clock`;

function aboutOf(row: Row): About {
  const nowMs = Math.round(Number(row['seconds']) * 1000);
  const clock = String(row['clock'] ?? new Date(nowMs).toISOString()).replace('Z', '');
  return { user: String(row['user']), version: String(row['version']), nowMs, wallClock: clock };
}

/** Needs the view `sys.innodb_lock_waits` and the right to it, else it throws, and nobody is named. */
function blockingQuery(threads: readonly number[]): Statement {
  const sql = `SELECT w.blocking_pid AS id, p.USER AS user, p.COMMAND AS command FROM sys.innodb_lock_waits w
    LEFT JOIN information_schema.PROCESSLIST p ON p.ID = w.blocking_pid
    WHERE w.waiting_pid IN (${threads.map(() => '?').join(', ')}) LIMIT 1`;
  return { sql, parameters: threads };
}

function holderOf({ id, user, command }: Row): Template | undefined {
  if (id === undefined) return undefined;
  return sessionText(
    String(id),
    [user, command].flatMap((part) => (part === undefined ? [] : [String(part)])),
  );
}

interface Connections {
  /**
   * Lends a connection. It goes back when the work is done; where the work throws, what is open is rolled back, and an
   * abort or a broken connection ends it.
   */
  use<Done>(
    work: (connection: PoolConnection, packetBytes: number) => Promise<Done>,
    signal: AbortSignal,
  ): Promise<Done>;
  /** The server's numbers of the connections that are or were ours. */
  threads(): readonly number[];
  close(): Promise<void>;
}

function connections(at: Endpoint, folder: string): Connections {
  let pool: Pool | undefined;
  let closed = false;
  const packets = new WeakMap<PoolConnection, number>();
  const threads = new Set<number>();
  const acquire = async (): Promise<PoolConnection> => {
    if (closed) throw errors.connection_lost.error({ system: systemOf(at), reason: 'ECLOSED' });
    pool ??= openPool(at, folder);
    const opened = pool;
    return await new Promise((resolve, reject) => {
      opened.getConnection((error, connection) => (error ? reject(connectError(error, at)) : resolve(connection)));
    });
  };
  const ready = async (connection: PoolConnection): Promise<number> => {
    const known = packets.get(connection) ?? (await begin(connection, at));
    packets.set(connection, known);
    threads.add(connection.threadId);
    return known;
  };
  return {
    async use(work, signal) {
      signal.throwIfAborted();
      const connection = await acquire();
      const abort = (): void => cut(connection);
      signal.addEventListener('abort', abort, { once: true });
      try {
        signal.throwIfAborted();
        const done = await work(connection, await ready(connection));
        connection.release();
        return done;
      } catch (thrown) {
        await putBack(connection, thrown, signal, at);
        throw signal.aborted && !isCommitUnknown(thrown) ? signal.reason : thrown;
      } finally {
        signal.removeEventListener('abort', abort);
      }
    },
    threads: () => [...threads],
    async close() {
      closed = true;
      const opened = pool;
      pool = undefined;
      await new Promise<void>((resolve) => (opened ? opened.end(() => resolve()) : resolve()));
    },
  };
}

function isCommitUnknown(thrown: unknown): boolean {
  return thrown instanceof PipeError && thrown.code === errors.commit_unknown.code;
}

async function putBack(connection: PoolConnection, thrown: unknown, signal: AbortSignal, at: Endpoint): Promise<void> {
  const isBroken = thrown instanceof PipeError && !isAnswered(thrown) && thrown.kind === 'environment';
  if (signal.aborted || isBroken) {
    cut(connection);
    return;
  }
  try {
    await query(connection, { sql: 'ROLLBACK' }, at);
    connection.release();
  } catch {
    cut(connection);
  }
}

function openPool(at: Endpoint, folder: string): Pool {
  const { host, port, user, password, database, connectTimeoutMs, ssl } = at;
  return createPool({
    host,
    port,
    user,
    password,
    database,
    connectTimeout: connectTimeoutMs,
    charset: 'utf8mb4',
    // Rows an upsert left as they were are not to be counted.
    flags: ['-FOUND_ROWS'],
    supportBigNumbers: true,
    connectionLimit: 4,
    maxIdle: 4,
    // Less than `wait_timeout` of our sessions.
    idleTimeout: 30_000,
    ...(ssl && {
      ssl: {
        rejectUnauthorized: ssl.verify ?? true,
        verifyIdentity: ssl.verify ?? true,
        ...(ssl.ca !== undefined && { ca: readCa(ssl.ca, folder) }),
      },
    }),
  });
}

/** The connection is lent until the reader has left the loop. */
async function* stream(
  pool: Connections,
  statement: Statement,
  pageRows: number,
  signal: AbortSignal,
  at: Endpoint,
): AsyncGenerator<readonly Row[], void, void> {
  const lent = Promise.withResolvers<PoolConnection>();
  const done = Promise.withResolvers<void>();
  const using = pool.use(async (connection) => {
    lent.resolve(connection);
    await done.promise;
  }, signal);
  using.catch(lent.reject);
  const connection = await lent.promise;
  try {
    yield* pagesOf(connection, statement, pageRows, at);
  } catch (thrown) {
    throw signal.aborted ? signal.reason : thrown;
  } finally {
    done.resolve();
    await using.catch(() => undefined);
  }
}
