import { ApiError, unknown } from './errors.ts';
import {
  Interruption,
  Omission,
  type CommandMoment,
  type Fate,
  type Fault,
  type Faults,
  type OnCommand,
  type OnRequest,
} from './faults.ts';
import { fieldOfKey } from './filter.ts';
import type { Flights } from '../../_sandbox/flights.ts';
import type { RequestSpan } from './history.ts';
import type { Holds, Line } from '../../_sandbox/holds.ts';
import type { JournalWriter } from './journal.ts';
import type { Answer, Method } from './method.ts';
import { applicationOnly, findMethod, mayCall } from './methods/index.ts';
import { entriesOf, type PhpMap } from './php.ts';
import type { Store } from './store.ts';
import type { Time, Timing } from './timing.ts';

/** What a command runs in. */
export interface Context {
  readonly store: Store;
  readonly journal: JournalWriter;
  readonly faults: Faults;
  readonly holds: Holds;
  readonly flights: Flights;
  readonly timing: Timing;
  readonly onCommand: OnCommand | undefined;
  readonly onRequest: OnRequest | undefined;
  now(): number;
}

/** One HTTP request on its way: what it has to say of itself when it ends. */
export interface Passage {
  readonly span: RequestSpan;
  readonly line: Line;
  /** Commands begun. */
  commands: number;
  /** What its commands cost. */
  seconds: number;
  truncateTo?: number;
  /** The connection is reset when it is used again. */
  goesStale?: boolean;
}

/** `omitted`: the answer does not mention it, whatever became of it. */
export type Outcome = { readonly time: Time } & (
  | { readonly answer: Answer }
  | { readonly error: ApiError }
  | { readonly omitted: true }
);

/** A command on its way: which it is, and what is in store for it. */
export interface Course {
  readonly method: string;
  readonly params: PhpMap;
  readonly batched: boolean;
  readonly place: number;
  readonly fate: Fate;
}

/** Carries out one command, in a batch the one at this place, from 1; throws only an Interruption. */
export async function runCommand(
  context: Context,
  passage: Passage,
  name: string,
  rawParams: PhpMap,
  placeInBatch?: number,
): Promise<Outcome> {
  const method = name.toLowerCase();
  const { timing } = context;
  const startedAt = context.now() + passage.seconds * 1000;
  const batched = placeInBatch !== undefined;
  const isBlocked = timing.isBlocked(method, batched);
  const seconds = isBlocked ? 0 : timing.costOf(method);
  if (passage.seconds + seconds > timing.wallSeconds) endAtTheWall(passage, timing.wallSeconds);
  const from = context.journal.tick();
  passage.commands += 1;
  const params = foldNames(rawParams);
  const place = placeInBatch ?? 1;
  const course: Course = { method, params, batched, place, fate: context.faults.command(method, place) };
  const progress = isBlocked ? { error: methodBlocked() } : await carryOut(context, passage, course, name);
  record(context, passage, { name, params, batched, place, from }, progress.error);
  if (progress.ended !== undefined) throw progress.ended;
  passage.seconds += seconds;
  const time = timing.timeOf(method, startedAt, seconds, batched);
  if (progress.omitted) return { time, omitted: true };
  if (progress.error !== undefined) return { time, error: progress.error };
  return { time, answer: progress.answer ?? { result: null } };
}

/** 429 for a call of its own, an error among the others of a batch (reference §2.2). */
export function methodBlocked(): ApiError {
  return new ApiError(429, 'OPERATION_TIME_LIMIT', 'Method is blocked due to operation time limit.');
}

/** The command that would cross it does not come to its end; what ran before stays (reference §1.6, §11.5.4). */
function endAtTheWall(passage: Passage, wallSeconds: number): never {
  passage.seconds = wallSeconds;
  throw new Interruption({ status: 504, body: '<html><head><title>504 Gateway Time-out</title></head></html>' });
}

interface Progress {
  answer?: Answer;
  error?: ApiError;
  omitted?: boolean;
  ended?: Interruption;
}

