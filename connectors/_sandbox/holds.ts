import { setTimeout as wait } from 'node:timers/promises';

/** What a held request waits for: a vendor carries out what it has accepted, though the answer is lost and nobody waits. */
export type Until =
  /** `release(name)`. */
  | { readonly name: string }
  /** The client has closed the connection: it is dead, or has given up. */
  | 'clientGone'
  /** So many newer requests have come to their end. */
  | { readonly newerRequests: number }
  /** Milliseconds, by the sandbox's `wait`. */
  | { readonly ms: number };

/** The request's own end of the connection. */
export interface Line {
  readonly gone: Promise<void>;
  /** Drops it. */
  cut(): void;
}

export interface Held {
  readonly request: number;
  readonly until: Until;
}

export interface Holds {
  /** What is held at present, in the order it came. */
  held(): readonly Held[];
  hold(until: Until, request: number, line: Line): Promise<void>;
  /** Lets everything go that is held under this name; returns how many. */
  release(name: string): number;
  /** Resolves once something is held: under this name, or at all. */
  whenHeld(name?: string): Promise<void>;
  /** A request has come to its end. */
  ended(request: number): void;
}

interface Waiting extends Held {
  newer: number;
  go(): void;
}

export function createHolds(waitMs: (ms: number) => Promise<unknown> = waitUnnoticed): Holds {
  const waiting: Waiting[] = [];
  const watchers = new Map<string | undefined, PromiseWithResolvers<void>>();

  function tell(name: string | undefined): void {
    watchers.get(name)?.resolve();
    watchers.delete(name);
  }

  function letGo(some: readonly Waiting[]): number {
    for (const one of some) {
      waiting.splice(waiting.indexOf(one), 1);
      one.go();
    }
    return some.length;
  }

  return {
    held: () => waiting.map(({ request, until }) => ({ request, until })),
    async hold(until, request, line) {
      const { promise, resolve: go } = Promise.withResolvers<void>();
      const held: Waiting = { request, until, newer: 0, go };
      waiting.push(held);
      const free = (): void => void letGo(waiting.filter((one) => one === held));
      if (until === 'clientGone') void line.gone.then(free);
      else if ('ms' in until) void waitMs(until.ms).then(free);
      else if ('name' in until) tell(until.name);
      tell(undefined);
      await promise;
    },
    release: (name) => letGo(waiting.filter(({ until }) => isNamed(until, name))),
    async whenHeld(name) {
      if (waiting.some(({ until }) => name === undefined || isNamed(until, name))) return;
      const watcher = watchers.get(name) ?? Promise.withResolvers<void>();
      watchers.set(name, watcher);
      await watcher.promise;
    },
    ended(request) {
      if (waiting.length === 0) return;
      for (const held of waiting) if (request > held.request) held.newer += 1;
      letGo(
        waiting.filter(
          ({ until, newer }) => typeof until === 'object' && 'newerRequests' in until && newer >= until.newerRequests,
        ),
      );
    },
  };
}

function isNamed(until: Until, name: string): boolean {
  return typeof until === 'object' && 'name' in until && until.name === name;
}

/** A sandbox that is closed meanwhile keeps no process alive. */
async function waitUnnoticed(ms: number): Promise<void> {
  await wait(ms, undefined, { ref: false });
}
