import pg from 'pg';
import { PipeError } from '../../engine/index.ts';
import type { Host, Row, Template } from '../../engine/index.ts';
import type { About, Database, Dialect, Result, Rights, Session, Statement } from '../_sql/dialect.ts';
import { errors } from '../_sql/errors.ts';
import { sessionText } from '../_sql/session-text.ts';
import type { Table, TableName } from '../_sql/table.ts';
import { endpointOf, tlsOptions } from './config.ts';
import type { Endpoint, Settings } from './config.ts';
import { postgresDialect } from './dialect.ts';
import { connectError, isClearNo, statementError, systemOf } from './driver-errors.ts';
import { PostgresSession } from './session.ts';

/** How long a server may take to end a statement that was aborted, before the socket is closed. */
const cancelMs = 2000;

/** A pool of connections to one data base, opened by the first statement. */
export class PostgresClient implements Database {
  readonly dialect: Dialect;
  readonly system: string;
  private readonly at: Endpoint;
  private readonly folder: string;
  private readonly greeted = new WeakSet<pg.PoolClient>();
  /** What the server numbers our connections with. */
  private readonly pids = new Set<unknown>();
  private opened: pg.Pool | undefined;
  private closed = false;

  constructor(settings: Settings, host: Host) {
    this.at = endpointOf(settings);
    this.folder = host.folder;
    this.dialect = postgresDialect(this.at.schema);
    this.system = systemOf(this.at).toLowerCase();
  }

  async run(statement: Statement, signal: AbortSignal): Promise<Result> {
    return await this.on(signal, async (session) => await session.run(statement));
  }

  /** Rows of a cursor on the server: it hands out a page and waits. */
  async *stream(
    statement: Statement,
    pageRows: number,
    signal: AbortSignal,
  ): AsyncGenerator<readonly Row[], void, void> {
    const client = await this.checkOut(signal);
    const stop = this.cancelOn(client, signal);
    const session = new PostgresSession(client, this.at);
    let ended = false;
    try {
      for (const sql of [
        'BEGIN READ ONLY',
        'SET LOCAL cursor_tuple_fraction = 1',
        'SET LOCAL idle_in_transaction_session_timeout = 0',
      ])
        await session.run({ sql, parameters: [] });
      await session.run({
        sql: `DECLARE pipe_rows NO SCROLL CURSOR FOR\n${statement.sql}`,
        parameters: statement.parameters,
      });
      for (;;) {
        signal.throwIfAborted();
        const { rows } = await session.run({ sql: `FETCH ${pageRows} FROM pipe_rows`, parameters: [] });
        if (rows.length > 0) yield rows;
        if (rows.length < pageRows) break;
      }
      await session.run({ sql: 'ROLLBACK', parameters: [] });
      ended = true;
    } catch (thrown) {
      throw signal.aborted ? signal.reason : thrown;
    } finally {
      await stop();
      client.release(!ended);
    }
  }

  async transaction<Done>(work: (session: Session) => Promise<Done>, signal: AbortSignal): Promise<Done> {
    const client = await this.checkOut(signal);
    const stop = this.cancelOn(client, signal);
    let state: 'open' | 'committing' | 'ended' = 'open';
    try {
      const session = new PostgresSession(client, this.at);
      await session.run({ sql: 'BEGIN', parameters: [] });
      const done = await work(session);
      // From here on nothing stops it: an abort that comes now finds it committed.
      await stop();
      signal.throwIfAborted();
      state = 'committing';
      await this.commit(client);
      state = 'ended';
      return done;
    } catch (thrown) {
      const stopped = state === 'open' && signal.aborted;
      if (!stopped && (await isRolledBack(client))) state = 'ended';
      throw stopped ? signal.reason : thrown;
    } finally {
      await stop();
      client.release(state !== 'ended');
    }
  }

  async about(signal: AbortSignal): Promise<About> {
    const { rows } = await this.run({ sql: aboutQuery, parameters: [] }, signal);
    const { user, version, now, wall } = rows[0] ?? {};
    return {
      user: String(user),
      version: String(version),
      nowMs: Date.parse(String(now)),
      wallClock: String(wall).slice(0, 23),
    };
  }

  async rights(
    { schema = 'public', name }: TableName,
    _table: Table | undefined,
    signal: AbortSignal,
  ): Promise<Rights> {
    const { rows } = await this.run({ sql: rightsQuery, parameters: [schema, name] }, signal);
    const { grantee, readOnly, insert, update } = rows[0] ?? {};
    if (readOnly === true) throw errors.read_only.error({ system: this.system });
    return {
      lacking: [...(insert === false ? (['INSERT'] as const) : []), ...(update === false ? (['UPDATE'] as const) : [])],
      grantee: String(grantee),
    };
  }

  async heldBy(signal: AbortSignal): Promise<Template | undefined> {
    const { rows } = await this.run({ sql: blockingQuery, parameters: [[...this.pids]] }, signal);
    const { pid, user, program, state } = rows[0] ?? {};
    if (pid === undefined) return undefined;
    const who = [user, program, state].flatMap((part) => (part === undefined || part === '' ? [] : [String(part)]));
    return sessionText(String(pid), who);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.opened?.end();
  }

  /** One statement or several on a connection of their own. */
  private async on<Done>(signal: AbortSignal, work: (session: Session) => Promise<Done>): Promise<Done> {
    const client = await this.checkOut(signal);
    const stop = this.cancelOn(client, signal);
    let isUsable = true;
    try {
      return await work(new PostgresSession(client, this.at));
    } catch (thrown) {
      isUsable = !signal.aborted && !(thrown instanceof PipeError && thrown.retry);
      throw signal.aborted ? signal.reason : thrown;
    } finally {
      await stop();
      client.release(!isUsable);
    }
  }

