import type { Counters } from './gate.ts';
import type { Json } from './json.ts';
import type { QueryMap } from './query.ts';

/** One HTTP request. `status` is 0 when the connection was dropped or left hanging. */
export interface RequestEntry {
  /** `POST /contacts`, `PATCH /contacts/{id}`. */
  readonly operation: string;
  readonly path: string;
  readonly query: QueryMap;
  /** What it said; the token endpoint's is not kept. */
  readonly body: Json | undefined;
  readonly status: number;
  /** The text it was answered with, up to its first 2,000 characters. */
  readonly answer: string;
  /** Also in the header X-Request-Id. */
  readonly requestId: string;
  /** What the windows of the limits held then. */
  readonly counters: Counters;
  /** Milliseconds by the account's clock. */
  readonly at: number;
  /** Counted from 1 over the account's life. */
  readonly number: number;
  /** Ticks: when its head came, and when the account was done with it, answered or not. */
  readonly from: number;
  readonly to: number;
}

/** Something the reference does not describe, refused; or something a real account passes over in silence. */
export interface RefusalEntry {
  readonly operation: string;
  readonly what: string;
  readonly answered: 'error' | 'passed over';
}

export interface Journal {
  readonly requests: readonly RequestEntry[];
  readonly refusals: readonly RefusalEntry[];
  /** How many requests of each operation there were. */
  readonly counts: Readonly<Record<string, number>>;
  reset(): void;
}

export interface JournalWriter extends Journal {
  request(entry: RequestEntry): void;
  refusal(entry: RefusalEntry): void;
}

const kept = 100_000;

export function createJournal(): JournalWriter {
  const requests: RequestEntry[] = [];
  const refusals: RefusalEntry[] = [];
  let counts: Record<string, number> = {};
  return {
    requests,
    refusals,
    get counts() {
      return counts;
    },
    reset() {
      requests.length = refusals.length = 0;
      counts = {};
    },
    request(entry) {
      counts[entry.operation] = (counts[entry.operation] ?? 0) + 1;
      if (requests.length >= 2 * kept) requests.splice(0, kept);
      requests.push(entry);
    },
    refusal: (entry) => void refusals.push(entry),
  };
}
