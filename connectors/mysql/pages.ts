import { Socket } from 'node:net';
import type { FieldPacket, PoolConnection } from 'mysql2';
import type { Row } from '../../engine/index.ts';
import type { Statement } from '../_sql/dialect.ts';
import type { Endpoint } from './config.ts';
import { decoderOf } from './decode.ts';
import type { RawRow } from './decode.ts';
import { statementError, statementTimeout } from './driver-errors.ts';

/** The driver's `destroy` lets what runs come to its end; without a socket it fails at once, and the pool forgets it. */
export function cut(connection: PoolConnection): void {
  const socket: unknown = Reflect.get(connection, 'stream');
  if (socket instanceof Socket) socket.destroy();
  else connection.destroy();
}

/**
 * Rows as they come, at the reader's pace. Leaving the loop, or a server that owes rows and is silent too long, ends the
 * connection: the statement with it.
 */
export async function* pagesOf(
  connection: PoolConnection,
  { sql, parameters }: Statement,
  pageRows: number,
  at: Endpoint,
): AsyncGenerator<readonly Row[], void, void> {
  const values = parameters.length > 0 ? { values: [...parameters] } : {};
  const sent = connection.query({ sql, rowsAsArray: true, typeCast: false, ...values });
  let decode: ((raw: RawRow) => Row) | undefined;
  sent.on('fields', (fields: readonly FieldPacket[]) => (decode = decoderOf(fields)));
  const rows = sent.stream({ highWaterMark: pageRows });
  // The driver tells the connection, not the stream.
  const broken = (error: Error): void => void rows.destroy(error);
  connection.once('error', broken);
  const watch = watchOf(connection, at);
  watch.begin();
  let ended = false;
  try {
    let page: Row[] = [];
    for await (const raw of rows as AsyncIterable<RawRow>) {
      if (decode) page.push(decode(raw));
      if (page.length < pageRows) continue;
      // While the reader is busy the server owes nothing.
      watch.end();
      yield page;
      watch.begin();
      page = [];
    }
    ended = true;
    if (page.length > 0) yield page;
  } catch (thrown) {
    throw watch.isOver() ? statementTimeout(at, thrown) : statementError(thrown, at);
  } finally {
    watch.end();
    connection.removeListener('error', broken);
    if (!ended) cut(connection);
  }
}

function watchOf(connection: PoolConnection, { statementTimeoutMs }: Endpoint) {
  let timer: NodeJS.Timeout | undefined;
  let over = false;
  return {
    begin(): void {
      timer = setTimeout(() => {
        over = true;
        cut(connection);
      }, statementTimeoutMs);
    },
    end: (): void => clearTimeout(timer),
    isOver: (): boolean => over,
  };
}