  private async commit(client: pg.PoolClient): Promise<void> {
    let command: string;
    try {
      ({ command } = await client.query('COMMIT'));
    } catch (thrown) {
      if (isClearNo(thrown)) throw statementError(thrown, this.at, 'COMMIT');
      const { parameters } = statementError(thrown, this.at, 'COMMIT');
      const reason = parameters['reason'] ?? 'no answer';
      throw errors.commit_unknown.error({ system: this.system, reason }, { cause: thrown, retry: true });
    }
    // PostgreSQL answers so where a statement of the transaction had failed and nobody went back.
    if (command !== 'COMMIT') throw new Error('the transaction was rolled back');
  }

  private async checkOut(signal: AbortSignal): Promise<pg.PoolClient> {
    signal.throwIfAborted();
    if (this.closed) throw errors.connection_lost.error({ system: this.system, reason: 'closed' });
    let client: pg.PoolClient;
    try {
      client = await this.pool().connect();
    } catch (thrown) {
      throw connectError(thrown, this.at);
    }
    try {
      signal.throwIfAborted();
      if (!this.greeted.has(client)) await new PostgresSession(client, this.at).run(greeting(this.at));
      this.greeted.add(client);
      this.pids.add(pidOf(client));
      return client;
    } catch (thrown) {
      client.release(!this.greeted.has(client));
      throw thrown;
    }
  }

  private pool(): pg.Pool {
    if (this.opened) return this.opened;
    const { host, port, user, password, database, connectTimeoutMs, statementTimeoutMs } = this.at;
    const ssl = tlsOptions(this.at, this.folder);
    const pool = new pg.Pool({
      host,
      port,
      user,
      password,
      database,
      ssl: ssl ?? false,
      application_name: 'pipe',
      connectionTimeoutMillis: connectTimeoutMs,
      // The server's own time-out comes first; this is for one that says nothing any more.
      query_timeout: statementTimeoutMs + 5000,
      keepAlive: true,
      max: 10,
      idleTimeoutMillis: 30_000,
    });
    // Emitted for idle connections, when nobody awaits anything: an 'error' nobody hears ends the process.
    pool.on('error', () => {});
    // The same for one that breaks while it is checked out and between two statements.
    pool.on('connect', (client) => client.on('error', () => {}));
    return (this.opened = pool);
  }

  /**
   * Ends the running statement on the server when the signal aborts, over another connection; a server that does not
   * answer loses the socket. What is returned waits until that is over: the connection is not to be used before.
   */
  private cancelOn(client: pg.PoolClient, signal: AbortSignal): () => Promise<void> {
    let cancelling: Promise<void> | undefined;
    const cancel = (): void => {
      cancelling ??= this.cancel(client);
    };
    signal.addEventListener('abort', cancel, { once: true });
    return async () => {
      signal.removeEventListener('abort', cancel);
      await cancelling;
    };
  }

  private async cancel(client: pg.PoolClient): Promise<void> {
    const pid = pidOf(client);
    const late = setTimeout(() => client.connection.stream.destroy(), cancelMs);
    try {
      await this.pool().query('SELECT pg_cancel_backend($1)', [pid]);
    } catch {
      client.connection.stream.destroy();
    } finally {
      clearTimeout(late);
    }
  }
}

/** The driver's types leave it out. */
function pidOf(client: pg.PoolClient): unknown {
  return Reflect.get(client, 'processID');
}

/** False where the connection is of no more use. */
async function isRolledBack(client: pg.PoolClient): Promise<boolean> {
  try {
    await client.query('ROLLBACK');
    return true;
  } catch {
    return false;
  }
}

/** Once for each connection. Not as start-up parameters, which PgBouncer refuses. */
function greeting({ statementTimeoutMs, schema, searchesSchema }: Endpoint): Statement {
  const settings = [
    `statement_timeout = ${statementTimeoutMs}`,
    `DateStyle = 'ISO, YMD'`,
    `IntervalStyle = 'iso_8601'`,
    `bytea_output = 'hex'`,
    'client_min_messages = warning',
    ...(searchesSchema ? [`search_path = ${pg.escapeIdentifier(schema)}, public`] : []),
  ];
  return { sql: settings.map((setting) => `SET ${setting}`).join('; '), parameters: [] };
}

/** The one that holds its lock longest first. https://www.postgresql.org/docs/current/functions-info.html */
const blockingQuery = `SELECT pid, usename AS "user", application_name AS program, state FROM pg_stat_activity
  WHERE pid IN (SELECT unnest(pg_blocking_pids(ours)) FROM unnest($1::int[]) AS ours) ORDER BY xact_start LIMIT 1`;

/** The wall clock in the zone others see: the one the server, the data base or the login sets. */
const aboutQuery = `SELECT current_user AS "user", current_setting('server_version') AS version, now() AS now,
  now() AT TIME ZONE (SELECT reset_val FROM pg_settings WHERE name = 'TimeZone') AS wall`;

/**
 * A standby makes every transaction read-only. A right to one column is one to the table: which columns are written the
 * mapping says. https://www.postgresql.org/docs/current/functions-info.html
 */
const rightsQuery = `SELECT quote_ident(current_user) AS grantee, current_setting('transaction_read_only') = 'on' AS "readOnly",
  has_any_column_privilege(c.oid, 'INSERT') AS insert, has_any_column_privilege(c.oid, 'UPDATE') AS update
FROM (SELECT 1) AS one
LEFT JOIN (pg_class AS c INNER JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = $1) ON c.relname = $2`;
