import { PipeError, type Host } from '../../engine/index.ts';
import { openTransport, type Exchange, type Transport } from '../_http/transport.ts';
import { parsedAnswer } from './answer.ts';
import type { Account } from './config.ts';
import { errors } from './errors.ts';
import { createLogin } from './oauth/login.ts';
import { refusedRequest, withoutExchange, type Concern, type Refusal } from './reactions.ts';

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
  /** Once begun it runs to its end whatever the signal says (DL-11). */
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
  const transport = openTransport(account);
  const login = createLogin(account, transport, host);
  const send = createSender(account, transport, host);
  // Whoever goes on after a block makes it worse (reference 2): nothing more is sent by this connection.
  let blocked: PipeError | undefined;

  async function exchange(request: Request, options: WriteOptions): Promise<Reply> {
    if (blocked) return notSent(blocked);
    const reply = await exchangeLoggedIn(request, options);
    if (!reply.ok && reply.error.code === errors.blocked.code) blocked = reply.error;
    return reply;
  }

  async function exchangeLoggedIn(request: Request, options: WriteOptions): Promise<Reply> {
    const token = await tokenOr(login.token(options.signal));
    if (typeof token !== 'string') return token;
    // While new tokens were fetched the plan may have become too old (DL-4).
    if (options.until !== undefined && host.now() > options.until)
      return notSent(errors.not_sent.error({ host: account.host }, { retry: true }));
    const reply = await send(token, request, options);
    if (reply.ok || reply.status !== 401) return reply;
    const another = await tokenOr(login.instead(token, options.signal));
    if (another === undefined) return reply;
    return typeof another === 'string' ? send(another, request, options) : another;
  }

  return {
    host: account.host,
    get: (path, query, signal) => exchange({ method: 'GET', path, search: searchOf(query) }, { signal }),
    send: (method, path, body, options) => exchange({ method, path, search: '', body: JSON.stringify(body) }, options),
    close: () => transport.close(),
  };
}

type Send = (token: string, request: Request, options: WriteOptions) => Promise<Reply>;

/** One request under one token, through the limiter. */
function createSender(account: Account, transport: Transport, host: Host): Send {
  const { limits, timeoutMs: lastsMs } = account;
  let worked = false;
  return async (token, { method, path, search, body }, { signal, until }) => {
    const concern: Concern = { host: account.host, method: `${method} ${path.replace(/\/\d+/, '')}`, worked };
    const admission = await host.admit({ ...limits, lastsMs, ...(until !== undefined && { until }) }, signal);
    let refused = false;
    try {
      signal.throwIfAborted();
      const exchanged = await transport.send({
        method,
        path: `/api/v4${path}${search}`,
        headers: headersOf(token, body !== undefined),
        ...(body !== undefined && { body }),
        ...(method === 'GET' && { signal }),
      });
      refused = exchanged.ok && exchanged.status === 429;
      const reply = readReply(exchanged, account, concern);
      if (reply.ok) worked = true;
      return reply;
    } finally {
      admission.ended(refused ? { refused: true } : {});
    }
  };
}

/** Without one the request was not sent, or was refused. */
async function tokenOr<Token>(asked: Promise<Token>): Promise<Token | Refusal> {
  try {
    return await asked;
  } catch (thrown) {
    if (thrown instanceof PipeError) return notSent(thrown);
    throw thrown;
  }
}

function notSent(error: PipeError): Refusal {
  return { ok: false, applied: 'no', rejected: [], error };
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
  if (!exchanged.ok) return withoutExchange(exchanged, timeoutMs, concern);
  const { status, text, date = '' } = exchanged;
  const atMs = Date.parse(date);
  const clock = Number.isNaN(atMs) ? {} : { atMs };
  if (status === 204) return { ok: true, value: undefined, ...clock };
  const answer = parsedAnswer(text);
  const isResult = status >= 200 && status < 300 && typeof answer === 'object' && answer !== null;
  return isResult ? { ok: true, value: answer, ...clock } : refusedRequest(status, answer, concern);
}

function searchOf(query: Query): string {
  if (query.length === 0) return '';
  return `?${query.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')}`;
}
