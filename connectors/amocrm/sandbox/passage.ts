import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { nothing, type Answer, type Call } from './call.ts';
import {
  Interruption,
  type Fate,
  type Fault,
  type Faults,
  type Moment,
  type OnRequest,
  type Twisted,
} from './faults.ts';
import type { Flights } from '../../_sandbox/flights.ts';
import type { Counters, Gate } from './gate.ts';
import type { RequestSpan } from './history.ts';
import type { Holds, Line } from '../../_sandbox/holds.ts';
import type { JournalWriter } from './journal.ts';
import type { Json } from './json.ts';
import { authorize, giveTokens, type Authorization } from './oauth.ts';
import { missing, Problem, problem, unknown } from './problems.ts';
import { parseQuery, type QueryMap } from './query.ts';
import { problemReply, replyOf, wholeReply, type Reply } from './reply.ts';
import type { Found } from './routes/index.ts';
import type { Store } from './store.ts';
import { vendorFaults, wrongLogin } from './vendor-faults.ts';

/** What requests are served in. */
export interface Context {
  readonly store: Store;
  readonly journal: JournalWriter;
  readonly faults: Faults;
  readonly holds: Holds;
  readonly flights: Flights;
  readonly gate: Gate;
  readonly authorization: Authorization;
  readonly onRequest: OnRequest | undefined;
  /** Hosts of this account: any port, and loopback (reference §11.1). */
  isOurs(host: string): boolean;
  /** Milliseconds since 1970. */
  now(): number;
}

/** What a request asks for, told by its head. */
export interface Visit {
  readonly verb: string;
  /** Below /api/v4 where it is there, else whole. */
  readonly path: string;
  readonly search: string;
  readonly host: string;
  /** Whole, without the query. */
  readonly url: string;
  readonly base: string;
  readonly found: Found | undefined;
  readonly operation: string;
}

/** One HTTP request on its way: what it has to say of itself when it ends. */
export interface Passage {
  readonly span: RequestSpan;
  readonly line: Line;
  readonly twist: Twisted;
  query?: QueryMap;
  body?: Json;
  counters?: Counters;
  truncateTo?: number;
  split?: boolean;
  /** The connection is reset when it is used again. */
  goesStale?: boolean;
}

/** Serves one request up to its reply; throws only where the sandbox itself is broken. */
export async function serve(
  context: Context,
  request: IncomingMessage,
  visit: Visit,
  passage: Passage,
): Promise<Reply | 'reset' | 'hang'> {
  const fate = context.faults.request(visit.operation);
  const moment = (when: Moment): Promise<void> => passMoment(context, visit, passage, fate, when);
  try {
    await moment('half');
    passage.query = parseQuery(visit.search);
    const body = await readBody(context, request);
    if (!visit.path.startsWith('/oauth') && body !== undefined) passage.body = body;
    const limited = admit(context, request, visit, body, passage);
    if (limited) return limited;
    await moment('received');
    await moment('before');
    const reply = carryOut(context, request, visit, body, passage);
    await moment('after');
    return reply;
  } catch (thrown) {
    if (thrown instanceof Interruption)
      return typeof thrown.fault === 'string' ? thrown.fault : wholeReply(thrown.fault);
    // The client has gone before it had said all: nobody can carry out half a request.
    if (!request.complete) return 'reset';
    if (!(thrown instanceof Problem)) throw thrown;
    if (thrown.refused !== undefined)
      context.journal.refusal({ operation: visit.operation, what: thrown.refused, answered: 'error' });
    return problemReply(thrown);
  }
}

async function passMoment(context: Context, visit: Visit, passage: Passage, fate: Fate, when: Moment): Promise<void> {
  for (const fault of fate.at(when)) await strike(context, passage, fault);
  if (context.onRequest === undefined) return;
  const call = { operation: visit.operation, nth: fate.nth, when, request: passage.span.number };
  const fault = await context.onRequest(call);
  if (fault !== undefined) await strike(context, passage, fault);
}

