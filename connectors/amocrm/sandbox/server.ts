import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { serve, type Context, type Passage, type Visit } from './passage.ts';
import { Problem, problemBody } from './problems.ts';
import { drop, problemReply, replyOf, send, type Reply } from './reply.ts';
import type { Line } from '../../_sandbox/holds.ts';
import { findRoute } from './routes/index.ts';

/** Answers paths under /sandbox; undefined when there is nothing there. Throws a Problem at what it does not know. */
export type Observe = (method: string, pathname: string, body: string) => unknown;

export function createAccountServer(context: Context, observe: Observe): Server {
  return createServer((request, response) => {
    handle(context, observe, request, response).catch((error: unknown) => {
      // A defect of the sandbox itself: said aloud, so that the test shows it.
      const body = { ...problemBody(500, String(error)), title: 'SANDBOX_BROKEN' };
      send(response, replyOf(500, body), { requestId: '0', now: context.now() });
    });
  });
}

async function handle(
  context: Context,
  observe: Observe,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  if (path.startsWith('/sandbox/')) {
    send(response, await observed(observe, request, path), { requestId: '0', now: context.now() });
    return;
  }
  await answer(context, request, response, visitOf(request, path, mark < 0 ? '' : url.slice(mark + 1)));
}

async function observed(observe: Observe, request: IncomingMessage, path: string): Promise<Reply> {
  const contentType = 'application/json; charset=utf-8';
  try {
    const seen = observe(request.method ?? 'GET', path, await text(request));
    return { status: seen === undefined ? 404 : 200, body: JSON.stringify(seen ?? null), contentType };
  } catch (thrown) {
    if (thrown instanceof Problem) return problemReply(thrown);
    throw thrown;
  }
}

const api = '/api/v4';

function visitOf(request: IncomingMessage, path: string, search: string): Visit {
  const verb = request.method ?? 'GET';
  const scheme = 'encrypted' in request.socket ? 'https' : 'http';
  const host = request.headers.host ?? '127.0.0.1';
  const inApi = path.startsWith(`${api}/`) ? path.slice(api.length) : undefined;
  const found = inApi === undefined ? undefined : findRoute(verb, inApi);
  return {
    verb,
    path: inApi ?? path,
    search,
    host,
    url: `${scheme}://${host}${path}`,
    found,
    base: `${scheme}://${host}${api}`,
    operation: `${verb} ${found?.pattern ?? path}`,
  };
}

/** Connections the account has given up while their client still keeps them. */
const stale = new WeakSet<Socket>();

async function answer(
  context: Context,
  request: IncomingMessage,
  response: ServerResponse,
  visit: Visit,
): Promise<void> {
  if (stale.has(request.socket)) {
    drop(request.socket);
    return;
  }
  const { store, journal, flights, holds } = context;
  const passage: Passage = { span: store.history.openRequest(), line: lineOf(response), twist: {} };
  flights.begin();
  const at = context.now();
  const reply = await serve(context, request, visit, passage);
  const { number, from } = passage.span;
  const to = store.history.closeRequest(passage.span);
  const isDropped = typeof reply === 'string';
  journal.request({
    operation: visit.operation,
    path: visit.path,
    query: passage.query ?? {},
    body: passage.body,
    status: isDropped ? 0 : reply.status,
    answer: isDropped ? '' : told(visit, reply),
    requestId: String(number),
    counters: passage.counters ?? {
      integration: 0,
      account: 0,
    },
    at,
    number,
    from,
    to,
  });
  holds.ended(number);
  flights.end();
  if (passage.goesStale === true) stale.add(request.socket);
  if (reply === 'reset') drop(response.socket);
  else if (reply !== 'hang') send(response, reply, { ...passage, requestId: String(number), now: context.now() });
}

/** Of the token endpoint nothing: its answers are secrets even here. */
function told({ path }: Visit, { body }: Reply): string {
  return path.startsWith('/oauth') ? '' : body.slice(0, 2000);
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
