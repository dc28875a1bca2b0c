import type { RawBuilder } from 'kysely';
import sql from 'mssql';
import type { Host, Row, Value } from '../../engine/index.ts';
import { together } from './compile.ts';
import { driverConfig, endpointOf } from './config.ts';
import type { ConnectionSettings } from './config.ts';
import { refusePlainLogin, watchParser } from './driver-guard.ts';
import { connectError, requestError } from './driver-errors.ts';
import type { Endpoint } from './driver-errors.ts';
import { errors } from './errors.ts';
import { keepFirstConnection } from './first-connection.ts';
import { bind } from './parameters.ts';
import type { Statement } from './parameters.ts';
import { RowFlow } from './row-flow.ts';
import { converterOf } from './values.ts';
import type { Column, Converter } from './values.ts';

type RowReader = (raw: readonly unknown[]) => Row;

/** Rows as the driver read them, and what converts one. */
interface ReadableChunk {
  readonly result: number;
  readonly rows: readonly unknown[][];
  readonly read: RowReader;
}

/** A pool of connections to one SQL Server, opened by the first statement. Nothing but SELECTs ever passes it. */
export class SqlClient {
  readonly at: Endpoint;
  private readonly settings: ConnectionSettings;
  private readonly folder: string;
  private readonly running = new Set<RowFlow>();
  private readonly connecting = new Set<{ close(): void }>();
  private opening: Promise<sql.ConnectionPool> | undefined;
  private endUnused: () => void = () => undefined;
  private closed = false;

  constructor(settings: ConnectionSettings, host: Host) {
    this.settings = settings;
    this.folder = host.folder;
    this.at = endpointOf(settings);
  }

  /** Of another data base no cursor is true. */
  get system(): string {
    return `${this.at.server}/${this.at.database}`.toLowerCase();
  }

  /**
   * Rows of one statement as they come, converted to JSON. Leaving the loop early cancels the statement on the
   * server. `converters` replaces the one of a column by name.
   */
  async *stream(
    statement: Statement,
    signal: AbortSignal,
    converters: Readonly<Record<string, Converter>> = {},
  ): AsyncGenerator<Row, void, void> {
    for await (const { rows, read } of this.read(statement, signal, converters, 1))
      for (const raw of rows) yield read(raw);
  }

  /** All rows of a statement that is known to give few. */
  async rows(
    statement: Statement,
    signal: AbortSignal,
    converters: Readonly<Record<string, Converter>> = {},
  ): Promise<Row[]> {
    const all: Row[] = [];
    for await (const { rows, read } of this.read(statement, signal, converters, 1)) all.push(...rows.map(read));
    return all;
  }

  /** All rows of each of several queries known to give few, in one round trip; one that fails fails all. */
  async results(
    queries: readonly RawBuilder<unknown>[],
    signal: AbortSignal,
    named?: Statement['parameters'],
  ): Promise<readonly Row[][]> {
    const results = queries.map((): Row[] => []);
    for await (const { result, rows, read } of this.read(together(queries, named), signal, {}, queries.length))
      results[result]?.push(...rows.map(read));
    return results;
  }

  /** Cancels what runs and closes every connection; the client cannot be used again. */
  async close(): Promise<void> {
    this.closed = true;
    for (const flow of this.running) flow.fail(this.endedError());
    await Promise.all([...this.running].map(async (flow) => await flow.cancel()));
    for (const connection of this.connecting) connection.close();
    const pool = await this.opening?.catch(() => undefined);
    this.endUnused();
    await pool?.close();
  }

  /** `mostResults`: the statement gives so many, one more is an error. */
  private async *read(
    statement: Statement,
    signal: AbortSignal,
    converters: Readonly<Record<string, Converter>>,
    mostResults: number,
  ): AsyncGenerator<ReadableChunk, void, void> {
    signal.throwIfAborted();
    const flow = await this.begin(statement, signal, mostResults);
    const abort = (): void => flow.fail(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    try {
      let reader: { readonly of: readonly Column[]; readonly read: RowReader } | undefined;
      for (let chunks = await flow.next(); chunks.length > 0; chunks = await flow.next()) {
        for (const { result, columns, rows } of chunks) {
          if (reader?.of !== columns) reader = { of: columns, read: rowReader(columns, converters) };
          yield { result, rows, read: reader.read };
        }
      }
    } catch (thrown) {
      throw signal.aborted ? signal.reason : requestError(thrown, this.at);
    } finally {
      signal.removeEventListener('abort', abort);
      this.running.delete(flow);
      await flow.cancel();
    }
  }

  private async begin(statement: Statement, signal: AbortSignal, mostResults: number): Promise<RowFlow> {
    const pool = await this.pool(signal);
    const request = new sql.Request(pool);
    request.stream = true;
    request.arrayRowMode = true;
    const flow = new RowFlow(request, this.at.queryTimeoutMs, mostResults);
    this.running.add(flow);
    bind(request, statement.parameters);
    // Streamed: what goes wrong arrives as an event, the promise only ends.
    const sent = statement.procedure ? request.execute(statement.text) : request.query(statement.text);
    sent.catch((error: unknown) => flow.fail(error));
    return flow;
  }

  private async pool(signal: AbortSignal): Promise<sql.ConnectionPool> {
    if (this.closed) throw this.endedError();
    this.opening ??= this.open().catch((error: unknown) => {
      this.opening = undefined;
      throw error;
    });
    return await orAborted(this.opening, signal);
  }

  private endedError(): Error {
    return errors.connection_lost.error({ server: this.at.server, reason: 'ECLOSED' });
  }

  private async open(): Promise<sql.ConnectionPool> {
    const numbers: number[] = [];
    const config = driverConfig(this.settings, this.folder);
    let plain = false;
    const pool = new sql.ConnectionPool({
      ...config,
      beforeConnect: (connection) => {
        watchParser(connection);
        if (config.options?.encrypt === true) refusePlainLogin(connection, () => (plain = true));
        this.connecting.add(connection);
        connection.on('errorMessage', ({ number }) => numbers.push(number));
        connection.on('connect', () => this.connecting.delete(connection));
        connection.on('end', () => this.connecting.delete(connection));
      },
    });
    // Emitted for idle connections too, when nobody awaits anything: an 'error' nobody hears ends the process.
    pool.on('error', () => {});
    this.endUnused = keepFirstConnection(pool);
    try {
      return await pool.connect();
    } catch (thrown) {
      if (plain) throw errors.not_encrypted.error({ server: this.at.server });
      throw connectError(thrown, this.at, numbers);
    }
  }
}

async function orAborted<Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function rowReader(columns: readonly Column[], converters: Readonly<Record<string, Converter>>): RowReader {
  const names = new Set<string>();
  const readers = columns.map((column, index) => {
    if (column.name === '' || names.has(column.name)) throw errors.column_name.error({ position: index + 1 });
    names.add(column.name);
    return [column.name, converters[column.name] ?? converterOf(column)] as const;
  });
  return (raw) => {
    const row: Record<string, Value> = {};
    readers.forEach(([name, convert], index) => {
      const value = convert(raw[index]);
      if (value !== undefined) row[name] = value;
    });
    return row;
  };
}
