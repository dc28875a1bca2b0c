import type { Cursor, ReadRequest, Row, Value } from '../../engine/index.ts';

/** What the cursor's column says: a number, or an instant in milliseconds since 1970. */
export interface Stamp {
  readonly kind: 'number' | 'time';
  readonly at: number;
}

/** Which rows a read delivers, and what it goes on from. */
export interface ReadPlan {
  readonly field: string | undefined;
  /** From this one on, itself included; absent: from the beginning. */
  readonly low: Stamp | undefined;
  /** Up to this one, itself excluded. */
  readonly high: Stamp | undefined;
  /** Rows of the file an interrupted read has delivered or passed over. */
  readonly skip: number;
  /** The highest stamp those had, or that of the read before. */
  readonly seen: Stamp | undefined;
  /** A window given by hand moves no cursor, a source read whole has none. */
  readonly keepsCursor: boolean;
  /** The machine's clock is behind the cursor. */
  readonly clockBehind: boolean;
}

const isoTime = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s?(Z|[+-]\d{2}:?\d{2})?)?$/;
const numeral = /^-?\d+(?:\.\d+)?$/;

/** A time without a zone is the local time of this machine; a day is its first moment. */
export function stampOf(value: Value | undefined): Stamp | undefined {
  if (typeof value === 'number') return { kind: 'number', at: value };
  if (typeof value !== 'string') return undefined;
  if (numeral.test(value)) return { kind: 'number', at: Number(value) };
  const [, day, time = '00:00', zone = ''] = isoTime.exec(value) ?? [];
  const at = day === undefined ? Number.NaN : Date.parse(`${day}T${time}${zone.replace(/^(...)(\d\d)$/, '$1:$2')}`);
  return Number.isNaN(at) ? undefined : { kind: 'time', at };
}

/**
 * A finished read leaves `{ from }`: the next one begins `overlap` before it. One that was interrupted leaves
 * `{ low, row, seen, file }`: it goes on after `row` rows if the file is still the same, else from its own lower bound.
 */
export function planRead(request: ReadRequest, file: string, now: number): ReadPlan {
  const { cursor, window, since, until } = request;
  const all: ReadPlan = {
    field: window?.field,
    low: undefined,
    high: undefined,
    skip: 0,
    seen: undefined,
    keepsCursor: false,
    clockBehind: false,
  };
  if (window === undefined) return all;
  if (since !== undefined || until !== undefined) return { ...all, low: stampOf(since), high: stampOf(until) };
  const kept = { ...all, keepsCursor: true };
  if (request.mode === 'full') return { ...kept, low: before(now, window.fullMs) };
  if (cursor === undefined) return { ...kept, low: before(now, window.firstMs) };
  if (cursor['row'] !== undefined) {
    const same = cursor['file'] === file && typeof cursor['row'] === 'number';
    return {
      ...kept,
      low: stampOf(cursor['low']),
      seen: stampOf(cursor['seen']),
      skip: same ? Number(cursor['row']) : 0,
    };
  }
  const from = stampOf(cursor['from']);
  if (from?.kind !== 'time') return { ...kept, low: from, seen: from };
  const seen = from.at > now ? { ...from, at: now } : from;
  return { ...kept, low: before(seen.at, window.overlapMs), seen, clockBehind: from.at > now };
}

/** A row without a readable stamp is in every window: it must not be lost. */
export function isInside({ low, high }: ReadPlan, stamp: Stamp | undefined): boolean {
  if (stamp === undefined) return true;
  if (low !== undefined && low.kind === stamp.kind && stamp.at < low.at) return false;
  return high === undefined || high.kind !== stamp.kind || stamp.at < high.at;
}

export function later(a: Stamp | undefined, b: Stamp | undefined): Stamp | undefined {
  if (a === undefined || b === undefined || a.kind !== b.kind) return b ?? a;
  return b.at > a.at ? b : a;
}

/** The cursor in the middle of a read: `row` rows of the file are dealt with. */
export function cursorWithin({ low }: ReadPlan, row: number, seen: Stamp | undefined, file: string): Cursor {
  return { ...named('low', low), row, ...named('seen', seen), file };
}

/** The cursor after a whole read; a stamp of the future does not carry it away (DL-6). */
export function cursorAfter(seen: Stamp | undefined, now: number): Cursor {
  if (seen === undefined) return {};
  return named('from', seen.kind === 'time' ? { ...seen, at: Math.min(seen.at, now) } : seen);
}

function before(moment: number, span: number | 'all'): Stamp | undefined {
  return span === 'all' ? undefined : { kind: 'time', at: moment - span };
}

function named(name: string, stamp: Stamp | undefined): Row {
  if (stamp === undefined) return {};
  return { [name]: stamp.kind === 'number' ? stamp.at : new Date(stamp.at).toISOString() };
}
