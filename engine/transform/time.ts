const naive = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?(Z|[+-]\d\d:?\d\d)?$/;
const russian = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/;
const minuteMs = 60_000;
const quarterHourMs = 15 * minuteMs;

/**
 * A clinic's naive local time in a named zone, as ISO with offset: `2026-03-01 10:00:00.123` in Europe/Moscow gives
 * `2026-03-01T10:00:00+03:00`. Milliseconds are dropped, CRMs keep none. Where clocks were put forward and the time
 * never was, it moves on by the gap; where it was twice, the first is meant (as RFC 5545 §3.3.5 has it). A time that
 * already has an offset is an instant and is told in that zone. Undefined when the text is no time.
 * Throws a RangeError when there is no such zone.
 */
export function localTime(text: string, zone: string): string | undefined {
  const match = naive.exec(text.trim());
  if (!match) return undefined;
  const [, year, month, day, hour = '00', minute = '00', second = '00', offset] = match;
  const wall = wallClock(Number(year), Number(month), Number(day), Number(hour), Number(minute), Number(second));
  if (wall === undefined) return undefined;
  const instant = offset ? wall - offsetMs(offset) : instantOf(wall, zone);
  const shift = zoneOffsetMs(instant, zone);
  return new Date(instant + shift).toISOString().slice(0, 19) + offsetText(shift);
}

/** The calendar day of `01.03.2026`, `2026-03-01` or an ISO time, as `2026-03-01`; undefined when it is none. */
export function calendarDay(text: string): string | undefined {
  const trimmed = text.trim();
  const [day, month, year] = russian.exec(trimmed)?.slice(1) ?? isoDay(trimmed) ?? [];
  if (day === undefined || wallClock(Number(year), Number(month), Number(day), 0, 0, 0) === undefined) return undefined;
  return `${year}-${month?.padStart(2, '0')}-${day.padStart(2, '0')}`;
}

function isoDay(text: string): readonly (string | undefined)[] | undefined {
  const match = naive.exec(text);
  return match ? [match[3], match[2], match[1]] : undefined;
}

/** Full years from a calendar day to the day of an instant (ms since 1970) in a zone; negative before it. */
export function fullYears(day: string, instant: number, zone: string): number {
  const today = new Date(instant + zoneOffsetMs(instant, zone)).toISOString().slice(0, 10);
  const years = Number(today.slice(0, 4)) - Number(day.slice(0, 4));
  return today.slice(5) < day.slice(5) ? years - 1 : years;
}

/** The wall clock as if it were UTC, in ms; undefined for 31 February and 25:00. */
function wallClock(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number | undefined {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return date.getTime() + hour * 3_600_000 + minute * minuteMs + second * 1000;
}

/** Of the offsets in force a day before and after, the earlier one is right in an overlap and moves a gap forward. */
function instantOf(wall: number, zone: string): number {
  const dayMs = 86_400_000;
  const before = zoneOffsetMs(wall - dayMs, zone);
  const after = zoneOffsetMs(wall + dayMs, zone);
  if (before === after || zoneOffsetMs(wall - before, zone) === before) return wall - before;
  return zoneOffsetMs(wall - after, zone) === after ? wall - after : wall - before;
}

const formatters = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, number>();

/** Offset of a zone from UTC at an instant, in ms; kept by quarter hours, the finest step in which zones change. */
function zoneOffsetMs(instant: number, zone: string): number {
  const quarter = Math.floor(instant / quarterHourMs);
  const key = `${quarter} ${zone}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  if (offsets.size >= 50_000) offsets.clear();
  const offset = computedOffsetMs(quarter * quarterHourMs, zone);
  offsets.set(key, offset);
  return offset;
}

function computedOffsetMs(instant: number, zone: string): number {
  let formatter = formatters.get(zone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' });
    formatters.set(zone, formatter);
  }
  const name = formatter.formatToParts(instant).find((part) => part.type === 'timeZoneName')?.value ?? '';
  return offsetMs(name.replace('GMT', ''));
}

/** `+03:00`, `-0330`, `Z` and nothing (UTC) in ms. */
function offsetMs(text: string): number {
  const match = /^([+-])(\d\d):?(\d\d)/.exec(text);
  if (!match) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return (match[1] === '-' ? -minutes : minutes) * minuteMs;
}

function offsetText(ms: number): string {
  const minutes = Math.abs(ms) / minuteMs;
  const two = (value: number) => String(value).padStart(2, '0');
  return `${ms < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
