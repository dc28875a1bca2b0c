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

export function clockFrom(options: { now?: () => Date; utcOffsetMinutes?: number }): Clock {
  const utcOffsetMinutes = options.utcOffsetMinutes ?? MOSCOW;
  return { utcOffsetMinutes, now: options.now ?? (() => new Date(Date.now() + utcOffsetMinutes * 60_000)) };
}
