import { randomUUID } from 'node:crypto';
import type { Host, Tokens } from '../connector.ts';
import type { Listener } from '../events/events.ts';
import type { LimitedRequest, PortalBook, Priority } from '../state/machine-ports.ts';
import type { RunClock } from './context.ts';
import { reach } from './crash-points.ts';
import { runErrors } from './errors.ts';

/** What a run takes of the systems' limits. */
export interface Usage {
  /** Requests sent. */
  requests: number;
  /** How long it waited for limits: no patience is counted in this time. */
  limitedMs: number;
}

export interface HostParts {
  readonly folder: string;
  readonly clock: RunClock;
  readonly book: PortalBook;
  readonly tokens: Tokens;
  readonly priority: Priority;
  readonly emit: Listener;
  readonly usage: Usage;
}

/** A wait in many small steps is one wait to people. */
const tellEveryMs = 5_000;

/** What the engine lends connectors: the limiter and the tokens of the machine, the clock, a way to warn. */
export function makeHost(parts: HostParts): Host {
  const { folder, clock, book, tokens, priority, emit, usage } = parts;
  return {
    folder,
    now: () => clock.now(),
    admit: async ({ until, ...charge }, signal) => {
      const request: LimitedRequest = { ...charge, id: randomUUID(), priority };
      let toldAt = -Infinity;
      for (;;) {
        signal.throwIfAborted();
        const answer = await book.charge(request);
        if (answer.admitted) break;
        const { waitMs, method } = answer;
        const what = method ?? charge.limit.key;
        const tooLate = until !== undefined && clock.now() + waitMs > until;
        if (tooLate) throw runErrors.limited.error({ what }, { retry: true, limited: true, retryAfterMs: waitMs });
        if (clock.monotonic() - toldAt >= tellEveryMs) {
          toldAt = clock.monotonic();
          emit({ type: 'waiting', at: clock.now(), for: what, ms: waitMs });
        }
        await clock.sleep(waitMs, signal);
        usage.limitedMs += waitMs;
      }
      usage.requests += 1;
      return {
        // Nobody waits for this: the book takes its calls in order, so the next charge comes after it. Where it cannot be
        // written the next charge fails for the same reason, and that is heard.
        ended: (measured) => void book.ended(request, measured).catch(() => undefined),
      };
    },
    warn: ({ code, parameters }) => emit({ type: 'warning', at: clock.now(), error: { code, parameters } }),
    tokens: {
      read: (key) => tokens.read(key),
      replace: (key, make, signal) => tokens.replace(key, (kept) => rotated(make(kept)), signal),
    },
  };
}

async function rotated(made: Promise<string>): Promise<string> {
  const text = await made;
  reach('token-rotated-not-stored');
  return text;
}
