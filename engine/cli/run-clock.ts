import { setTimeout } from 'node:timers/promises';
import { systemClock } from '../state/clock.ts';
import type { RunClock } from '../run/context.ts';

/** The machine's own time. */
export const runClock: RunClock = {
  now: () => systemClock.now(),
  monotonic: () => systemClock.monotonic(),
  bootId: systemClock.bootId,
  sleep,
  alarm: sleep,
};

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await setTimeout(ms, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
