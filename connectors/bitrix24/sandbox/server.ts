import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { TLSSocket } from 'node:tls';
import { runBatch } from './batch.ts';
import type { Bucket } from './bucket.ts';
import { foldNames, runCommand, strike, type Context, type Passage } from './call.ts';
import { ApiError } from './errors.ts';
import { Interruption, Omission, type EndingFault, type Fate, type RequestMoment } from './faults.ts';
import type { Line } from '../../_sandbox/holds.ts';
import type { Answer } from './method.ts';
import type { PhpMap } from './php.ts';
import { readParams, routeOf, type Route } from './request.ts';
import type { Time } from './timing.ts';

export interface ServerOptions {
  readonly context: Context;
  readonly bucket: Bucket;
  readonly userId: number;
  readonly secret: string;
  /** Answers paths outside /rest; undefined when there is nothing there. Throws an ApiError at what it does not know. */
  observe(method: string, pathname: string, body: string): unknown;
  /** Lets the time go by that a request took; by itself the portal answers at once. */
  readonly pass?: ((seconds: number) => Promise<void>) | undefined;
}

interface Reply {
  readonly status: number;
  readonly body: string;
  readonly contentType: string;
  readonly location?: string;
}

const json = 'application/json; charset=utf-8';

export function createPortalServer(options: ServerOptions): Server {
  return createServer((request, response) => {
    handle(options, request, response).catch((error: unknown) => {
      // A defect of the sandbox itself: said aloud, so that the test shows it.
      send(response, { status: 500, body: errorBody('SANDBOX_BROKEN', String(error)), contentType: json });
    });
  });
}

async function handle(options: ServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  const pathname = (mark < 0 ? url : url.slice(0, mark)).replace(/\/{2,}/g, '/');
  const query = mark < 0 ? '' : url.slice(mark + 1);
  if (!pathname.startsWith('/rest')) {
    send(response, await observed(options, request, pathname));
    return;
  }
  await answerRest(options, request, response, pathname, query);
}

async function observed({ observe }: ServerOptions, request: IncomingMessage, pathname: string): Promise<Reply> {
  try {
    const seen = observe(request.method ?? 'GET', pathname, await text(request));
    return { status: seen === undefined ? 404 : 200, body: JSON.stringify(seen ?? null), contentType: json };
  } catch (thrown) {
    if (thrown instanceof ApiError) return errorReply(thrown);
    throw thrown;
  }
}

async function answerRest(
  options: ServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  pathname: string,
  query: string,
): Promise<void> {
  const { context } = options;
  const { store } = context;
  if (stale.has(request.socket)) {
    drop(request.socket);
    return;
  }
  const route = routeOf(pathname);
  const asked: Asked = { route, method: route?.method ?? pathname, query };
  const passage: Passage = { span: store.history.openRequest(), line: lineOf(response), commands: 0, seconds: 0 };
  context.flights.begin();
  const at = context.now();
  const reply = await answerOf(options, request, passage, asked);
  await options.pass?.(passage.seconds);
  close(context, passage, { method: asked.method, status: typeof reply === 'string' ? 0 : reply.status, at });
  if (passage.goesStale) stale.add(request.socket);
  if (reply === 'reset') drop(response.socket);
  else if (reply !== 'hang') send(response, cutShort(reply, passage));
}

function close(
  { store, journal, holds, flights }: Context,
  { span, commands }: Passage,
  { method, status, at }: { readonly method: string; readonly status: number; readonly at: number },
): void {
  const { number, from } = span;
  const to = store.history.closeRequest(span);
  journal.request({ method, commands, status, at, number, from, to });
  holds.ended(number);
  flights.end();
}

function cutShort(reply: Reply, { truncateTo }: Passage): Reply {
  return truncateTo === undefined ? reply : { ...reply, body: reply.body.slice(0, truncateTo) };
}

interface Asked {
  readonly route: Route | undefined;
  readonly method: string;
  readonly query: string;
}

/** Connections the portal has given up while their client still keeps them. */
const stale = new WeakSet<Socket>();

