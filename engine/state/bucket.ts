import type { Limit } from '../connector.ts';
import type { Clock } from './clock.ts';
import type { Database } from './database.ts';

/** One request in the bucket's own unit: with µs as the unit of time, all amounts are whole numbers. */
const request = 1_000_000;

interface BucketRow {
  readonly level: number;
  readonly at: number;
  readonly boot: string;
}

export interface Bucket {
  /** How long until there is room for one request; 0 when there is. */
  waitMs(limit: Limit): number;
  add(limit: Limit): void;
  /** The vendor refused: it is full now. */
  fill(limit: Limit): void;
}

/**
 * The leaky bucket (DL-22). A charge survives our death; it need not survive the machine's, whose next boot finds an
 * unknown history. Without history, or with one of another boot, there is room for one request: whatever was sent
 * before, no more than that may be missing from the vendor's own count.
 */
export function bucket(db: Database, clock: Clock): Bucket {
  const load = db.sqlite.prepare<[string], BucketRow>('SELECT level, at, boot FROM buckets WHERE key = ?');
  const save = db.sqlite.prepare<[string, number, number, string]>(
    'INSERT OR REPLACE INTO buckets (key, level, at, boot) VALUES (?, ?, ?, ?)',
  );

  function look(limit: Limit): { level: number; now: number; unknown: boolean } {
    const now = Math.floor(clock.monotonic() * 1000);
    const row = load.get(limit.key);
    if (!row || row.boot !== clock.bootId || row.at > now) {
      return { level: Math.max(row?.level ?? 0, full(limit) - request), now, unknown: true };
    }
    // Requests per second are millionths of a request per µs. What is less than one of them has not leaked yet.
    return { level: Math.max(0, row.level - Math.floor((now - row.at) * limit.perSecond)), now, unknown: false };
  }

  return {
    waitMs(limit) {
      const { level, now, unknown } = look(limit);
      const excess = level + request - full(limit);
      // From here on the history is known. Else a refusal writes nothing, so no rounding adds up while one waits.
      if (excess > 0 && unknown) save.run(limit.key, level, now, clock.bootId);
      return excess > 0 ? Math.ceil(excess / limit.perSecond / 1000) : 0;
    },
    add(limit) {
      const { level, now } = look(limit);
      save.run(limit.key, level + request, now, clock.bootId);
    },
    fill(limit) {
      const { level, now } = look(limit);
      save.run(limit.key, Math.max(level, full(limit)), now, clock.bootId);
    },
  };
}

function full(limit: Limit): number {
  return Math.floor(limit.capacity * request);
}
