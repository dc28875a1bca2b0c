import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Cursor, Host, PipeError, ReadRequest, Row, Value, Window } from '../../engine/index.ts';
import { resumedScan } from '../_sql/walk.ts';
import type { Bounds, ReadPlan } from '../_sql/walk.ts';
import type { SqlClient } from './client.ts';
import { errors } from './errors.ts';

/** What a cursor column counts: wall-clock time, insertions, or changes of the whole data base. */
export type CursorKind = 'stamp' | 'integer' | 'rowversion';

/** The column a source moves along. */
export interface CursorColumn {
  readonly name: string;
  /** T-SQL type, without length. */
  readonly type: string;
  readonly kind: CursorKind;
}

/**
 * Numbers are handed out in order and committed in any: so many ids below the last one seen are read again, which
 * covers transactions still open then.
 */
const integerOverlap = 1000;

const stampTypes = new Set(['date', 'datetime', 'datetime2', 'smalldatetime', 'datetimeoffset']);
const integerTypes = new Set(['tinyint', 'smallint', 'int', 'bigint']);
const rowversionTypes = new Set(['timestamp', 'rowversion']);

export function cursorColumn(name: string, typeName: string): CursorColumn {
  const type = typeName.replace(/\(.*$/, '').trim().toLowerCase();
  if (stampTypes.has(type)) return { name, type, kind: 'stamp' };
  if (integerTypes.has(type)) return { name, type, kind: 'integer' };
  if (rowversionTypes.has(type)) return { name, type, kind: 'rowversion' };
  throw errors.cursor_type.error({ column: name, type: typeName });
}

/** Where the source stood before the read began (DL-6): nothing committed later may fall behind the new cursor. */
export interface SourceNow {
  /** Naive wall clock, or UTC where the column knows its zone. */
  readonly stamp: string;
  /** Minutes the wall clock is ahead of UTC. */
  readonly offsetMinutes: number;
  /** The oldest row version of a transaction still open. */
  readonly rowversion?: string;
}

export async function sourceNow(
  client: SqlClient,
  column: CursorColumn | undefined,
  signal: AbortSignal,
): Promise<SourceNow> {
  const [[row] = []] = await client.results([nowQuery(column)], signal);
  return nowOf(row, column);
}

/** The question of `sourceNow` and what its row says, for whoever has more to ask in the same round trip. */
export function nowQuery(column: CursorColumn | undefined): RawBuilder<unknown> {
  const versions = column?.kind === 'rowversion' ? sql`, MIN_ACTIVE_ROWVERSION() AS [rowversion]` : sql``;
  return sql`SELECT SYSDATETIME() AS [local], SYSUTCDATETIME() AS [utc]${versions}`;
}

export function nowOf(row: Row | undefined, column: CursorColumn | undefined): SourceNow {
  const local = String(row?.['local']).slice(0, 23);
  const utc = String(row?.['utc']).slice(0, 23);
  return {
    stamp: column?.type === 'datetimeoffset' ? `${utc}Z` : local,
    offsetMinutes: Math.round((Date.parse(`${local}Z`) - Date.parse(`${utc}Z`)) / 60_000),
    ...(row?.['rowversion'] !== undefined && { rowversion: String(row['rowversion']) }),
  };
}

/** What one read of a source does; warns when the source's clock went back. */
export function planRead(request: ReadRequest, column: CursorColumn | undefined, now: SourceNow, host: Host): ReadPlan {
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
  now: SourceNow,
  host: Host,
  stored: Value | undefined,
): ReadPlan {
  const began = column.kind === 'rowversion' ? now.rowversion : column.kind === 'stamp' ? now.stamp : undefined;
  const at = stored === undefined ? undefined : earlier(column, stored, began);
  const start = { ...(began !== undefined && { began }), ...(at !== undefined && { seen: at }) };
  if (stored !== undefined && at !== stored) {
    host.warn(behind(column, began, stored));
    // A restored data base counts from an older number: what was changed since cannot be told by it.
    if (column.kind === 'rowversion') return { walk: 'scan', bounds: {}, keepsCursor: true, ...start };
  }
  const resume = at === undefined ? undefined : overlapped(column, at, window.overlapMs);
  if (mode === 'incremental' && resume !== undefined) {
    const committed = column.kind === 'rowversion' && began !== undefined && { until: began };
    return { walk: 'tail', bounds: { from: resume, ...committed }, ...start };
  }
  const back = backFrom(column, now, mode === 'full' ? window.fullMs : window.firstMs);
  const from = back === undefined || resume === undefined ? back : earlier(column, back, resume);
  return { walk: 'scan', bounds: from === undefined ? {} : { from }, keepsCursor: true, ...start };
}

/**
 * The cursor after all rows up to `seen`: the smaller of that and of where the source stood before (DL-6), so that a
 * stamp in the future does not carry it away. Undefined when nothing was ever seen.
 */
export function cursorAt(column: CursorColumn, seen: Value | undefined, began: Value | undefined): Cursor | undefined {
  if (column.kind === 'rowversion') return began === undefined ? undefined : { at: began };
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

function compare(column: CursorColumn, a: Value, b: Value): number {
  if (column.kind === 'integer') return BigInt(String(a)) < BigInt(String(b)) ? -1 : Number(a !== b);
  // ISO times and hex of one length are in the order of their text.
  return String(a) < String(b) ? -1 : Number(String(a) !== String(b));
}

function behind(column: CursorColumn, began: Value | undefined, at: Value): PipeError {
  if (column.kind === 'rowversion') return errors.rowversion_behind.error({});
  return errors.clock_behind.error({ now: String(began), cursor: String(at) });
}

function overlapped(column: CursorColumn, at: Value, overlapMs: number): Value {
  if (column.kind === 'stamp') return shifted(String(at), -overlapMs);
  return column.kind === 'integer' ? String(BigInt(String(at)) - BigInt(integerOverlap)) : at;
}

function backFrom(column: CursorColumn, now: SourceNow, back: number | 'all'): Value | undefined {
  if (back === 'all') return undefined;
  if (column.kind !== 'stamp') throw errors.cursor_window.error({ column: column.name });
  return shifted(now.stamp, -back);
}

/** A stamp moved by milliseconds, in the form it came: naive, with a Z, or a day. */
function shifted(stamp: string, ms: number): string {
  const zone = stamp.endsWith('Z') ? 'Z' : '';
  const moved = new Date(Date.parse(stamp.length === 10 ? stamp : `${stamp.slice(0, 23).replace(/Z$/, '')}Z`) + ms);
  return moved.toISOString().slice(0, 23) + zone;
}

/** `--since` and `--until`: ISO with a zone is turned into the wall clock of the data base. */
function handBounds({ since, until }: ReadRequest, column: CursorColumn, now: SourceNow): Bounds {
  const bound = (text: string): Value => {
    if (column.kind === 'integer' && /^-?\d+$/.test(text)) return text;
    if (column.kind === 'rowversion' && /^0x[0-9a-f]+$/i.test(text)) return text;
    if (column.kind !== 'stamp') throw errors.cursor_window.error({ column: column.name });
    return handStamp(text, column, now);
  };
  return { ...(since !== undefined && { from: bound(since) }), ...(until !== undefined && { until: bound(until) }) };
}

function handStamp(text: string, column: CursorColumn, now: SourceNow): string {
  const zoned = /(Z|[+-]\d\d:?\d\d)$/.test(text) && text.includes('T');
  const utcColumn = column.type === 'datetimeoffset';
  const shift = now.offsetMinutes * 60_000;
  if (zoned)
    return utcColumn ? new Date(text).toISOString() : new Date(Date.parse(text) + shift).toISOString().slice(0, 23);
  const naive = new Date(text.length === 10 ? text : `${text}Z`).toISOString().slice(0, 23);
  return utcColumn ? shifted(`${naive}Z`, -shift) : naive;
}
