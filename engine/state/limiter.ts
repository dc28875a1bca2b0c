import { bucket } from './bucket.ts';
import type { Clock } from './clock.ts';
import type { Database } from './database.ts';
import type { LimitedRequest, PortalBook, Priority } from './machine-ports.ts';
import { workLedger } from './work-ledger.ts';

/**
 * Charges requests against their bucket and the working time of their methods, both or neither (DL-22). Who waits
 * leaves a note; as long as it stands, nobody of a lower priority gets what it waits for.
 */
export function limiter(db: Database, clock: Clock): Pick<PortalBook, 'charge' | 'settle'> {
  const requests = bucket(db, clock);
  const ledger = workLedger(db, clock);
  const queue = waitingRoom(db, clock);
  const heard = new Set<string>();

  return {
    charge: async (request) =>
      db.write(() => {
        const { limit, work } = request;
        if (queue.yields(request)) return { admitted: false, waitMs: Math.ceil(1000 / limit.perSecond) };
        const waitMs = requests.waitMs(limit);
        const refused = waitMs > 0 ? { waitMs } : work && ledger.refusal(work);
        if (refused) {
          queue.note(request, refused);
          return { admitted: false, ...refused };
        }
        requests.add(limit);
        ledger.reserve(request);
        queue.leave(request);
        return { admitted: true };
      }),
    async settle(request, measured) {
      if (!measured.refused && !isNews(request, measured.work)) return;
      db.write(() => {
        if (measured.refused) requests.fill(request.limit);
        ledger.settle(request, measured.work);
      });
    },
  };

  /** What was neither expected nor done changes nothing, but for the first answer of all: the method is known then. */
  function isNews({ work }: LimitedRequest, measured: Parameters<PortalBook['settle']>[1]['work']): boolean {
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
  note(request: LimitedRequest, refused: { readonly method?: string; readonly waitMs: number }): void;
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
    yields: ({ limit, work, priority }) =>
      [limit.key, ...Array.from(work?.expected.keys() ?? [], (method) => methodKey(work?.key, method))].some(
        (key) => higher.get(key, ranks[priority], clock.bootId, now(), now()) !== undefined,
      ),
    note({ id, limit, work, priority }, { method, waitMs }) {
      // Nobody is to give way to the lowest.
      if (ranks[priority] === 0) return;
      const key = method === undefined ? limit.key : methodKey(work?.key, method);
      put.run(id, key, ranks[priority], now() + waitMs + graceMs, now(), clock.bootId);
      noted.add(id);
    },
    leave({ id }) {
      if (noted.delete(id)) remove.run(id, now(), clock.bootId);
    },
  };
}

function methodKey(key: string | undefined, method: string): string {
  return `${key ?? ''} ${method}`;
}
