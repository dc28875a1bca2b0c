import type { Limit } from '../connector.ts';

/** What was read through a connection, and the limit it was charged to, where the system has one. */
export interface Meter {
  requests: number;
  limit?: Limit;
}

/** What a run would take of the limits of the systems it uses, about: what it reads was counted, what it writes is planned. */
export interface Estimate {
  readonly requests: number;
  /** How long the limits make them last, when nobody else uses them. */
  readonly seconds: number;
  /** The one that makes the run last longest; absent: none makes it wait. */
  readonly binds?: string;
  readonly systems: readonly SystemEstimate[];
}

export interface SystemEstimate {
  readonly connections: readonly string[];
  readonly limit: string;
  readonly perSecond: number;
  readonly requests: number;
  readonly seconds: number;
}

/**
 * Each request of a preview is one of the run as well, and each call of `write` is one request more. Connections with
 * one limit share it; the systems come one after the other.
 */
export function estimate(meters: ReadonlyMap<string, Meter>, writes: ReadonlyMap<string, number>): Estimate {
  const limited = [...meters].flatMap(([name, { requests, limit }]) =>
    limit ? [{ name, limit, requests: requests + (writes.get(name) ?? 0) }] : [],
  );
  const systems = [...Map.groupBy(limited, ({ limit }) => limit.key).values()].flatMap((group): SystemEstimate[] => {
    const [first] = group;
    if (!first) return [];
    const { key, capacity, perSecond } = first.limit;
    const requests = group.reduce((sum, each) => sum + each.requests, 0);
    const seconds = Math.max(0, requests - capacity) / perSecond;
    return [{ connections: group.map(({ name }) => name), limit: key, perSecond, requests, seconds }];
  });
  const longest = systems.toSorted((a, b) => b.seconds - a.seconds).at(0);
  return {
    requests: systems.reduce((sum, { requests }) => sum + requests, 0),
    seconds: Math.ceil(systems.reduce((sum, { seconds }) => sum + seconds, 0)),
    ...(longest && longest.seconds > 0 && { binds: longest.limit }),
    systems: systems.map((system) => ({ ...system, seconds: Math.ceil(system.seconds) })),
  };
}
