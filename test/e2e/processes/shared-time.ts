import type { RunClock } from '../../../engine/run/context.ts';
import type { Clock } from '../../../engine/state/clock.ts';

/** What the keeper of the time tells a process: it is so late now, and these sleepers wake. */
export interface Step {
  readonly step: number;
  readonly now: number;
  readonly wake: readonly number[];
}

/** What a process says when nothing goes on in it any more that does not wait for the keeper. */
export interface Calm {
  /** The last step it has taken. */
  readonly step: number;
  readonly sent: number;
  readonly received: number;
  readonly sleepers: readonly { readonly id: number; readonly until: number }[];
}

export interface SharedTime extends Clock, RunClock {
  /** A request goes out, an answer has come. */
  sent(): void;
  received(): void;
  /** Once nothing will wait any more. */
  state(): Calm;
}

/** Turns of the event loop without news after which a process is taken to be calm. */
const calmTurns = 20;

/**
 * The clock of a process whose time is kept by its parent: it stands still while anything moves, and goes on to the next
 * sleeper or answer when nothing does. So ten minutes pass in as long as their work takes, and in the same order.
 */
export function sharedTime(start: number): SharedTime {
  let [step, now, sent, received, version, lastId] = [0, start, 0, 0, 0, 0];
  let watching = false;
  const sleepers = new Map<number, { readonly until: number; readonly wake: () => void }>();

  function state(): Calm {
    return { step, sent, received, sleepers: Array.from(sleepers, ([id, { until }]) => ({ id, until })) };
  }

  function moved(): void {
    version += 1;
    if (watching) return;
    watching = true;
    let [seen, calm] = [version, 0];
    const look = (): void => {
      calm = seen === version ? calm + 1 : 0;
      seen = version;
      if (calm < calmTurns) return void setImmediate(look);
      watching = false;
      if (process.connected) process.send?.(state());
    };
    setImmediate(look);
  }

  process.on('message', (message: Step) => {
    ({ step, now } = message);
    process.send?.({ taken: step });
    for (const id of message.wake) {
      sleepers.get(id)?.wake();
      sleepers.delete(id);
    }
    moved();
  });

  return {
    state,
    now: () => now,
    monotonic: () => now - start + 1_000_000,
    bootId: 'shared',
    sleep: async (ms, signal) => {
      signal.throwIfAborted();
      lastId += 1;
      const id = lastId;
      await new Promise<void>((resolve) => {
        sleepers.set(id, { until: now + ms, wake: resolve });
        moved();
      });
      signal.throwIfAborted();
    },
    sent() {
      sent += 1;
      moved();
    },
    received() {
      received += 1;
      moved();
    },
  };
}
