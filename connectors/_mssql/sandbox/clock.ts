/**
 * The clinic's clock. A SQL Server knows only the wall clock of its machine; `datetime` values carry no zone.
 * Everything here is such a naive time: the *UTC fields* of a Date are what the clock on the wall shows,
 * the same reading the `mssql` package uses by default (`useUTC: true`).
 */
export interface Clock {
  /** Naive local time: GETDATE(), SYSDATETIME(). */
  readonly now: () => Date;
  /** Minutes the wall clock is ahead of UTC: GETUTCDATE(), SYSUTCDATETIME(). */
  readonly utcOffsetMinutes: number;
}

const MOSCOW = 180;

/** A clock that somebody sets. */
export interface SettableClock extends Clock {
  step(ms: number): void;
}

export interface ClockOptions {
  readonly now?: () => Date;
  readonly utcOffsetMinutes?: number;
  readonly clockAheadMs?: number;
}

export function clockFrom({ now, utcOffsetMinutes = MOSCOW, clockAheadMs = 0 }: ClockOptions): SettableClock {
  const right = now ?? (() => new Date(Date.now() + utcOffsetMinutes * 60_000));
  let aheadMs = clockAheadMs;
  return {
    utcOffsetMinutes,
    now: () => new Date(right().getTime() + aheadMs),
    step: (ms) => void (aheadMs += ms),
  };
}
