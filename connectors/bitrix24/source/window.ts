import type { Cursor, Host, ReadRequest, Row } from '../../../engine/index.ts';
import type { Client } from '../client.ts';
import type { Params } from '../command.ts';
import { errors } from '../errors.ts';
import type { Listing, PlacedRow } from './listing.ts';

/** What a read takes, and what it leaves for the next. Stamps are as the portal writes them, in its own zone. */
export interface ReadPlan {
  readonly field: string | undefined;
  /** Inclusive: stamps have whole seconds, and of one second some rows may come later than others. */
  readonly from: string | undefined;
  /** Exclusive. */
  readonly until: string | undefined;
  /** The last row that an interrupted read has delivered. */
  readonly after: number;
  /** The latest stamp that was delivered. */
  readonly seen: string | undefined;
  /** The portal's clock before the read began. */
  readonly began: string | undefined;
  /** A window given by hand moves no cursor, a source read whole has none. */
  readonly keepsCursor: boolean;
}

/** The portal's clock, in its own zone. */
export interface PortalNow {
  readonly ms: number;
  /** `+03:00`. */
  readonly zone: string;
}

/** https://apidocs.bitrix24.com/api-reference/common/system/server-time.html */
export async function portalNow(client: Client, signal: AbortSignal): Promise<PortalNow> {
  const reply = await client.call({ method: 'server.time', params: {} }, { signal });
  if (!reply.ok) throw reply.error;
  const text = String(reply.value);
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw errors.unexpected_result.error({ host: client.host, method: 'server.time' });
  return { ms, zone: zoned.exec(text)?.[1] ?? '+00:00' };
}

const zoned = /T.*([+-]\d\d:\d\d)$/;

/**
 * A finished read leaves `{ at }`: the smaller of the latest stamp seen and of the portal's clock before it began, so that
 * neither another clock nor a stamp of the future carries it away (DL-6, T18). One that was broken off leaves
 * `{ after, from, seen, began }` and is read on.
 */
export async function planRead(request: ReadRequest, listing: Listing, client: Client, host: Host): Promise<ReadPlan> {
  const { window, since, until, signal } = request;
  const all: ReadPlan = {
    field: undefined,
    from: undefined,
    until: undefined,
    after: listing.above,
    seen: undefined,
    began: undefined,
    keepsCursor: false,
  };
  if (window === undefined) {
    if (since !== undefined || until !== undefined) throw errors.cursor_wanted.error({});
    return all;
  }
  const { field } = window;
  if (listing.pages !== 'id' || listing.field(field).type !== 'datetime')
    throw errors.no_cursor.error({ what: listing.what, field });
  if (listing.filters(`>=${field}`) || listing.filters(`<${field}`)) throw errors.cursor_filtered.error({ field });
  const now = await portalNow(client, signal);
  const began = stampOf(now.ms, now.zone);
  if (since !== undefined || until !== undefined)
    return { ...all, field, began, from: handStamp(since, now.zone), until: handStamp(until, now.zone) };
  const kept: ReadPlan = { ...all, field, began, keepsCursor: true };
  const stored = storedIn(request.cursor);
  if (request.mode === 'incremental' && stored.after !== undefined) return { ...kept, ...stored, after: stored.after };
  return { ...kept, ...windowed(request.mode, window, now, stored.at, client, host) };
}

function windowed(
  mode: ReadRequest['mode'],
  window: NonNullable<ReadRequest['window']>,
  now: PortalNow,
  stored: string | undefined,
  { host: portal }: Client,
  host: Host,
): Pick<ReadPlan, 'from' | 'seen'> {
  const storedMs = stored === undefined ? undefined : Date.parse(stored);
  const behind = storedMs !== undefined && storedMs > now.ms;
  if (behind)
    host.warn(errors.clock_behind.error({ host: portal, now: stampOf(now.ms, now.zone), cursor: stored ?? '' }));
  const atMs = behind ? now.ms : storedMs;
  const seen = atMs === undefined ? undefined : stampOf(atMs, now.zone);
  const resumeMs = atMs === undefined ? undefined : atMs - window.overlapMs;
  if (mode === 'incremental' && resumeMs !== undefined) return { from: stampOf(resumeMs, now.zone), seen };
  const back = mode === 'full' ? window.fullMs : window.firstMs;
  if (back === 'all') return { from: undefined, seen };
  return { from: stampOf(Math.min(now.ms - back, resumeMs ?? Infinity), now.zone), seen };
}

function storedIn(cursor: Cursor = {}): Partial<Pick<ReadPlan, 'after' | 'from' | 'seen' | 'began'>> & { at?: string } {
  const { at, after, from, seen, began } = cursor;
  return {
    ...(typeof at === 'string' && { at }),
    ...(typeof after === 'number' && { after }),
    ...(typeof from === 'string' && { from }),
    ...(typeof seen === 'string' && { seen }),
    ...(typeof began === 'string' && { began }),
  };
}

/** `2026-03-01T10:00:00+03:00`: whole seconds, as the portal keeps them. */
export function stampOf(ms: number, zone: string): string {
  const [, sign = '+', hours = '00', minutes = '00'] = /^([+-])(\d\d):(\d\d)$/.exec(zone) ?? [];
  const offsetMs = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  return new Date(ms + offsetMs).toISOString().slice(0, 19) + zone;
}

/** `--since` and `--until`: without a zone they are times of the portal. */
function handStamp(text: string | undefined, zone: string): string | undefined {
  if (text === undefined) return undefined;
  const time = text.length === 10 ? `${text}T00:00:00` : text;
  return stampOf(Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(time) ? time : `${time}${zone}`), zone);
}

/** The bounds as a filter. */
export function boundsOf({ field, from, until }: ReadPlan): Params {
  if (field === undefined) return {};
  return { ...(from !== undefined && { [`>=${field}`]: from }), ...(until !== undefined && { [`<${field}`]: until }) };
}

/** Throws for a row that the bounds should have kept back (DL-3). */
export function verifier({ field, from, until }: ReadPlan, { host, what }: Listing): (row: PlacedRow) => void {
  const [low, high] = [
    from === undefined ? -Infinity : Date.parse(from),
    until === undefined ? Infinity : Date.parse(until),
  ];
  return ({ at }) => {
    const ms = at === undefined ? Number.NaN : Date.parse(at);
    if (field !== undefined && (ms < low || ms >= high))
      throw errors.filter_ignored.error({ host, entity: what, fields: field });
  };
}

export function later(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Date.parse(a) < Date.parse(b) ? b : a;
}

/** The cursor behind this row, and, when the read has `ended`, behind all of them. */
export function cursorOf(plan: ReadPlan, after: number, seen: string | undefined, ended: boolean): Row | undefined {
  const { keepsCursor, from, began } = plan;
  if (!keepsCursor) return undefined;
  if (!ended)
    return {
      after,
      ...(from !== undefined && { from }),
      ...(seen !== undefined && { seen }),
      ...(began !== undefined && { began }),
    };
  if (seen === undefined) return undefined;
  return { at: began !== undefined && Date.parse(began) < Date.parse(seen) ? began : seen };
}
