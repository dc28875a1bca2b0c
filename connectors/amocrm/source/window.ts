import type { Cursor, Host, ReadRequest, Row } from '../../../engine/index.ts';
import type { Client } from '../client.ts';
import { errors } from '../errors.ts';
import { readClock } from '../facts.ts';
import type { Schema } from '../schema.ts';
import type { Position } from '../walk.ts';
import type { Zone } from '../zone.ts';

/** What a read takes, and what it leaves for the next. Seconds since 1970: the vendor keeps whole ones. */
export interface ReadPlan {
  readonly zone: Zone;
  /** Inclusive: of one second some rows may come later than others. */
  readonly from: number | undefined;
  /** Exclusive. */
  readonly until: number | undefined;
  /** How far an interrupted read has delivered. */
  readonly after: Position | undefined;
  /** The latest stamp that was delivered. */
  readonly seen: number | undefined;
  /** The account's clock before the read began. */
  readonly began: number | undefined;
  /** A window given by hand moves no cursor, a source read whole has none. */
  readonly keepsCursor: boolean;
}

/** The one time every kind of row has, and can be asked for by (reference 5). */
const cursorField = 'updated_at';

/**
 * A finished read leaves `{ at }`: the smaller of the latest stamp seen and of the account's clock before it began, so that
 * neither another clock nor a stamp of the future, which a program may have sent, carries it away (DL-6). One that was
 * broken off leaves `{ after, rows, from, seen, began }` and is read on.
 */
export async function planRead(request: ReadRequest, schema: Schema, client: Client, host: Host): Promise<ReadPlan> {
  const { window, since, until, signal } = request;
  const { zone } = schema.facts;
  const whole: ReadPlan = {
    zone,
    from: undefined,
    until: undefined,
    after: undefined,
    seen: undefined,
    began: undefined,
    keepsCursor: false,
  };
  if (window === undefined) {
    if (since !== undefined || until !== undefined) throw errors.cursor_wanted.error({});
    return whole;
  }
  if (window.field !== cursorField) throw errors.no_cursor.error({ entity: schema.kind.name, field: window.field });
  const now = await readClock(client, signal);
  if (since !== undefined || until !== undefined)
    return { ...whole, began: now, from: handStamp(since, zone), until: handStamp(until, zone) };
  const kept = { ...whole, began: now, keepsCursor: true };
  const { cursor = {} } = request;
  if (request.mode === 'incremental' && typeof cursor['after'] === 'number') return { ...kept, ...interrupted(cursor) };
  return { ...kept, ...windowed(request, window, now, zone, host, client.host) };
}

function interrupted(cursor: Cursor): Partial<ReadPlan> {
  const { after, rows } = cursor;
  return {
    after: { last: Number(after), rows: typeof rows === 'number' ? rows : 0 },
    from: secondsIn(cursor, 'from'),
    seen: secondsIn(cursor, 'seen'),
    began: secondsIn(cursor, 'began'),
  };
}

function windowed(
  { mode, cursor = {} }: ReadRequest,
  { firstMs, fullMs, overlapMs }: NonNullable<ReadRequest['window']>,
  now: number,
  zone: Zone,
  host: Host,
  account: string,
): Pick<ReadPlan, 'from' | 'seen'> {
  const stored = secondsIn(cursor, 'at');
  const isBehind = stored !== undefined && stored > now;
  if (isBehind)
    host.warn(errors.clock_behind.error({ host: account, now: zone.momentOf(now), cursor: zone.momentOf(stored) }));
  const seen = isBehind ? now : stored;
  const resume = seen === undefined ? undefined : seen - Math.ceil(overlapMs / 1000);
  if (mode === 'incremental' && resume !== undefined) return { from: resume, seen };
  const back = mode === 'full' ? fullMs : firstMs;
  if (back === 'all') return { from: undefined, seen };
  return { from: Math.min(now - Math.ceil(back / 1000), resume ?? Infinity), seen };
}

function secondsIn(cursor: Cursor, name: string): number | undefined {
  const text = cursor[name];
  return typeof text === 'string' ? Date.parse(text) / 1000 : undefined;
}

/** `--since` and `--until`: without a zone they are times of the account. */
function handStamp(text: string | undefined, zone: Zone): number | undefined {
  if (text === undefined) return undefined;
  const moment = zone.midnight(text) ?? zone.moment(text);
  return moment === undefined ? undefined : Date.parse(moment) / 1000;
}

/** The cursor behind these rows, and, when the read has `ended`, behind all of them. */
export function cursorOf(
  { keepsCursor, zone, from, began }: ReadPlan,
  after: Position | undefined,
  seen: number | undefined,
  ended: boolean,
): Row | undefined {
  if (!keepsCursor) return undefined;
  if (ended) return seen === undefined ? undefined : { at: zone.momentOf(Math.min(seen, began ?? seen)) };
  if (after === undefined) return undefined;
  return {
    after: after.last,
    rows: after.rows,
    ...(from !== undefined && { from: zone.momentOf(from) }),
    ...(seen !== undefined && { seen: zone.momentOf(seen) }),
    ...(began !== undefined && { began: zone.momentOf(began) }),
  };
}
