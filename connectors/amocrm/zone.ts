/** The account's time zone, on which its calendar days depend (reference 4 and 10.2). Seconds since 1970 throughout. */
export interface Zone {
  /** The calendar day a moment falls on, `2026-03-01`. */
  dayOf(seconds: number): string;
  /** The moment with the offset it has here, `2026-03-01T10:00:00+03:00`. */
  momentOf(seconds: number): string;
  /** Midnight of a day; undefined: it is none. */
  midnight(day: string): string | undefined;
  /** A moment with an offset as it is, one without as a local time; undefined: it is none. */
  moment(text: string): string | undefined;
}

const day = /^\d{4}-\d\d-\d\d$/;
const local = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?(\.\d+)?$/;
const hasOffset = /(Z|[+-]\d\d:?\d\d)$/;

export function createZone(timeZone: string): Zone {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });

  /** The clock on the wall, taken as if it were Greenwich's. */
  function wallOf(seconds: number): number {
    return Date.parse(`${format.format(seconds * 1000).replace(' ', 'T')}Z`) / 1000;
  }

  function secondsOf(wall: number): number {
    const guess = wall - (wallOf(wall) - wall);
    return wall - (wallOf(guess) - guess);
  }

  function momentOf(seconds: number): string {
    const offset = wallOf(seconds) - seconds;
    // Long ago clocks differed by seconds, which no offset can say.
    if (offset % 60 !== 0) return isoOf(seconds, 'Z');
    return isoOf(seconds + offset, offsetText(offset / 60));
  }

  function localMoment(text: string): string | undefined {
    const wall = Date.parse(text) / 1000;
    return Number.isNaN(wall) ? undefined : momentOf(secondsOf(wall));
  }

  return {
    dayOf: (seconds) => new Date(wallOf(seconds) * 1000).toISOString().slice(0, 10),
    momentOf,
    midnight: (text) => (day.test(text) ? localMoment(`${text}T00:00:00Z`) : undefined),
    moment(text) {
      const [, date, time, second = ':00'] = local.exec(text) ?? [];
      if (date !== undefined && time !== undefined) return localMoment(`${date}T${time}${second}Z`);
      const ms = hasOffset.test(text) ? Date.parse(text) : Number.NaN;
      return Number.isNaN(ms) ? undefined : momentOf(Math.floor(ms / 1000));
    },
  };
}

function isoOf(wall: number, offset: string): string {
  return new Date(wall * 1000).toISOString().slice(0, 19) + offset;
}

/** `+03:00` */
function offsetText(minutes: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
}
