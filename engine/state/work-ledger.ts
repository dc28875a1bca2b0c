import type { MeasuredWork, Work } from '../connector.ts';
import type { Clock } from './clock.ts';
import type { Database } from './database.ts';
import type { LimitedRequest } from './machine-ports.ts';

/** Seconds that count against a method until they leave the window. */
interface WorkRow {
  /** The id of a request in flight, or one of `ownerless`. */
  readonly request: string;
  readonly seconds: number;
  /** Until when the request may last. */
  readonly ends: number;
  readonly leaves: number;
}

/** What rows that belong to no single request stand for. */
const ownerless = { worked: '', others: 'others', blocked: 'blocked' } as const;
const ownerlessNames = Object.values(ownerless)
  .map((name) => `'${name}'`)
  .join(', ');

/** How soon to look again at a method that only waits for answers on their way. */
const answersMs = 1000;
/** The same where one answer decides whether there is anything to wait for: it should cost a fast system nothing. */
const firstAnswerMs = 20;

export interface WorkLedger {
  /** The method with no room for what is expected of it, and how soon there may be. */
  refusal(work: Work): { readonly method: string; readonly waitMs: number } | undefined;
  reserve(request: LimitedRequest): void;
  ended(request: LimitedRequest, measured: ReadonlyMap<string, MeasuredWork> | undefined): void;
}

/**
 * Working seconds by credential and method (DL-22): what was worked counts until it leaves the vendor's window, what
 * is in flight counts as expected, and what the vendor counts beyond both is taken for the work of others. A request
 * whose end was never told, since its process died, counts as worked. A method of which nothing is known in this boot
 * gets one request at a time, until an answer says how much of the window is used.
 */
export function workLedger(db: Database, clock: Clock): WorkLedger {
  const rows = workRows(db, clock);
  const { now } = rows;

  function countMethod({ key, budget }: Work, method: string, measured: MeasuredWork): void {
    // To whole seconds, up: so that the rows of a minute are a few and not one for each request.
    const put = (request: string, seconds: number, inMs: number): void =>
      rows.put(key, method, { request, seconds, ends: 0, leaves: Math.ceil((now() + inMs) / 1000) * 1000 });
    const { worked, blockedForMs, counted } = measured;
    for (const { seconds, leavesInMs } of worked) put(ownerless.worked, seconds, leavesInMs);
    if (blockedForMs !== undefined) put(ownerless.blocked, budget, blockedForMs);
    if (!counted) return;
    rows.remove(key, method, ownerless.others);
    const others = counted.seconds - rows.sums(key, method).worked;
    if (others > roundingSeconds) put(ownerless.others, others, counted.forMs);
  }

  return {
    refusal(work) {
      rows.forget();
      for (const [method, expected] of work.expected) {
        const wait = expected > 0 ? waitMs(rows, work, method, expected) : 0;
        if (wait > 0) return { method, waitMs: wait };
      }
      return undefined;
    },
    reserve({ id, work, lastsMs }) {
      const ends = now() + lastsMs;
      for (const [method, seconds] of work?.expected ?? []) {
        if (work && seconds > 0)
          rows.put(work.key, method, { request: id, seconds, ends, leaves: ends + work.windowMs });
      }
    },
    ended({ id, work }, measured) {
      if (!work) return;
      rows.forget();
      for (const method of work.expected.keys()) rows.remove(work.key, method, id);
      for (const [method, one] of measured ?? asExpected(work)) {
        countMethod(work, method, one);
        if (measured) rows.know(work.key, method);
      }
    },
  };
}

function waitMs(rows: WorkRows, { key, budget }: Work, method: string, expected: number): number {
  const now = rows.now();
  const { counting, flying } = rows.sums(key, method);
  if (flying > 0 && !rows.isKnown(key, method)) return firstAnswerMs;
  const allowed = Math.max(0, budget - expected) + 1e-6;
  if (counting <= allowed) return 0;
  const left = whenRoom(rows.of(key, method), counting - allowed);
  return flying > 0 ? Math.min(left - now, answersMs) : left - now;
}

