import type { RunClock } from '../context.ts';

/**
 * A clock for a preview: only what it sleeps itself goes by. What was read once is not read again because it grew old
 * while more was planned, since nothing is sent (DL-4).
 */
export function patientClock(clock: RunClock): RunClock {
  const began = clock.monotonic();
  let sleptMs = 0;
  return {
    now: () => clock.now(),
    bootId: clock.bootId,
    monotonic: () => began + sleptMs,
    async sleep(ms, signal) {
      await clock.sleep(ms, signal);
      sleptMs += ms;
    },
  };
}