/** A fault before the command keeps it from running; one after it takes nothing back. */
async function carryOut(context: Context, passage: Passage, course: Course, name: string): Promise<Progress> {
  const progress: Progress = {};
  try {
    await pass(context, passage, course, 'before');
    context.store.robots.act();
    const author = { by: 'api', request: passage.span, command: course.place } as const;
    progress.answer = context.store.history.as(author, () => runMethod(context, name, course.params));
    await pass(context, passage, course, 'after');
  } catch (thrown) {
    if (thrown instanceof ApiError) progress.error = thrown;
    else if (thrown instanceof Omission) progress.omitted = true;
    else if (thrown instanceof Interruption) progress.ended = thrown;
    else throw thrown;
  }
  return progress;
}

interface Recorded {
  readonly name: string;
  readonly params: PhpMap;
  readonly batched: boolean;
  readonly place: number;
  readonly from: number;
}

function record(
  { journal }: Context,
  { span }: Passage,
  { name: method, params, batched, place, from }: Recorded,
  error: ApiError | undefined,
): void {
  const spent = { request: span.number, place, from, to: journal.tick() };
  journal.command({ method, params, batched, ...(error === undefined ? {} : { error: error.code }), ...spent });
  if (error?.refused !== undefined) journal.refusal({ method, what: error.refused, answered: 'error' });
}

/** Comes to one moment of a command: what the plan has for it strikes, then whoever looks on has a word. */
export async function pass(context: Context, passage: Passage, course: Course, when: CommandMoment): Promise<void> {
  for (const fault of course.fate.at(when)) await strike(context, passage, fault);
  if (context.onCommand === undefined) return;
  const { method, params, batched, place, fate } = course;
  const { number: request } = passage.span;
  await strike(
    context,
    passage,
    await context.onCommand({ method, params, nth: fate.nth, when, batched, request, place }),
  );
}

/** Lets a fault strike: an error becomes the command's, an ending one ends the HTTP request. */
export async function strike(context: Context, passage: Passage, fault: Fault | undefined): Promise<void> {
  if (fault === undefined) return;
  if (fault === 'missing') throw new Omission();
  if (fault === 'cut') passage.line.cut();
  else if (fault === 'stale') passage.goesStale = true;
  else if (typeof fault === 'string' || 'body' in fault) throw new Interruption(fault);
  else if ('error' in fault) throw new ApiError(fault.status ?? 400, fault.error, fault.description);
  else if ('hold' in fault) await context.holds.hold(fault.hold, passage.span.number, passage.line);
  else passage.truncateTo = fault.truncateTo;
}

/** The later of two names that differ in case only wins (reference §1.2). */
export function foldNames(params: PhpMap): PhpMap {
  const folded: PhpMap = {};
  for (const [name, value] of Object.entries(params)) folded[name.toLowerCase()] = value;
  return folded;
}

function runMethod(context: Context, name: string, params: PhpMap): Answer {
  const { store } = context;
  const method = findMethod(name);
  if (method === undefined) throw missing(name);
  if (!mayCall(method, store.scopes))
    throw new ApiError(
      403,
      'insufficient_scope',
      'The request requires higher privileges than provided by the webhook token',
    );
  checkParams(context, name, method, params);
  return method.run(store, heard(store, name.toLowerCase(), params));
}

/** Without the filters the method is deaf to. */
function heard({ failings }: Store, method: string, params: PhpMap): PhpMap {
  const filter = entriesOf(params['filter']);
  if (filter === undefined || !filter.some(([key]) => failings.isDeaf(method, fieldOfKey(key)))) return params;
  const rest = filter.filter(([key]) => !failings.isDeaf(method, fieldOfKey(key)));
  return { ...params, filter: Object.fromEntries(rest) };
}

function missing(name: string): ApiError {
  if (applicationOnly.has(name.toLowerCase()))
    return new ApiError(403, 'WRONG_AUTH_TYPE', 'Current authorization type is denied for this method');
  return new ApiError(404, 'ERROR_METHOD_NOT_FOUND', 'Method not found!', `the method ${name}`);
}

function checkParams(context: Context, name: string, method: Method, params: PhpMap): void {
  for (const key of Object.keys(params)) {
    if (isClientNoise(key) || method.params.some((param) => param.toLowerCase() === key)) continue;
    const what = `the parameter ${key} of ${name}`;
    if (method.passesOverUnknown === undefined) throw unknown(what);
    context.journal.refusal({ method: name, what, answered: 'ignored' });
  }
}

/** What the vendor's and other clients send along with any call, and the portal ignores (reference §1.2). */
function isClientNoise(key: string): boolean {
  return key.startsWith('bx24_') || key === '__order';
}
