import { batchLimit } from './client.ts';

/** The cloud ends a request after 60 s, half-done: a batch of writes is meant to take no longer than this. */
const aimMs = 25_000;

/** How many writes go into one request, by what the last ones took (DL-22). */
export interface Pace {
  readonly size: number;
  /** A request of so many writes took the portal so long. */
  took(writes: number, durationMs: number): void;
  /** A request of so many writes did not come back. */
  lost(writes: number): void;
}

export function createPace(): Pace {
  let size = batchLimit;
  return {
    get size() {
      return size;
    },
    took(writes, durationMs) {
      const fitting = durationMs > 0 ? Math.floor((aimMs * writes) / durationMs) : batchLimit;
      size = Math.min(batchLimit, Math.max(1, fitting));
    },
    lost(writes) {
      size = Math.max(1, Math.floor(writes / 4));
    },
  };
}