async function answerOf(
  options: ServerOptions,
  request: IncomingMessage,
  passage: Passage,
  { route, method, query }: Asked,
): Promise<Reply | 'reset' | 'hang'> {
  const { context } = options;
  const fate = context.faults.request(method.toLowerCase());
  const moment = (when: RequestMoment): Promise<void> => passRequest(context, passage, method, fate, when);
  try {
    await moment('half');
    const params = await readParams(request, query);
    admit(options, route, request.socket.remoteAddress ?? '');
    await moment('received');
    const reply = await carryOut(context, passage, method, params);
    await moment('answering');
    return reply;
  } catch (thrown) {
    if (thrown instanceof Interruption) return endOf(thrown.fault);
    // Left out of an answer that has nothing else in it.
    if (thrown instanceof Omission) return { status: 200, body: '{}', contentType: json };
    // The client has gone before it had said all: nobody can carry out half a request.
    if (!request.complete) return 'reset';
    if (!(thrown instanceof ApiError)) throw thrown;
    if (thrown.refused !== undefined) context.journal.refusal({ method, what: thrown.refused, answered: 'error' });
    return errorReply(thrown);
  }
}

async function passRequest(
  context: Context,
  passage: Passage,
  method: string,
  fate: Fate,
  when: RequestMoment,
): Promise<void> {
  for (const fault of fate.at(when)) await strike(context, passage, fault);
  if (context.onRequest === undefined) return;
  const call = { method: method.toLowerCase(), nth: fate.nth, when, request: passage.span.number };
  await strike(context, passage, await context.onRequest(call));
}

function endOf(fault: EndingFault): Reply | 'reset' | 'hang' {
  return typeof fault === 'string' ? fault : { contentType: 'text/html', ...fault };
}

function lineOf(response: ServerResponse): Line {
  const { socket } = response;
  return {
    get gone() {
      const { promise, resolve } = Promise.withResolvers<void>();
      if (response.closed) resolve();
      else response.once('close', resolve);
      return promise;
    },
    cut: () => drop(socket),
  };
}

/** Refuses by rate first, then by who is calling (reference §2.1, §1.5). */
function admit({ bucket, userId, secret }: ServerOptions, route: Route | undefined, address: string): void {
  if (!bucket.take(address)) throw new ApiError(503, 'QUERY_LIMIT_EXCEEDED', 'Too many requests');
  if (route === undefined) throw new ApiError(401, 'NO_AUTH_FOUND', 'Wrong authorization data');
  if (route.userId !== String(userId) || route.secret !== secret)
    throw new ApiError(401, 'INVALID_CREDENTIALS', 'Invalid request credentials');
}

async function carryOut(context: Context, passage: Passage, method: string, params: PhpMap): Promise<Reply> {
  if (method.toLowerCase() === 'batch') {
    const { answer, time } = await runBatch(context, passage, foldNames(params));
    return answerReply(answer, time);
  }
  const outcome = await runCommand(context, passage, method, params);
  if ('omitted' in outcome) return answerReply({ result: undefined }, outcome.time);
  return 'error' in outcome ? errorReply(outcome.error) : answerReply(outcome.answer, outcome.time);
}

/** `{result, total?, next?, time}` (reference §1.3). */
function answerReply({ result, total, next }: Answer, time: Time): Reply {
  return { status: 200, body: JSON.stringify({ result, next, total, time }), contentType: json };
}

function errorReply({ status, code, message }: ApiError): Reply {
  return { status, body: errorBody(code, message), contentType: json };
}

/** No `time` in it (reference §1.4). */
function errorBody(error: string | number, description: string): string {
  return JSON.stringify({ error, error_description: description });
}

/** Only a bare TCP socket can be reset; one under TLS ends without a word, which a client takes for the same. */
function drop(socket: Socket | null): void {
  if (socket instanceof TLSSocket) socket.destroy();
  else socket?.resetAndDestroy();
}

function send(response: ServerResponse, { status, body, contentType, location }: Reply): void {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    ...(location !== undefined && { location }),
  });
  response.end(body);
}
