import { SqlError } from './errors.ts';

/**
 * What a test lets go wrong: by a plan, which is plain data and so may reach a sandbox in another process, or asked
 * before each request.
 */
export interface Faults {
  readonly plan?: readonly PlannedFault[];
  readonly onRequest?: (request: FaultedRequest) => Fault | undefined;
}

export interface FaultedRequest {
  readonly sql: string;
  readonly login: string;
}

export interface Fault {
  /** Answered instead of running anything, or after some rows: 1205 is a deadlock, 40197 a restart. */
  readonly error?: {
    readonly number: number;
    readonly message: string;
    readonly severity?: number;
    readonly afterRows?: number;
  };
  /** The connection is cut, without a word, once this many rows were sent. */
  readonly disconnectAfterRows?: number;
  /** Each row takes this long. */
  readonly rowPauseMs?: number;
  /** A cancel is neither obeyed nor acknowledged, ever or for so many milliseconds. */
  readonly ignoreAttention?: true | number;
  /** The server's clock jumps before anything runs, back where it is negative. */
  readonly clockStepMs?: number;
}

/** A fault of the nth request, or login, that it is for. */
export interface PlannedFault extends Fault {
  /** What is counted: requests unless it says logins, which only `error` and `clockStepMs` concern. */
  readonly on?: 'request' | 'login';
  /** Only requests with this in their text. */
  readonly sql?: string;
  /** Only what comes from this login. */
  readonly login?: string;
  /** From 1, the default. */
  readonly nth?: number;
  /** How many in a row from there on, default 1. */
  readonly times?: number | 'ever';
}

/** Says what goes wrong with a request or a login, and counts it. */
export interface FaultDesk {
  request(request: FaultedRequest): Fault;
  login(login: string): Fault;
}

export function faultDesk({ plan = [], onRequest }: Faults, stepClock: (ms: number) => void): FaultDesk {
  const counts = new Map<PlannedFault, number>();
  const planned = (on: 'request' | 'login', sql: string, login: string): readonly Fault[] =>
    plan.filter((fault) => {
      if ((fault.on ?? 'request') !== on) return false;
      if (!sql.includes(fault.sql ?? '') || (fault.login ?? login) !== login) return false;
      const count = (counts.get(fault) ?? 0) + 1;
      counts.set(fault, count);
      const { nth = 1, times = 1 } = fault;
      return count >= nth && (times === 'ever' || count < nth + times);
    });
  /** Of several the last counts, but every jump of the clock. */
  const chosen = (faults: readonly Fault[]): Fault => {
    for (const { clockStepMs } of faults) if (clockStepMs !== undefined) stepClock(clockStepMs);
    return faults.at(-1) ?? {};
  };
  const asked = (request: FaultedRequest): readonly Fault[] => {
    const fault = onRequest?.(request);
    return fault ? [fault] : [];
  };
  return {
    request: (request) => chosen([...planned('request', request.sql, request.login), ...asked(request)]),
    login: (login) => chosen(planned('login', '', login)),
  };
}

export function sqlErrorOf({ error }: Fault): SqlError | undefined {
  return error && new SqlError(error.number, error.message, { severity: error.severity ?? 13 });
}
