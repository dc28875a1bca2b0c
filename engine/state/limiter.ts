import type { Limit } from '../connector.ts';
import { bucket } from './bucket.ts';
import type { Bucket } from './bucket.ts';
import type { Clock } from './clock.ts';
import type { Database } from './database.ts';
import type { LimitedRequest, PortalBook, Priority } from './machine-ports.ts';
import { workLedger } from './work-ledger.ts';

/**
 * Charges requests against their bucket and the working time of their methods, both or neither (DL-22). Who waits
 * leaves a note; as long as it stands, nobody of a lower priority gets what it waits for.
 */
export function limiter(db: Database, clock: Clock): Pick<PortalBook, 'charge' | 'ended'> {
  const requests = bucket(db, clock);
  const ledger = workLedger(db, clock);
  const queue = waitingRoom(db, clock);
  const heard = new Set<string>();

  return {
    charge: async (request) =>
      db.write(() => {
        const { limit, work } = request;
        if (queue.yields(request)) return { admitted: false, waitMs: Math.ceil(1000 / limit.perSecond) };
        const full = fullest(requests, request);
        if (full) {
          queue.note(request, full.key, full.waitMs);
          return { admitted: false, waitMs: full.waitMs };
        }
        const refused = work && ledger.refusal(work);
        if (refused) {
          queue.note(request, methodKey(work.key, refused.method), refused.waitMs);
          return { admitted: false, ...refused };
        }
        for (const each of bucketsOf(request)) requests.add(each);
        ledger.reserve(request);
        queue.leave(request);
        return { admitted: true };
      }),
    async ended(request, measured) {
      if (!measured.refused && !isNews(request, measured.work)) return;
      db.write(() => {
        if (measured.refused) requests.fill(request.limit);
        ledger.ended(request, measured.work);
      });
    },
  };

  /** What was neither expected nor done changes nothing, but for the first answer of all: the method is known then. */
  function isNews({ work }: LimitedRequest, measured: Parameters<PortalBook['ended']>[1]['work']): boolean {
    if (!work) return false;
    const first = [...(measured?.keys() ?? [])].filter((method) => !heard.has(`${work.key} ${method}`));
    for (const method of first) heard.add(`${work.key} ${method}`);
    const expected = [...work.expected.values()].some((seconds) => seconds > 0);
    const done = [...(measured?.values() ?? [])].some(
      ({ worked, counted, blockedForMs }) =>
        worked.length > 0 || (counted?.seconds ?? 0) > 0 || blockedForMs !== undefined,
    );
    return first.length > 0 || expected || done;
  }
}

const ranks: Readonly<Record<Priority, number>> = { full: 0, incremental: 1, event: 2 };

/** How long after it was to ask again somebody is still believed to wait. */
const graceMs = 2000;

interface WaitingRoom {
  /** Whether somebody of a higher priority waits for what the request needs. */
  yields(request: LimitedRequest): boolean;
  /** It waits for the bucket or method with this key. */
  note(request: LimitedRequest, key: string, waitMs: number): void;
  leave(request: LimitedRequest): void;
}

function waitingRoom(db: Database, clock: Clock): WaitingRoom {
  const { sqlite } = db;
  const higher = sqlite.prepare<[string, number, string, number, number]>(
    'SELECT 1 FROM waiting WHERE key = ? AND priority > ? AND boot = ? AND at <= ? AND until > ?',
  );
  const put = sqlite.prepare<[string, string, number, number, number, string]>(
    'INSERT OR REPLACE INTO waiting (request, key, priority, until, at, boot) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const remove = sqlite.prepare<[string, number, string]>(
    'DELETE FROM waiting WHERE request = ? OR until <= ? OR boot <> ?',
  );
  const noted = new Set<string>();
  const now = (): number => Math.floor(clock.monotonic());

  return {
    yields: (request) =>
      keysOf(request).some((key) => higher.get(key, ranks[request.priority], clock.bootId, now(), now()) !== undefined),
    note({ id, priority }, key, waitMs) {
      // Nobody is to give way to the lowest.
      if (ranks[priority] === 0) return;
      put.run(id, key, ranks[priority], now() + waitMs + graceMs, now(), clock.bootId);
      noted.add(id);
    },
    leave({ id }) {
      if (noted.delete(id)) remove.run(id, now(), clock.bootId);
    },
  };
}

/** Of the buckets without room the one that will have it last; undefined: all have. */
function fullest(
  buckets: Bucket,
  request: LimitedRequest,
): { readonly key: string; readonly waitMs: number } | undefined {
  return bucketsOf(request)
    .map((limit) => ({ key: limit.key, waitMs: buckets.waitMs(limit) }))
    .filter(({ waitMs }) => waitMs > 0)
    .sort((a, b) => b.waitMs - a.waitMs)[0];
}

function bucketsOf({ limit, within }: LimitedRequest): readonly Limit[] {
  return within ? [limit, within] : [limit];
}

/** All that a request may wait for. */
function keysOf(request: LimitedRequest): readonly string[] {
  const { work } = request;
  const methods = work ? Array.from(work.expected.keys(), (method) => methodKey(work.key, method)) : [];
  return [...bucketsOf(request).map(({ key }) => key), ...methods];
}

function methodKey(key: string, method: string): string {
  return `${key} ${method}`;
}
