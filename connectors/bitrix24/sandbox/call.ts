import { ApiError, unknown } from './errors.ts';
import { Interruption, type Fault, type Faults } from './faults.ts';
import type { JournalWriter } from './journal.ts';
import type { Answer, Method } from './method.ts';
import { applicationOnly, findMethod, mayCall } from './methods/index.ts';
import type { PhpMap } from './php.ts';
import type { Store } from './store.ts';
import type { Time, Timing } from './timing.ts';

/** What a command runs in. */
export interface Context {
  readonly store: Store;
  readonly journal: JournalWriter;
  readonly faults: Faults;
  readonly timing: Timing;
  now(): number;
}

/** One HTTP request on its way: what it has to say of itself when it ends. */
export interface Passage {
  commands: number;
  /** What its commands cost. */
  seconds: number;
  truncateTo?: number;
}

export type Outcome = { readonly time: Time } & ({ readonly answer: Answer } | { readonly error: ApiError });

/** Carries out one command; throws only an Interruption. */
export function runCommand(
  context: Context,
  passage: Passage,
  name: string,
  rawParams: PhpMap,
  batched: boolean,
): Outcome {
  const method = name.toLowerCase();
  const { timing } = context;
  const startedAt = context.now() + passage.seconds * 1000;
  const params = foldNames(rawParams);
  const blocked = timing.isBlocked(method, batched);
  const seconds = blocked ? 0 : timing.costOf(method);
  if (passage.seconds + seconds > timing.wallSeconds) endAtTheWall(passage, timing.wallSeconds);
  const nth = context.faults.begin(method);
  passage.commands += 1;
  let answer: Answer | undefined;
  let error: ApiError | undefined;
  try {
    if (blocked) throw methodBlocked();
    strike(passage, context.faults.check({ method, params, nth, when: 'before', batched }));
    answer = runMethod(context, name, params);
    strike(passage, context.faults.check({ method, params, nth, when: 'after', batched }));
  } catch (thrown) {
    if (!(thrown instanceof ApiError)) throw thrown;
    error = thrown;
  }
  record(context, name, params, batched, error);
  passage.seconds += seconds;
  const time = timing.timeOf(method, startedAt, seconds, batched);
  if (error !== undefined) return { time, error };
  return { time, answer: answer ?? { result: null } };
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

function record(context: Context, method: string, params: PhpMap, batched: boolean, error: ApiError | undefined): void {
  context.journal.command({ method, params, batched, ...(error === undefined ? {} : { error: error.code }) });
  if (error?.refused !== undefined) context.journal.refusal({ method, what: error.refused, answered: 'error' });
}

/** Lets a fault strike: an error becomes the command's, anything else ends the HTTP request. */
export function strike(passage: Passage, fault: Fault | undefined): void {
  if (fault === undefined) return;
  if (typeof fault === 'string' || 'body' in fault) throw new Interruption(fault);
  if ('error' in fault) throw new ApiError(fault.status ?? 400, fault.error, fault.description);
  passage.truncateTo = fault.truncateTo;
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
  return method.run(store, params);
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
