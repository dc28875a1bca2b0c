import { randomNumbers } from './invented.ts';
import type { Until } from '../../_sandbox/holds.ts';

/** What goes wrong instead of an answer, or with it (reference §11.5.17). All but hooks can be sent as JSON. */
export type Fault =
  /** The whole HTTP answer is this: a gateway's page, a limit, a redirect. */
  | WholeAnswer
  /** This command fails with this error, in a batch among its `result_error`. */
  | { readonly error: string | number; readonly description: string; readonly status?: number }
  /** This command has a place neither in `result` nor in `result_error`. */
  | 'missing'
  /** The answer is cut to its first bytes, under a matching content-length. */
  | { readonly truncateTo: number }
  /** The portal goes no further until this happens; a client that has gone meanwhile changes nothing. */
  | { readonly hold: Until }
  /** The connection is dropped, and what was not carried out by now never is. */
  | 'reset'
  /** The connection is dropped, and the portal carries on without it. */
  | 'cut'
  /** The answer comes, and the connection is reset when it is used again, before that request is read. */
  | 'stale'
  /** No answer comes until the portal closes, and what was not carried out by now never is. */
  | 'hang';

export interface WholeAnswer {
  readonly status: number;
  readonly body: string;
  /** Default `text/html`. */
  readonly contentType?: string;
  readonly location?: string;
}

/**
 * Of an HTTP request: its head is here and its body is not read yet; it is here whole and admitted; its answer is
 * about to go out. Of a command: it is about to run; it has changed what it changes.
 */
export type RequestMoment = 'half' | 'received' | 'answering';
export type CommandMoment = 'before' | 'after';

/** One moment of one command; `batch` counts as a command of its own. `nth` counts the calls of its method from 1. */
export interface CommandCall {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly nth: number;
  /** Before it ran, or after it has changed what it changes. */
  readonly when: CommandMoment;
  readonly batched: boolean;
  /** The number of its request, counted from 1 over the portal's life. */
  readonly request: number;
  /** Its place among the commands of its request, from 1; 0 for `batch` itself. */
  readonly place: number;
}

/** One moment of one HTTP request; `nth` counts the requests of its method from 1. */
export interface RequestCall {
  readonly method: string;
  readonly nth: number;
  readonly when: RequestMoment;
  readonly request: number;
}

type Answered = Fault | undefined;

/** The portal waits for what it returns: here somebody edits, deletes or merges, or ends the client. */
export type OnCommand = (call: CommandCall) => Answered | Promise<Answered>;
export type OnRequest = (call: RequestCall) => Answered | Promise<Answered>;

/** A plan for calls yet to come. It is spent by the calls it is meant for, whether or not they come to its moment. */
export interface FaultRule {
  /** `batch` for the batch as a whole, `*` for every method. */
  readonly method: string;
  /** The nth of those calls from now on; default the next. */
  readonly nth?: number;
  /** Only calls that are command k of a batch, from 1. */
  readonly place?: number;
  /** Instead of `nth`: each call with this probability, by numbers that follow from `seed`. */
  readonly probability?: number;
  readonly seed?: number;
  /** For how many calls; default one, and without end where there is a probability. */
  readonly times?: number;
  /** Default before the command runs. */
  readonly when?: RequestMoment | CommandMoment;
  readonly fault: Fault;
}

/** What the rules have in store for one call. */
export interface Fate {
  readonly nth: number;
  at(when: RequestMoment | CommandMoment): readonly Fault[];
}

export interface Faults {
  add(rule: FaultRule): void;
  clear(): void;
  /** A command begins; `place` as in CommandCall. */
  command(method: string, place: number): Fate;
  request(method: string): Fate;
}

interface Plan {
  readonly rule: FaultRule;
  readonly draw: (() => number) | undefined;
  seen: number;
  struck: number;
}

export function createFaults(): Faults {
  const plans: Plan[] = [];
  const commands = new Map<string, number>();
  const requests = new Map<string, number>();

  function fate(counts: Map<string, number>, method: string, due: (plan: Plan) => boolean): Fate {
    const nth = (counts.get(method) ?? 0) + 1;
    counts.set(method, nth);
    if (plans.length === 0) return { nth, at: () => [] };
    const rules = plans.filter(due).map(({ rule }) => rule);
    for (const plan of plans.filter(isSpent)) plans.splice(plans.indexOf(plan), 1);
    return {
      nth,
      at: (when) => rules.filter((rule) => (rule.when ?? 'before') === when).map(({ fault }) => fault),
    };
  }

  return {
    add: (rule) => void plans.push(planOf(rule)),
    clear: () => void plans.splice(0),
    command: (method, place) =>
      fate(commands, method, (plan) => !isOfRequest(plan.rule) && isMeant(plan, method, place) && claims(plan)),
    request: (method) =>
      fate(requests, method, (plan) => isOfRequest(plan.rule) && isMeant(plan, method, undefined) && claims(plan)),
  };
}

function planOf(rule: FaultRule): Plan {
  const draw = rule.probability === undefined ? undefined : randomNumbers(rule.seed ?? 1);
  return { rule, draw, seen: 0, struck: 0 };
}

function isOfRequest({ when }: FaultRule): boolean {
  return when === 'half' || when === 'received' || when === 'answering';
}

function isMeant({ rule }: Plan, method: string, place: number | undefined): boolean {
  const named = rule.method === '*' ? method !== 'batch' || place === undefined : rule.method.toLowerCase() === method;
  return named && (rule.place === undefined || rule.place === place);
}

/** Counts the call, and takes it if it is the plan's. */
function claims(plan: Plan): boolean {
  plan.seen += 1;
  const { nth = 1, probability } = plan.rule;
  const due = plan.draw === undefined ? plan.seen >= nth : plan.draw() < (probability ?? 0);
  if (!due || isSpent(plan)) return false;
  plan.struck += 1;
  return true;
}

function isSpent({ rule, struck }: Plan): boolean {
  return struck >= (rule.times ?? (rule.probability === undefined ? 1 : Infinity));
}

/** A fault that ends the whole HTTP request. */
export type EndingFault = WholeAnswer | 'reset' | 'hang';

/** Thrown through whatever is going on: the HTTP request ends with this fault and not with an answer. */
export class Interruption extends Error {
  readonly fault: EndingFault;

  constructor(fault: EndingFault) {
    super('interrupted by a fault');
    this.fault = fault;
  }
}

/** Thrown through one command: the answer does not mention it. */
export class Omission extends Error {}