interface Sums {
  /** Seconds that count now. */
  readonly counting: number;
  /** Without those the vendor refuses the method for. */
  readonly worked: number;
  /** Requests in flight. */
  readonly flying: number;
}

/** The tables behind it: rows that still count, in this boot. */
interface WorkRows {
  now(): number;
  forget(): void;
  of(key: string, method: string): readonly WorkRow[];
  sums(key: string, method: string): Sums;
  put(key: string, method: string, row: WorkRow): void;
  remove(key: string, method: string, request: string): void;
  isKnown(key: string, method: string): boolean;
  know(key: string, method: string): void;
}

function workRows({ sqlite }: Database, clock: Clock): WorkRows {
  const forget = sqlite.prepare<[string, number, number]>('DELETE FROM work WHERE boot <> ? OR at > ? OR leaves <= ?');
  const load = sqlite.prepare<[string, string], WorkRow>(
    'SELECT request, seconds, ends, leaves FROM work WHERE key = ? AND method = ? ORDER BY leaves',
  );
  const sums = sqlite.prepare<[number, string, string], Sums>(
    `SELECT total(seconds) AS counting, total(seconds) FILTER (WHERE request <> '${ownerless.blocked}') AS worked,
      count(*) FILTER (WHERE ends > ? AND request NOT IN (${ownerlessNames})) AS flying
      FROM work WHERE key = ? AND method = ?`,
  );
  const add = sqlite.prepare<[string, string, string, number, number, number, number, string]>(
    `INSERT INTO work (key, method, request, seconds, ends, leaves, at, boot) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET seconds = seconds + excluded.seconds, at = excluded.at`,
  );
  const remove = sqlite.prepare<[string, string, string]>(
    'DELETE FROM work WHERE key = ? AND method = ? AND request = ?',
  );
  const known = sqlite.prepare<[string, string, string, number]>(
    'SELECT 1 FROM work_known WHERE key = ? AND method = ? AND boot = ? AND at <= ?',
  );
  const know = sqlite.prepare<[string, string, string, number]>(
    'INSERT OR REPLACE INTO work_known (key, method, boot, at) VALUES (?, ?, ?, ?)',
  );
  const now = (): number => Math.floor(clock.monotonic());
  const isKnown = (key: string, method: string): boolean => known.get(key, method, clock.bootId, now()) !== undefined;

  return {
    now,
    forget: () => void forget.run(clock.bootId, now(), now()),
    of: (key, method) => load.all(key, method),
    sums: (key, method) => sums.get(now(), key, method) ?? { counting: 0, worked: 0, flying: 0 },
    put: (key, method, { request, seconds, ends, leaves }) =>
      void add.run(key, method, request, seconds, ends, leaves, now(), clock.bootId),
    remove: (key, method, request) => void remove.run(key, method, request),
    isKnown,
    know(key, method) {
      if (!isKnown(key, method)) know.run(key, method, clock.bootId, now());
    },
  };
}

/** The vendor's figures are rounded: less than this is not the work of others. */
const roundingSeconds = 0.05;

/** When so many seconds will have left, the first to go first. */
function whenRoom(rows: readonly WorkRow[], tooMany: number): number {
  let left = tooMany;
  let at = 0;
  for (const { seconds, leaves } of rows) {
    if (left <= 0) break;
    left -= seconds;
    at = leaves;
  }
  return at;
}

function asExpected({ expected, windowMs }: Work): ReadonlyMap<string, MeasuredWork> {
  const all = Array.from(expected, ([method, seconds]): readonly [string, MeasuredWork] => [
    method,
    { worked: seconds > 0 ? [{ seconds, leavesInMs: windowMs }] : [] },
  ]);
  return new Map(all);
}