async function strike(context: Context, passage: Passage, fault: Fault): Promise<void> {
  if (fault === 'cut') passage.line.cut();
  else if (fault === 'stale') passage.goesStale = true;
  else if (fault === 'split') passage.split = true;
  else if (fault === 'repeatPage') passage.twist.repeatPage = true;
  else if (typeof fault === 'string' || 'body' in fault) throw new Interruption(fault);
  else if ('partial' in fault) passage.twist.partial = fault.partial;
  else if ('truncateTo' in fault) passage.truncateTo = fault.truncateTo;
  else await context.holds.hold(fault.hold, passage.span.number, passage.line);
}

/** JSON, in chunks or whole (reference §11.2); a form only where tokens are asked for. */
async function readBody({ store }: Context, request: IncomingMessage): Promise<Json | undefined> {
  const body = await text(request);
  if (body === '') return undefined;
  const [type = ''] = (request.headers['content-type'] ?? '').split(';');
  if (type.trim() === 'application/x-www-form-urlencoded' && (request.url ?? '').startsWith('/oauth2/')) {
    // Said to be answered like a wrong login (reference §1).
    if (!store.habits.formTokens) throw problem(401, wrongLogin);
    return Object.fromEntries(new URLSearchParams(body));
  }
  try {
    return JSON.parse(body) as Json;
  } catch {
    throw unknown('a body that is not JSON');
  }
}

/** Blocked and limited before anything else, the token endpoint too (reference §1, §2). */
function admit(
  context: Context,
  request: IncomingMessage,
  visit: Visit,
  body: Json | undefined,
  passage: Passage,
): Reply | undefined {
  const { gate, authorization, store } = context;
  const asked = typeof body === 'object' && body !== null && 'client_id' in body ? String(body.client_id) : '';
  const clientId = authorization.tokens.bearerOf(tokenOf(request))?.clientId ?? asked;
  const admission = visit.path === '/oauth' ? gate.look() : gate.admit(clientId);
  passage.counters = gate.counters(clientId);
  if (admission === 'admitted') return undefined;
  if (admission === 'blocked') return wholeReply(vendorFaults.blockedPage);
  const answers = { html: vendorFaults.limitedPage, json: vendorFaults.limitedJson, empty: vendorFaults.limitedEmpty };
  return wholeReply(answers[store.habits.limitAnswer]);
}

function tokenOf(request: IncomingMessage): string {
  return /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
}

function carryOut(
  context: Context,
  request: IncomingMessage,
  visit: Visit,
  body: Json | undefined,
  passage: Passage,
): Reply {
  const { authorization, store } = context;
  if (visit.operation === 'GET /oauth') {
    const location = authorize(authorization, visit.search, store.habits.consent === 'grant');
    return { status: 302, body: '', contentType: 'text/html', headers: { location } };
  }
  if (visit.operation === 'POST /oauth2/access_token')
    return replyOf(200, giveTokens(authorization, body, context.isOurs(visit.host)), 'application/json');
  if (visit.path.startsWith('/oauth')) throw missing(visit.url, visit.verb);
  const userId = userOf(context, request, visit);
  const answer = work(context, visit, body, passage, userId);
  return replyOf(answer.status, answer.body);
}

/** A wrong host and a wrong token are the same to a client: it is not logged in there. */
function userOf({ authorization, store, isOurs }: Context, request: IncomingMessage, { host }: Visit): number {
  const bearer = isOurs(host) ? authorization.tokens.bearerOf(tokenOf(request)) : undefined;
  if (bearer === undefined) throw problem(401, wrongLogin);
  const acting = request.headers['x-context-user-id'];
  if (acting === undefined) return bearer.userId;
  if (store.users.get(Number(acting))?.isDeleted !== false) throw unknown(`the user ${String(acting)} to act as`);
  return Number(acting);
}

function work(context: Context, visit: Visit, body: Json | undefined, passage: Passage, userId: number): Answer {
  const { found, verb, url } = visit;
  if (found === undefined) throw missing(url, verb);
  if (found.route === undefined) throw problem(405, 'Method Not Allowed');
  const { route, ids } = found;
  const { store, journal } = context;
  const { search, base, path, operation } = visit;
  const call: Call = {
    store,
    ids,
    body,
    search,
    base,
    path,
    userId,
    query: passage.query ?? {},
    twist: passage.twist,
    passOver: (what) =>
      journal.refusal({
        operation,
        what,
        answered: 'passed over',
      }),
  };
  return store.history.as({ by: 'api', request: passage.span }, () => route.work(call)) ?? nothing;
}
