import type { Clock } from '../../engine/state/clock.ts';

export interface VirtualClock extends Clock {
  /** Both clocks go on. */
  advance(ms: number): void;
  /** Somebody sets the wall clock; the monotonic one does not notice. */
  setWall(now: number): void;
  /** The machine starts anew. */
  reboot(bootId: string, monotonic: number): void;
}

export function virtualClock(now = 1_767_600_000_000, monotonic = 1_000_000): VirtualClock {
  let boot = { bootId: 'boot-1', monotonic };
  let wall = now;
  return {
    now: () => wall,
    monotonic: () => boot.monotonic,
    get bootId() {
      return boot.bootId;
    },
    advance(ms) {
      wall += ms;
      boot = { ...boot, monotonic: boot.monotonic + ms };
    },
    setWall(to) {
      wall = to;
    },
    reboot(bootId, startedMs) {
      boot = { bootId, monotonic: startedMs };
    },
  };
}
