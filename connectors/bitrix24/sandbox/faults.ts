/** What goes wrong instead of an answer, or with it. */
export type Fault =
  /** The whole HTTP answer is this: a gateway's page, a limit, a redirect. */
  | { readonly status: number; readonly body: string; readonly contentType?: string }
  /** This command fails with this error, in a batch among its `result_error`. */
  | { readonly error: string | number; readonly description: string; readonly status?: number }
  /** The answer is cut to its first bytes, under a matching content-length. */
  | { readonly truncateTo: number }
  /** The connection is dropped. */
  | 'reset'
  /** No answer comes until the portal closes. */
  | 'hang';

/** One moment of one command; `batch` counts as a command of its own. `nth` counts the calls of its method from 1. */
export interface CommandCall {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly nth: number;
  /** Before it ran, or after it has changed what it changes. */
  readonly when: 'before' | 'after';
  readonly batched: boolean;
}

export type OnCommand = (call: CommandCall) => Fault | undefined;

/** A fault for one call: the `nth` one of this method from now on (default the next), by default before it runs. */
export interface FaultRule {
  readonly method: string;
  readonly nth?: number;
  readonly when?: 'before' | 'after';
  readonly fault: Fault;
}

export interface Faults {
  add(rule: FaultRule): void;
  /** Announces a command that is about to run; its number is for `check`. */
  begin(method: string): number;
  check(call: CommandCall): Fault | undefined;
}

export function createFaults(onCommand: OnCommand | undefined): Faults {
  const calls = new Map<string, number>();
  const rules: { readonly rule: FaultRule; readonly at: number }[] = [];
  return {
    add(rule) {
      rules.push({ rule, at: (calls.get(rule.method.toLowerCase()) ?? 0) + (rule.nth ?? 1) });
    },
    begin(method) {
      const nth = (calls.get(method) ?? 0) + 1;
      calls.set(method, nth);
      return nth;
    },
    check(call) {
      const due = rules.findIndex(
        ({ rule, at }) =>
          rule.method.toLowerCase() === call.method && at === call.nth && (rule.when ?? 'before') === call.when,
      );
      const [struck] = due < 0 ? [] : rules.splice(due, 1);
      return struck === undefined ? onCommand?.(call) : struck.rule.fault;
    },
  };
}

/** Thrown through whatever is going on: the HTTP request ends with this fault and not with an answer. */
export class Interruption extends Error {
  readonly fault: Exclude<Fault, { readonly error: unknown }>;

  constructor(fault: Exclude<Fault, { readonly error: unknown }>) {
    super('interrupted by a fault');
    this.fault = fault;
  }
}
