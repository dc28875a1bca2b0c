import type { Host, PipeError } from '../../engine/index.ts';
import { openTransport, type Exchange } from '../_http/transport.ts';
import { isUntrusted, otherName } from '../_tls/distrust.ts';
import type { Account } from './config.ts';
import { errors } from './errors.ts';
import { refusedRequest, withoutAnswer, type Concern, type Refusal } from './reactions.ts';

export type Reply = Result | Refusal;

export interface Result {
  readonly ok: true;
  /** Its JSON; undefined: 204, there is nothing. */
  readonly value: unknown;
  /** The account's clock when it answered, in milliseconds and to the second; undefined: it does not tell. */
  readonly atMs?: number;
}

export type Query = readonly (readonly [name: string, value: string])[];

/** `until`, on the host's clock: nothing is sent later (DL-4). */
export interface WriteOptions {
  readonly signal: AbortSignal;
  readonly until?: number;
}

/**
 * Speaks with one account, each request through the limiter. Throws the signal's reason when aborted, and where a limit
 * would hold a request up for too long; whatever else happens is in the answer.
 */
export interface Client {
  readonly host: string;
  get(path: string, query: Query, signal: AbortSignal): Promise<Reply>;
  /** Over a young socket, and once begun it runs to its end whatever the signal says (DL-11). */
  send(method: 'POST' | 'PATCH', path: string, body: unknown, options: WriteOptions): Promise<Reply>;
  close(): Promise<void>;
}

interface Request {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly search: string;
  readonly body?: string;
}

export function createClient(account: Account, host: Host): Client {
  const { limit, timeoutMs: lastsMs, token } = account;
  const transport = openTransport(account);
  let worked = false;
  // Whoever goes on after a block makes it worse (reference 2): nothing more is sent by this connection.
  let blocked: PipeError | undefined;

  async function exchange(request: Request, { signal, until }: WriteOptions): Promise<Reply> {
    const { method, path, search, body } = request;
    const concern: Concern = { host: account.host, method: `${method} ${path.replace(/\/\d+/, '')}`, worked };
    if (blocked) return { ok: false, applied: 'no', rejected: [], error: blocked };
    const admission = await host.admit({ limit, lastsMs, ...(until !== undefined && { until }) }, signal);
    let refused = false;
    try {
      signal.throwIfAborted();
      const exchanged = await transport.send({
        method,
        path: `/api/v4${path}${search}`,
        headers: headersOf(token, body !== undefined),
        ...(body !== undefined && { body }),
        young: method !== 'GET',
        ...(method === 'GET' && { signal }),
      });
      refused = exchanged.ok && exchanged.status === 429;
      const reply = readReply(exchanged, account, concern);
      if (reply.ok) worked = true;
      else if (reply.error.code === errors.blocked.code) blocked = reply.error;
      return reply;
    } finally {
      admission.ended(refused ? { refused: true } : {});
    }
  }

  return {
    host: account.host,
    get: (path, query, signal) => exchange({ method: 'GET', path, search: searchOf(query) }, { signal }),
    send: (method, path, body, options) => exchange({ method, path, search: '', body: JSON.stringify(body) }, options),
    close: () => transport.close(),
  };
}

function headersOf(token: string, hasBody: boolean): Readonly<Record<string, string>> {
  return {
    authorization: `Bearer ${token}`,
    accept: 'application/json',
    'user-agent': 'pipe/0.1',
    ...(hasBody && { 'content-type': 'application/json' }),
  };
}

function readReply(exchanged: Exchange, { timeoutMs }: Account, concern: Concern): Reply {
  if (!exchanged.ok) {
    const { failure, reason, cause } = exchanged;
    const isDistrusted = failure === 'not_connected' && (isUntrusted(reason) || reason === otherName);
    if (isDistrusted) return withoutAnswer('untrusted', concern, reason, cause);
    return withoutAnswer(failure, concern, failure === 'timeout' ? String(timeoutMs / 1000) : reason, cause);
  }
  const { status, text, date = '' } = exchanged;
  const atMs = Date.parse(date);
  const clock = Number.isNaN(atMs) ? {} : { atMs };
  if (status === 204) return { ok: true, value: undefined, ...clock };
  const answer = parsed(text);
  const isResult = status >= 200 && status < 300 && typeof answer === 'object' && answer !== null;
  return isResult ? { ok: true, value: answer, ...clock } : refusedRequest(status, answer, concern);
}

function searchOf(query: Query): string {
  if (query.length === 0) return '';
  return `?${query.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
