/** What a test may let go wrong. Asked once per request, before it runs. */
export interface Faults {
  readonly onRequest?: (request: FaultedRequest) => Fault | undefined;
}

export interface FaultedRequest {
  readonly sql: string;
  readonly login: string;
}

export interface Fault {
  /** Answered instead of running anything: 1205 is a deadlock, 40197 a restart. */
  readonly error?: { readonly number: number; readonly message: string; readonly severity?: number };
  /** The connection is cut, without a word, once this many rows were sent. */
  readonly disconnectAfterRows?: number;
  /** Each row takes this long. */
  readonly rowPauseMs?: number;
  /** A cancel is neither obeyed nor acknowledged. */
  readonly ignoreAttention?: boolean;
}
