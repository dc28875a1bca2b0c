/** Requests in any one second (reference §2). */
export interface Limits {
  readonly perIntegration: number;
  readonly perAccount: number;
  /**
   * So many refused requests in a minute, and everything is answered with 403 until support lifts it. How many it
   * really takes, nobody says (reference §2, §12).
   */
  readonly blockAfter?: number;
}

export const ordinaryLimits: Limits = { perIntegration: 7, perAccount: 50, blockAfter: 100 };

export type Admission = 'admitted' | 'limited' | 'blocked';

/** What the windows hold after a request was counted. */
export interface Counters {
  readonly integration: number;
  readonly account: number;
}

export interface Gate {
  /** Counts one request; a refused one does not count. */
  admit(clientId: string): Admission;
  /** Whether everything is refused; counts nothing. */
  look(): Admission;
  counters(clientId: string): Counters;
  block(): void;
  unblock(): void;
  /** Somebody else sends so many requests as this integration; returns how many of them were admitted. */
  neighbour(requests: number, clientId?: string): number;
}

const neighbourId = 'neighbour';

/** A window that slides: the requests of the last second. */
export function createGate(limits: Limits | 'off', now: () => number): Gate {
  let blocked = false;
  let admitted: readonly { readonly clientId: string; readonly at: number }[] = [];
  let refused: readonly number[] = [];

  function counters(clientId: string): Counters {
    admitted = admitted.filter(({ at }) => at > now() - 1000);
    return {
      integration: admitted.filter((one) => one.clientId === clientId).length,
      account: admitted.length,
    };
  }

  function take(clientId: string): Admission {
    if (blocked) return 'blocked';
    if (limits === 'off') return 'admitted';
    const { integration, account } = counters(clientId);
    if (account < limits.perAccount && (clientId === neighbourId || integration < limits.perIntegration)) {
      admitted = [...admitted, { clientId, at: now() }];
      return 'admitted';
    }
    refused = [...refused.filter((at) => at > now() - 60_000), now()];
    if (limits.blockAfter !== undefined && refused.length >= limits.blockAfter) blocked = true;
    return 'limited';
  }

  return {
    admit: take,
    look: () => (blocked ? 'blocked' : 'admitted'),
    counters,
    block: () => void (blocked = true),
    unblock() {
      blocked = false;
      refused = [];
    },
    neighbour: (requests, clientId = neighbourId) =>
      Array.from({ length: requests }, () => take(clientId)).filter((one) => one === 'admitted').length,
  };
}
