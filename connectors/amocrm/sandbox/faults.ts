import type { Twist } from './call.ts';
import type { Until } from '../../_sandbox/holds.ts';
import { randomNumbers } from './invented.ts';

/** What goes wrong instead of an answer, or with it (reference §11.20). All but hooks can be sent as JSON. */
export type Fault =
  /** The whole HTTP answer is this: a gateway's page, a limit, a flap. */
  | WholeAnswer
  /** The answer is cut to its first bytes, under a matching content-length. */
  | { readonly truncateTo: number }
  /** So many valid items of a write are stored, and the answer is 400: with the others' errors, or the system's. */
  | { readonly partial: number }
  /** The account goes no further until this happens; a client that has gone meanwhile changes nothing. */
  | { readonly hold: Until }
  /** The answer comes in two chunks, cut within a character of more than one byte (reference §9.2). */
  | 'split'
  /** A list answers with the page before the one it was asked for. */
  | 'repeatPage'
  /** The connection is dropped, and what was not carried out by now never is. */
  | 'reset'
  /** The connection is dropped, and the account carries on without it. */
  | 'cut'
  /** The answer comes, and the connection is reset when it is used again, before that request is read. */
  | 'stale'
  /** No answer comes until the account closes, and what was not carried out by now never is. */
  | 'hang';

export interface WholeAnswer {
  readonly status: number;
  readonly body: string;
  /** Default `text/html`. */
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Its head is here and its body is not read yet; it is here whole and admitted; it is about to be carried out; it has
 * changed what it changes and is about to be answered.
 */
export type Moment = 'half' | 'received' | 'before' | 'after';

/** One moment of one request. */
export interface RequestCall {
  /** `POST /contacts`, `PATCH /contacts/{id}`, `POST /oauth2/access_token`. */
  readonly operation: string;
  /** Counts the requests of this operation from 1. */
  readonly nth: number;
  readonly when: Moment;
  /** Counted from 1 over the account's life. */
  readonly request: number;
}

export type OnRequest = (call: RequestCall) => Fault | undefined | Promise<Fault | undefined>;

/** When a fault strikes. */
export interface FaultRule {
  /** `POST /contacts`, with `{id}` for ids; `*` for every one, `POST *` for every one of a verb. */
  readonly operation: string;
  /** The nth of those requests from now on; default the next. */
  readonly nth?: number;
  /** Instead of `nth`: each request with this probability, by numbers that follow from `seed`. */
  readonly probability?: number;
  readonly seed?: number;
  /** For how many requests; default one, and without end where there is a probability. */
  readonly times?: number;
  /** Default before it is carried out. */
  readonly when?: Moment;
  readonly fault: Fault;
}

/** What the rules have in store for one request. */
export interface Fate {
  readonly nth: number;
  at(when: Moment): readonly Fault[];
}

export interface Faults {
  add(rule: FaultRule): void;
  clear(): void;
  /** A request begins. */
  request(operation: string): Fate;
}

interface Plan {
  readonly rule: FaultRule;
  readonly draw: (() => number) | undefined;
  seen: number;
  struck: number;
}

export function createFaults(): Faults {
  const plans: Plan[] = [];
  const counts = new Map<string, number>();
  return {
    add(rule) {
      const draw = rule.probability === undefined ? undefined : randomNumbers(rule.seed ?? 1);
      plans.push({ rule, draw, seen: 0, struck: 0 });
    },
    clear: () => void plans.splice(0),
    request(operation) {
      const nth = (counts.get(operation) ?? 0) + 1;
      counts.set(operation, nth);
      const rules = plans.filter((plan) => isMeant(plan.rule, operation) && claims(plan)).map(({ rule }) => rule);
      for (const plan of plans.filter(isSpent)) plans.splice(plans.indexOf(plan), 1);
      return {
        nth,
        at: (when) => rules.filter((rule) => (rule.when ?? 'before') === when).map(({ fault }) => fault),
      };
    },
  };
}

function isMeant({ operation: wanted }: FaultRule, operation: string): boolean {
  if (wanted === '*' || wanted === operation) return true;
  return wanted.endsWith(' *') && operation.startsWith(wanted.slice(0, -1));
}

/** Counts the request, and takes it if it is the plan's. */
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

/** Thrown through whatever is going on: the HTTP request ends with this fault and not with an answer. */
export class Interruption extends Error {
  readonly fault: WholeAnswer | 'reset' | 'hang';

  constructor(fault: WholeAnswer | 'reset' | 'hang') {
    super('interrupted by a fault');
    this.fault = fault;
  }
}

/** The part of a passage that faults may change. */
export type Twisted = { -readonly [Key in keyof Twist]: Twist[Key] };
