/** A leaky bucket: +1 for each request, −`perSecond` each second, full above `capacity` (reference §2.1). */
export interface Limits {
  readonly capacity: number;
  readonly perSecond: number;
}

/** The vendor's figures for every tariff but Enterprise, which has 250 and 5 (reference §2.1). */
export const ordinaryLimits: Limits = { capacity: 50, perSecond: 2 };

export interface Bucket {
  /** Counts one HTTP request of this address, a batch as any other; false when it is refused and not counted. */
  take(address: string): boolean;
}

/** Counted by source address: several programs behind one address share one budget (reference §2.1). */
export function createBucket(limits: Limits | 'off', now: () => number): Bucket {
  if (limits === 'off') return { take: () => true };
  const levels = new Map<string, { level: number; at: number }>();
  return {
    take(address) {
      const at = now();
      const last = levels.get(address) ?? { level: 0, at };
      const level = Math.max(0, last.level - ((at - last.at) / 1000) * limits.perSecond);
      const taken = level + 1 <= limits.capacity;
      levels.set(address, { level: taken ? level + 1 : level, at });
      return taken;
    },
  };
}
