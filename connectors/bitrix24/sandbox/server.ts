import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { runBatch } from './batch.ts';
import type { Bucket } from './bucket.ts';
import { foldNames, runCommand, type Context, type Passage } from './call.ts';
import { ApiError } from './errors.ts';
import { Interruption, type Fault } from './faults.ts';
import type { Answer } from './method.ts';
import type { PhpMap } from './php.ts';
import { readParams, routeOf, type Route } from './request.ts';
import type { Time } from './timing.ts';

export interface ServerOptions {
  readonly context: Context;
  readonly bucket: Bucket;
  readonly userId: number;
  readonly secret: string;
  /** Answers paths outside /rest; undefined when there is nothing there. */
  observe(method: string, pathname: string): unknown;
  /** Lets the time go by that a request took; by itself the portal answers at once. */
  readonly pass?: ((seconds: number) => Promise<void>) | undefined;
}

interface Reply {
  readonly status: number;
  readonly body: string;
  readonly contentType: string;
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
    const seen = options.observe(request.method ?? 'GET', pathname);
    send(response, { status: seen === undefined ? 404 : 200, body: JSON.stringify(seen ?? null), contentType: json });
    return;
  }
  await answerRest(options, request, response, pathname, query);
}

async function answerRest(
  options: ServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  pathname: string,
  query: string,
): Promise<void> {
  const { context } = options;
  const at = context.now();
  const passage: Passage = { commands: 0, seconds: 0 };
  const route = routeOf(pathname);
  const method = route?.method ?? pathname;
  try {
    const params = await readParams(request, query);
    admit(options, route, request.socket.remoteAddress ?? '');
    const reply = carryOut(context, passage, method, params);
    context.journal.request({ method, commands: passage.commands, status: reply.status, at });
    await options.pass?.(passage.seconds);
    send(response, reply);
  } catch (thrown) {
    if (thrown instanceof Interruption) {
      const status = typeof thrown.fault === 'object' && 'status' in thrown.fault ? thrown.fault.status : 0;
      context.journal.request({ method, commands: passage.commands, status, at });
      await options.pass?.(passage.seconds);
      interrupt(response, thrown.fault);
      return;
    }
    if (!(thrown instanceof ApiError)) throw thrown;
    if (thrown.refused !== undefined) context.journal.refusal({ method, what: thrown.refused, answered: 'error' });
    context.journal.request({ method, commands: passage.commands, status: thrown.status, at });
    await options.pass?.(passage.seconds);
    send(response, errorReply(thrown));
  }
}

/** Refuses by rate first, then by who is calling (reference §2.1, §1.5). */
function admit({ bucket, userId, secret }: ServerOptions, route: Route | undefined, address: string): void {
  if (!bucket.take(address)) throw new ApiError(503, 'QUERY_LIMIT_EXCEEDED', 'Too many requests');
  if (route === undefined) throw new ApiError(401, 'NO_AUTH_FOUND', 'Wrong authorization data');
  if (route.userId !== String(userId) || route.secret !== secret)
    throw new ApiError(401, 'INVALID_CREDENTIALS', 'Invalid request credentials');
}

function carryOut(context: Context, passage: Passage, method: string, params: PhpMap): Reply {
  if (method.toLowerCase() === 'batch') {
    const { answer, time } = runBatch(context, passage, foldNames(params));
    return answerReply(passage, answer, time);
  }
  const outcome = runCommand(context, passage, method, params, false);
  return 'error' in outcome ? errorReply(outcome.error) : answerReply(passage, outcome.answer, outcome.time);
}

/** `{result, total?, next?, time}` (reference §1.3). */
function answerReply({ truncateTo }: Passage, { result, total, next }: Answer, time: Time): Reply {
  const body = JSON.stringify({ result, next, total, time });
  return { status: 200, body: truncateTo === undefined ? body : body.slice(0, truncateTo), contentType: json };
}

function errorReply({ status, code, message }: ApiError): Reply {
  return { status, body: errorBody(code, message), contentType: json };
}

/** No `time` in it (reference §1.4). */
function errorBody(error: string | number, description: string): string {
  return JSON.stringify({ error, error_description: description });
}

function interrupt(response: ServerResponse, fault: Exclude<Fault, { readonly error: unknown }>): void {
  if (fault === 'reset') response.socket?.resetAndDestroy();
  else if (fault !== 'hang' && 'body' in fault)
    send(response, { status: fault.status, body: fault.body, contentType: fault.contentType ?? 'text/html' });
}

function send(response: ServerResponse, { status, body, contentType }: Reply): void {
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
