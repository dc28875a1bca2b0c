import { EventEmitter } from 'node:events';
import type { Readable } from 'node:stream';
import type { FieldPacket, PoolConnection, QueryOptions } from 'mysql2';
import type { Result, Session, Statement } from '../_sql/dialect.ts';
import type { Column } from '../_sql/table.ts';
import type { Endpoint } from './config.ts';
import { columnsOf, decoderOf } from './decode.ts';
import type { RawRow } from './decode.ts';
import { statementError, statementTimeout } from './driver-errors.ts';

/** What the server said of a statement without rows. */
export interface Said {
  readonly affected: number;
  /** `Records: 3  Duplicates: 1  Warnings: 0` */
  readonly info: string;
  readonly warnings: number;
}

export interface MysqlResult extends Result {
  readonly columns: readonly Column[];
  readonly said: Said;
}

/** A session that also loads: `file` is what the server gets for the one LOCAL INFILE of the statement. */
export interface MysqlSession extends Session {
  run(statement: Statement): Promise<MysqlResult>;
  send(sql: string, file?: () => Readable): Promise<MysqlResult>;
  /** Bytes a statement may have. */
  readonly packetBytes: number;
}

/** Text as it is, whatever the server's defaults: strict, in UTC, without a word of warning for what loses nothing. */
const sqlModes = [
  'STRICT_ALL_TABLES',
  'NO_ZERO_IN_DATE',
  'NO_ZERO_DATE',
  'ERROR_FOR_DIVISION_BY_ZERO',
  'NO_ENGINE_SUBSTITUTION',
  // 0 in a numbered column is 0, and not the next number.
  'NO_AUTO_VALUE_ON_ZERO',
];

/**
 * Connections in a transaction whose client is gone without a word let go of their locks after `wait_timeout`; a read
 * the target is too slow for may last.
 */
const settings = [
  `sql_mode = '${sqlModes.join(',')}'`,
  `time_zone = '+00:00'`,
  'sql_notes = 0',
  'wait_timeout = 60',
  'net_write_timeout = 600',
];

/** Readies a new connection; answers how many bytes a statement may have. */
export async function begin(connection: PoolConnection, at: Endpoint): Promise<number> {
  await query(connection, { sql: `SET SESSION ${settings.join(', ')}` }, at);
  await query(connection, { sql: 'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED' }, at);
  const { rows } = await query(connection, { sql: 'SELECT @@max_allowed_packet AS bytes' }, at);
  return Number(rows[0]?.['bytes']);
}

export async function query(
  connection: PoolConnection,
  { sql, file, parameters = [] }: { sql: string; file?: () => Readable; parameters?: readonly unknown[] },
  at: Endpoint,
): Promise<MysqlResult> {
  const options: QueryOptions = {
    sql,
    rowsAsArray: true,
    typeCast: false,
    // The server may ask for any path: it gets this stream or nothing.
    ...(file && { infileStreamFactory: file }),
    ...(parameters.length > 0 && { values: [...parameters] }),
  };
  const letGo = file ? listeningTo(Reflect.get(connection, 'stream')) : undefined;
  return await new Promise((resolve, reject) => {
    // The driver's own timer goes on after the connection is lost. Whoever lends the connection ends it.
    const timer = setTimeout(() => reject(statementTimeout(at, undefined)), at.statementTimeoutMs);
    connection.query(options, (error: unknown, answer: unknown, fields?: readonly FieldPacket[]) => {
      clearTimeout(timer);
      letGo?.();
      if (error === null || error === undefined) resolve(resultOf(answer, fields));
      else reject(statementError(error, at));
    });
  });
}

/**
 * Lets go of who listens to the socket from now on: the driver leaves those of a LOCAL INFILE there that the server
 * refused, and Node warns of the eleventh (mysql2 3.24 lib/commands/query.js: `done` alone takes them off).
 */
function listeningTo(socket: unknown): () => void {
  if (!(socket instanceof EventEmitter)) return () => undefined;
  const before = fileEvents.map((event) => new Set(socket.listeners(event)));
  return () => {
    for (const [index, event] of fileEvents.entries())
      for (const listener of socket.listeners(event))
        if (before[index]?.has(listener) === false) socket.off(event, listener as () => void);
  };
}

const fileEvents = ['pause', 'drain'] as const;

function resultOf(answer: unknown, fields: readonly FieldPacket[] | undefined): MysqlResult {
  if (Array.isArray(answer) && fields) {
    const decode = decoderOf(fields);
    const rows = (answer as readonly RawRow[]).map(decode);
    const said = { affected: 0, info: '', warnings: 0 };
    return { rows, affected: rows.length, columns: columnsOf(fields), said };
  }
  const { affectedRows, info, warningStatus, insertId } = Object(answer) as Readonly<Record<string, unknown>>;
  const said = { affected: Number(affectedRows ?? 0), info: String(info ?? ''), warnings: Number(warningStatus ?? 0) };
  // `affectedRows` are those that changed: https://dev.mysql.com/doc/c-api/8.0/en/mysql-info.html
  const matched = /^Rows matched: (\d+)/.exec(said.info)?.[1];
  return {
    rows: [],
    affected: matched === undefined ? said.affected : Number(matched),
    columns: [],
    said,
    ...numberGiven(insertId),
  };
}

/** The driver reads the number as signed, and so one of BIGINT UNSIGNED beyond 2^63 as less than nothing. */
function numberGiven(insertId: unknown): { readonly insertedId?: number | string } {
  if ((typeof insertId !== 'number' && typeof insertId !== 'string') || Number(insertId) === 0) return {};
  return { insertedId: Number(insertId) > 0 ? insertId : String(BigInt.asUintN(64, BigInt(insertId))) };
}
