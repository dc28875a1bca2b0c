/**
 * Moments are milliseconds since 1970, dates are the millisecond of their midnight in the server's zone: both come back
 * as ISO 8601 with the server's offset (reference §5.10).
 */
export interface Zone {
  /** As in an ISO time: `+03:00`. */
  readonly offset: string;
  readonly offsetMs: number;
}

const dayMs = 86_400_000;

export function zoneOf(offset: string): Zone {
  const match = /^([+-])(\d\d):(\d\d)$/.exec(offset);
  if (match === null) throw new TypeError(`a zone is written like "+03:00", not "${offset}"`);
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return { offset, offsetMs: (match[1] === '-' ? -1 : 1) * minutes * 60_000 };
}

/** `2024-08-30T14:29:00+03:00`. */
export function formatMoment(ms: number, zone: Zone): string {
  if (ms === lastMoment.ms && zone.offset === lastMoment.offset) return lastMoment.text;
  const shifted = ms + zone.offsetMs;
  const day = Math.floor(shifted / dayMs);
  if (day !== lastDay.number) lastDay = { number: day, text: new Date(shifted).toISOString().slice(0, 11) };
  const second = Math.floor((shifted - day * dayMs) / 1000);
  const minute = Math.floor(second / 60);
  const time = `${twoDigits(Math.floor(minute / 60))}:${twoDigits(minute % 60)}:${twoDigits(second % 60)}`;
  lastMoment = { ms, offset: zone.offset, text: `${lastDay.text}${time}${zone.offset}` };
  return lastMoment.text;
}

/** A page of a list is full of moments of one day, the same one in several fields: the slow parts are kept. */
let lastDay = { number: 0, text: '1970-01-01T' };
let lastMoment = { ms: 0, offset: '+00:00', text: '1970-01-01T00:00:00+00:00' };

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : `${value}`;
}

const momentPattern = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?)?$/;

/**
 * ISO 8601, or the same without an offset in the server's zone, fractions of a second left out; undefined when it is
 * neither (reference §4.2, §5.10).
 */
export function parseMoment(text: string, zone: Zone): number | undefined {
  const match = momentPattern.exec(text);
  if (match === null) return undefined;
  const [, day, time = '00:00:00', offset = zone.offset] = match;
  const ms = Date.parse(`${day}T${time}${offset}`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** The midnight, in the server's zone, of the day that this text or moment falls on there. */
export function parseDate(text: string, zone: Zone): number | undefined {
  const ms = parseMoment(text, zone);
  return ms === undefined ? undefined : midnight(ms, zone);
}

export function midnight(ms: number, zone: Zone): number {
  return Math.floor((ms + zone.offsetMs) / dayMs) * dayMs - zone.offsetMs;
}

export function addDays(ms: number, days: number): number {
  return ms + days * dayMs;
}
