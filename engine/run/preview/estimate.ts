import type { Limit, Measured, Work } from '../../connector.ts';

/** What was read through a connection, and the limits it was charged to, where the system has such. */
export interface Meter {
  requests: number;
  limit?: Limit;
  /** By method: what it worked, and what the vendor counts by now; empty where it counts no working time. */
  readonly measured: Map<string, { readonly work: Work; worked: number; counted: number }>;
}

/** Notes the working time a request came to. */
export function metered(meter: Meter, work: Work | undefined, measured: Measured): Measured {
  for (const [method, { worked, counted }] of measured.work ?? []) {
    if (!work || !counted) continue;
    const before = meter.measured.get(method)?.worked ?? 0;
    const seconds = worked.reduce((sum, one) => sum + one.seconds, before);
    meter.measured.set(method, { work, worked: seconds, counted: counted.seconds });
  }
  return measured;
}

/** What a run would take of the limits of the systems it uses, about: what it reads was counted, what it writes is planned. */
export interface Estimate {
  readonly requests: number;
  /** How long the limits make them last, when nobody else uses them. */
  readonly seconds: number;
  /** The one that makes the run last longest, a bucket or a method; absent: none makes it wait. */
  readonly binds?: string;
  readonly systems: readonly SystemEstimate[];
}

export interface SystemEstimate {
  readonly connections: readonly string[];
  readonly limit: string;
  readonly perSecond: number;
  readonly requests: number;
  readonly seconds: number;
  /** The method whose working time makes the run last longer than the requests do. */
  readonly work?: MethodWork;
}

export interface MethodWork {
  readonly method: string;
  /** Seconds of work the run would take of it. */
  readonly worked: number;
  /** Seconds the vendor grants it within a window. */
  readonly granted: number;
  readonly windowSeconds: number;
  /** What it counts by now of that. */
  readonly counted: number;
  /** How long that makes the run last. */
  readonly seconds: number;
}

/** What a run would write, by connection: calls of `write`, and the seconds of work by method. */
export interface PlannedWrites {
  readonly calls: ReadonlyMap<string, number>;
  readonly work: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

interface Used {
  readonly name: string;
  readonly requests: number;
  readonly limit: Limit;
  readonly methods: readonly MethodWork[];
}

/**
 * Each request of a preview is one of the run as well, and each call of `write` is one request more. Connections with
 * one limit share it; the systems come one after the other.
 */
export function estimate(meters: ReadonlyMap<string, Meter>, { calls, work }: PlannedWrites): Estimate {
  const used = [...meters].flatMap(([name, meter]): readonly Used[] => {
    const { requests, limit } = meter;
    if (!limit) return [];
    return [{ name, limit, requests: requests + (calls.get(name) ?? 0), methods: methodsOf(meter, work.get(name)) }];
  });
  const systems = [...Map.groupBy(used, ({ limit }) => limit.key).values()].flatMap(systemOf);
  const longest = systems.toSorted((a, b) => b.seconds - a.seconds).at(0);
  return {
    requests: systems.reduce((sum, { requests }) => sum + requests, 0),
    seconds: Math.ceil(systems.reduce((sum, { seconds }) => sum + seconds, 0)),
    ...(longest && longest.seconds > 0 && { binds: longest.work?.method ?? longest.limit }),
    systems: systems.map((system) => ({ ...system, seconds: Math.ceil(system.seconds) })),
  };
}

function systemOf(group: readonly Used[]): readonly SystemEstimate[] {
  const [first] = group;
  if (!first) return [];
  const { key, capacity, perSecond } = first.limit;
  const requests = group.reduce((sum, each) => sum + each.requests, 0);
  const waiting = Math.max(0, requests - capacity) / perSecond;
  const slowest = group.flatMap(({ methods }) => methods).toSorted((a, b) => b.seconds - a.seconds)[0];
  const work = slowest && slowest.seconds > waiting ? slowest : undefined;
  return [
    {
      connections: group.map(({ name }) => name),
      limit: key,
      perSecond,
      requests,
      seconds: work?.seconds ?? waiting,
      ...(work && { work }),
    },
  ];
}

/** Nothing where no answer counted working time: then the vendor grants as much as is wanted. */
function methodsOf({ measured }: Meter, planned: ReadonlyMap<string, number> = new Map()): readonly MethodWork[] {
  const [any] = measured.values();
  if (!any) return [];
  const wanted = new Map([...measured].map(([method, { worked }]) => [method, worked]));
  for (const [method, seconds] of planned) wanted.set(method, (wanted.get(method) ?? 0) + seconds);
  const { budget, windowMs } = any.work;
  return [...wanted].map(([method, worked]) => {
    const counted = measured.get(method)?.counted ?? 0;
    const over = Math.max(0, worked - Math.max(0, budget - counted));
    const seconds = Math.ceil((over * windowMs) / 1000 / budget);
    const windowSeconds = windowMs / 1000;
    return { method, worked: Math.ceil(worked), granted: budget, windowSeconds, counted: Math.round(counted), seconds };
  });
}
