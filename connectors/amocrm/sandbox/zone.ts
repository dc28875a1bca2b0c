/** The account's time zone, on which calendar days depend (reference §3.7, §10.2). Seconds since 1970 throughout. */
export interface Zone {
  readonly name: string;
  /** Seconds east of Greenwich at that moment. */
  offsetAt(seconds: number): number;
  /** Midnight of the day this moment falls on here. */
  midnightOf(seconds: number): number;
}

const daySeconds = 86_400;

export function createZone(name: string): Zone {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });

  function wallOf(seconds: number): number {
    const parts = Object.fromEntries(
      format.formatToParts(seconds * 1000).map(({ type, value }) => [type, Number(value)]),
    );
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
  }

  const offsetAt = (seconds: number): number => wallOf(seconds) - seconds;
  return {
    name,
    offsetAt,
    midnightOf(seconds) {
      const wall = wallOf(seconds);
      const midnight = wall - (((wall % daySeconds) + daySeconds) % daySeconds);
      // The offset at midnight, where the clock was changed during the day.
      return midnight - offsetAt(midnight - offsetAt(seconds));
    },
  };
}

/** `+03:00` */
export function offsetText(seconds: number): string {
  const minutes = Math.abs(seconds) / 60;
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  return `${seconds < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}

const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})$/;

/** Seconds of an RFC 3339 text; undefined: it is none. */
export function momentOf(text: string): number | undefined {
  if (!rfc3339.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : Math.floor(ms / 1000);
}
