import { batchLimit } from './client.ts';

/** The cloud ends a request after 60 s, half-done (config.ts): a batch of writes is meant to take no longer than this. */
const aimMs = 20_000;

/** What a command is taken to last before any was met: ten of them make the first request. */
const unknownMs = 2_000;

/** A method not met yet is taken to last so many times as long as the slowest that was: it may start robots. */
const unmetFactor = 8;

/** How many writes go into one request, by what earlier ones took (DL-22). */
export interface Pace {
  /** How many of these writes, named by their methods, the next request takes: one at least. */
  room(methods: readonly string[]): number;
  /** The same for writes whose methods are not known yet, by what a write took of late. */
  readonly usual: number;
  /** A request came back: how long each of its commands took, and it itself. */
  came(commands: readonly Timed[], wholeMs: number | undefined): void;
  /** A request of so many writes did not. */
  lost(writes: number): void;
}

export interface Timed {
  readonly method: string;
  /** Undefined where the portal does not say, as for a command it refused. */
  readonly ms: number | undefined;
}

export function createPace(): Pace {
  const costs = new Map<string, number>();
  let usualMs = unknownMs;
  let most = batchLimit;

  function costOf(method: string): number {
    const known = costs.get(method);
    if (known !== undefined || costs.size === 0) return known ?? unknownMs;
    return Math.min(unknownMs, unmetFactor * Math.max(...costs.values()));
  }

  function learn(method: string, ms: number): void {
    costs.set(method, ((costs.get(method) ?? ms) + ms) / 2);
  }

  return {
    room(methods) {
      let fitting = 0;
      let expectedMs = 0;
      for (const method of methods.slice(0, most)) {
        expectedMs += costOf(method);
        if (expectedMs > aimMs && fitting > 0) break;
        fitting += 1;
      }
      return fitting;
    },
    get usual() {
      return Math.max(1, Math.min(most, Math.floor(aimMs / Math.max(usualMs, 1))));
    },
    came(commands, wholeMs = 0) {
      most = Math.min(batchLimit, most * 2);
      const timed = commands.flatMap(({ method, ms }) => (ms === undefined ? [] : [{ method, ms }]));
      if (timed.length === 0) return;
      const told = timed.reduce((total, { ms }) => total + ms, 0);
      // Some portals round what a command took down to whole seconds: what is missing of the whole is spread over all.
      const missing = Math.max(0, wholeMs - told) / timed.length;
      for (const { method, ms } of timed) learn(method, ms + missing);
      usualMs = told / timed.length + missing;
    },
    lost(writes) {
      most = Math.max(1, Math.floor(writes / 4));
    },
  };
}
