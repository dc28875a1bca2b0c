import { batchLimit } from './client.ts';

/** The cloud ends a request after 60 s, half-done (config.ts): a batch of writes is meant to take no longer than this. */
const aimMs = 25_000;

/** How many writes go into one request, by what earlier ones took (DL-22). */
export interface Pace {
  /** How many of these writes, named by their methods, the next request takes: one at least. */
  room(methods: readonly string[]): number;
  /** One write took the portal so long. */
  took(method: string, durationMs: number): void;
  /** A request came back. */
  came(): void;
  /** A request of so many writes did not. */
  lost(writes: number): void;
}

export function createPace(): Pace {
  const costs = new Map<string, number>();
  let most = batchLimit;
  return {
    room(methods) {
      let fitting = 0;
      let expectedMs = 0;
      for (const method of methods.slice(0, most)) {
        expectedMs += costs.get(method) ?? 0;
        if (expectedMs > aimMs && fitting > 0) break;
        fitting += 1;
      }
      return fitting;
    },
    took(method, durationMs) {
      const known = costs.get(method) ?? durationMs;
      costs.set(method, (known + durationMs) / 2);
    },
    came() {
      most = Math.min(batchLimit, most * 2);
    },
    lost(writes) {
      most = Math.max(1, Math.floor(writes / 4));
    },
  };
}
