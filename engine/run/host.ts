import type { Host } from '../connector.ts';
import type { Listener } from '../events/events.ts';
import type { PortalBook } from '../state/ports.ts';
import type { RunClock } from './context.ts';

/** Counts the requests of a run as the connectors ask for leave to send them. */
export interface RequestCounter {
  requests: number;
}

export interface HostParts {
  readonly folder: string;
  readonly clock: RunClock;
  readonly book: PortalBook;
  readonly emit: Listener;
  readonly counter: RequestCounter;
}

/** What the engine lends connectors: the limiter of the machine, the clock, a way to warn. */
export function makeHost(parts: HostParts): Host {
  const { folder, clock, book, emit, counter } = parts;
  return {
    folder,
    now: () => clock.now(),
    admit: async (limit, signal) => {
      for (;;) {
        signal.throwIfAborted();
        const answer = await book.charge(limit);
        if (answer.admitted) break;
        emit({ type: 'waiting', at: clock.now(), for: limit.key, ms: answer.waitMs });
        await clock.sleep(answer.waitMs, signal);
      }
      counter.requests += 1;
    },
    refused: (limit) => {
      // The next charge waits for it: the book works its calls off in order. Where it cannot be written, that charge
      // fails of the same and is heard.
      book.fill(limit).catch(() => undefined);
    },
    warn: ({ code, parameters }) => emit({ type: 'warning', at: clock.now(), error: { code, parameters } }),
  };
}
