import { readFileSync } from 'node:fs';

/** Time as state and book take it from outside. */
export interface Clock {
  /** Wall clock, milliseconds since 1970. People and servers move it: it dates things, it measures nothing. */
  now(): number;
  /** Milliseconds that never go back while the machine is up, the same clock for every process on it. */
  monotonic(): number;
  /** Another one means: the machine was started anew, `monotonic()` began again. */
  readonly bootId: string;
}

/**
 * `process.hrtime` and not `performance.now()`: the latter counts from the start of the process. The former is
 * CLOCK_MONOTONIC, QueryPerformanceCounter or mach_absolute_time, which all count from the boot, for all processes.
 */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => Number(process.hrtime.bigint()) / 1e6,
  bootId: bootId(),
};

/**
 * Linux names its boots. Elsewhere all boots share one id, and a monotonic clock that went back tells them apart. A
 * boot that is missed so does no harm: the time since that boot, which is what we then measure, is at most the time
 * that really passed, so a bucket leaks too little and never too much. Wall time less `os.uptime()` would not do as
 * an id: two processes that read it a moment apart may round it differently.
 */
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return 'unnamed';
  }
}
