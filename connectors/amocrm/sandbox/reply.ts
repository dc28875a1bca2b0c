import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { WholeAnswer } from './faults.ts';
import type { Json } from './json.ts';
import type { Problem } from './problems.ts';

/** What goes out. */
export interface Reply extends WholeAnswer {
  readonly contentType: string;
}

const hal = 'application/hal+json';
const problemJson = 'application/problem+json';

export function replyOf(status: number, body: Json | undefined, contentType = hal): Reply {
  return { status, body: body === undefined ? '' : JSON.stringify(body), contentType };
}

export function problemReply({ status, body }: Problem): Reply {
  return replyOf(status, body, problemJson);
}

export function wholeReply(answer: WholeAnswer): Reply {
  return { contentType: 'text/html', ...answer };
}

export interface Sending {
  readonly requestId: string;
  /** Milliseconds by the account's clock: clients take the time of a token's end from the header (reference §9.2). */
  readonly now: number;
  readonly truncateTo?: number;
  /** Cut within a character: only chunks reach a client one by one for certain. */
  readonly split?: boolean;
}

export function send(response: ServerResponse, reply: Reply, { requestId, now, truncateTo, split }: Sending): void {
  const { status, contentType, headers = {} } = reply;
  const body = Buffer.from(reply.body);
  const isEmpty = body.length === 0;
  response.sendDate = false;
  response.writeHead(status, {
    date: new Date(now).toUTCString(),
    'x-request-id': requestId,
    ...(!isEmpty && { 'content-type': contentType }),
    ...(split !== true && status !== 204 && { 'content-length': Math.min(body.length, truncateTo ?? Infinity) }),
    ...headers,
  });
  const whole = truncateTo === undefined ? body : body.subarray(0, truncateTo);
  const middle = split === true ? insideOfCharacter(whole) : 0;
  if (middle > 0) response.write(whole.subarray(0, middle));
  response.end(whole.subarray(middle));
}

/** The place after the first byte of the first character that has several. */
function insideOfCharacter(bytes: Buffer): number {
  return bytes.findIndex((byte) => byte >= 0xc0) + 1;
}

/** Only a bare TCP socket can be reset; one under TLS ends without a word, which a client takes for the same. */
export function drop(socket: Socket | null): void {
  if (socket instanceof TLSSocket) socket.destroy();
  else socket?.resetAndDestroy();
}
