import type { Cursor, Host, ReadRequest, Value, Window } from '../../engine/index.ts';
import type { About, Dialect } from './dialect.ts';
import { errors } from './errors.ts';
import type { Column } from './table.ts';
import { resumedScan } from './walk.ts';
import type { Bounds, ReadPlan } from './walk.ts';

/** The column a source moves along. */
export interface CursorColumn {
  readonly column: Column;
  readonly kind: NonNullable<ReturnType<Dialect['cursorKind']>>;
}

/**
 * Numbers are handed out in order and committed in any: so many ids below the last one seen are read again, which
 * covers transactions still open then.
 */
const integerOverlap = 1000;

export function cursorColumn(dialect: Dialect, column: Column): CursorColumn {
  const kind = dialect.cursorKind(column);
  if (!kind) throw errors.cursor_type.error({ column: column.name, type: column.type });
  return { column, kind };
}

/** What one read of a source does; warns when the source's clock went back. */
export function planRead(request: ReadRequest, column: CursorColumn | undefined, now: About, host: Host): ReadPlan {
  const { window, since, until, cursor = {} } = request;
  if (since !== undefined || until !== undefined) {
    if (column === undefined) throw errors.cursor_wanted.error({});
    return { walk: 'scan', bounds: handBounds(request, column, now), keepsCursor: false };
  }
  if (window === undefined || column === undefined) return { walk: 'scan', bounds: {}, keepsCursor: false };
  if (request.mode === 'incremental' && Array.isArray(cursor['after']))
    return resumedScan(cursor, cursor['after'] as readonly Value[]);
  return windowed(request.mode, window, column, now, host, cursor['at']);
}

function windowed(
  mode: ReadRequest['mode'],
  window: Window,
  column: CursorColumn,
  now: About,
  host: Host,
  stored: Value | undefined,
): ReadPlan {
  const began = column.kind === 'integer' ? undefined : clockOf(column, now);
  const at = stored === undefined ? undefined : earlier(column, stored, began);
  const start = { ...(began !== undefined && { began }), ...(at !== undefined && { seen: at }) };
  if (at !== stored) host.warn(errors.clock_behind.error({ now: String(began), cursor: String(stored) }));
  const resume = at === undefined ? undefined : overlapped(column, at, window.overlapMs);
  if (mode === 'incremental' && resume !== undefined) return { walk: 'tail', bounds: { from: resume }, ...start };
  const back = backFrom(column, now, mode === 'full' ? window.fullMs : window.firstMs);
  const from = back === undefined || resume === undefined ? back : earlier(column, back, resume);
  return { walk: 'scan', bounds: from === undefined ? {} : { from }, keepsCursor: true, ...start };
}

/**
 * The cursor after all rows up to `seen`: the smaller of that and of where the source stood before (DL-6), so that a
 * stamp in the future does not carry it away. Undefined when nothing was ever seen.
 */
export function cursorAt(column: CursorColumn, seen: Value | undefined, began: Value | undefined): Cursor | undefined {
  return seen === undefined ? undefined : { at: earlier(column, seen, began) };
}

/** The larger of two values of the column; either may be absent. */
export function later(column: CursorColumn, a: Value | undefined, b: Value | undefined): Value | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return compare(column, a, b) < 0 ? b : a;
}

function earlier(column: CursorColumn, a: Value, b: Value | undefined): Value {
  return b !== undefined && compare(column, b, a) < 0 ? b : a;
}

function compare({ kind }: CursorColumn, a: Value, b: Value): number {
  if (kind === 'integer') return BigInt(String(a)) < BigInt(String(b)) ? -1 : Number(String(a) !== String(b));
  const [one, other] = [inOrder(String(a)), inOrder(String(b))];
  return one < other ? -1 : Number(one !== other);
}

const ownZone = /\d[+-]\d\d(?::?\d\d)?$/;

/** ISO times are in the order of their text, whatever digits they have, once the Z is off; SQLite keeps texts of any form. */
function inOrder(stamp: string): string {
  const atMs = stamp.length > 10 && ownZone.test(stamp) ? asUtc(stamp) : Number.NaN;
  if (!Number.isNaN(atMs)) return new Date(atMs).toISOString().slice(0, 23);
  return stamp.replace(/Z$/, '').replace(' ', 'T');
}

function clockOf({ kind }: CursorColumn, { nowMs, wallClock }: About): string {
  if (kind === 'instant') return new Date(nowMs).toISOString();
  return kind === 'date' ? wallClock.slice(0, 10) : wallClock;
}

function overlapped(column: CursorColumn, at: Value, overlapMs: number): Value {
  if (column.kind === 'integer') return String(BigInt(String(at)) - BigInt(integerOverlap));
  return shifted(column, String(at), -overlapMs);
}

function backFrom(column: CursorColumn, now: About, back: number | 'all'): Value | undefined {
  if (back === 'all') return undefined;
  if (column.kind === 'integer') throw errors.cursor_window.error({ column: column.column.name });
  return shifted(column, clockOf(column, now), -back);
}

/** A stamp moved by milliseconds, in the form of its column: naive, with a Z, or a day. */
function shifted({ kind }: CursorColumn, stamp: string, ms: number): string {
  const moved = new Date(asUtc(stamp) + ms).toISOString();
  if (kind === 'date') return moved.slice(0, 10);
  return kind === 'instant' ? moved : moved.slice(0, 23);
}

/** Milliseconds of a stamp, a naive one taken for UTC; what is beyond milliseconds is cut off. */
function asUtc(stamp: string): number {
  if (stamp.length > 10 && ownZone.test(stamp)) return Date.parse(stamp.replace(/([+-]\d\d)$/, '$1:00'));
  return Date.parse(stamp.length === 10 ? stamp : `${stamp.replace(/Z$/, '').slice(0, 23)}Z`);
}

/** `--since` and `--until`: ISO with a zone is turned into the wall clock of the data base. */
function handBounds({ since, until }: ReadRequest, column: CursorColumn, now: About): Bounds {
  const bound = (text: string): Value => {
    if (column.kind !== 'integer') return handStamp(text, column, now);
    if (/^-?\d+$/.test(text)) return text;
    throw errors.cursor_window.error({ column: column.column.name });
  };
  return { ...(since !== undefined && { from: bound(since) }), ...(until !== undefined && { until: bound(until) }) };
}

function handStamp(text: string, column: CursorColumn, now: About): string {
  const isZoned = text.includes('T') && /(Z|[+-]\d\d:?\d\d)$/.test(text);
  const ahead = Math.round((asUtc(now.wallClock) - now.nowMs) / 60_000) * 60_000;
  const isInstant = column.kind === 'instant';
  if (isZoned) return shifted(column, new Date(text).toISOString(), isInstant ? 0 : ahead);
  return shifted(column, text, isInstant ? -ahead : 0);
}
