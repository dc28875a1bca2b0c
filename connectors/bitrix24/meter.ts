import type { MeasuredWork } from '../../engine/index.ts';
import type { VendorTime } from './answer.ts';

/** One command that was carried out or refused for its method's limit. */
export interface Metered {
  readonly method: string;
  /** Undefined for one the portal refused since its method has worked too long. */
  readonly time: VendorTime | undefined;
}

/** What the portal counts as working time, as far as its answers tell (reference 2.2). */
export interface Meter {
  /** Seconds a request with these commands is expected to cost, by method. */
  expect(methods: readonly string[], batched: boolean): ReadonlyMap<string, number>;
  /** The same of commands that are sent together later: without the batch, on a portal not known to charge it. */
  foresee(methods: readonly string[]): ReadonlyMap<string, number>;
  /** What an answer says: of its commands, and of the batch around them, which some portals charge instead. */
  measure(commands: readonly Metered[], envelope: VendorTime): ReadonlyMap<string, MeasuredWork>;
  /** How long the portal said it would go on to block this method; a minute where it said nothing. */
  blockedMs(method: string): number;
}

/** A command of a method that has not been met yet. */
const unknownSeconds = 1;
/** What is shorter is not counted (reference 2.2). */
const floorSeconds = 0.1;
const minuteMs = 60_000;
/** The window is ten buckets of a minute by the portal's clock. */
const windowMs = 10 * minuteMs;

export function createMeter(now: () => number): Meter {
  const costs = new Map<string, number>();
  const resets = new Map<string, number>();

  function learn(method: string, seconds: number): void {
    costs.set(method, ((costs.get(method) ?? seconds) + seconds) / 2);
  }

  function blockedMs(method: string): number {
    const left = (resets.get(method) ?? 0) - now();
    return left > 0 ? left : minuteMs;
  }

  function measureMethod(method: string, commands: readonly Metered[], envelope: VendorTime): MeasuredWork {
    const times = commands.flatMap(({ time }) => (time ? [time] : []));
    const worked = times.flatMap((time) => workedBy(time, envelope.finishMs));
    const seconds = worked.reduce((total, one) => total + one.seconds, 0);
    if (times.length > 0) learn(method, seconds / times.length);
    const latest = times.reduce<VendorTime | undefined>(
      (most, time) => ((most?.operating ?? -1) >= (time.operating ?? -1) ? most : time),
      undefined,
    );
    const counted = latest ? countedBy(latest, envelope.finishMs) : {};
    if (counted.counted) resets.set(method, now() + counted.counted.forMs);
    const blocked = times.length < commands.length;
    return { worked, ...counted, ...(blocked && { blockedForMs: blockedMs(method) }) };
  }

  function expect(methods: readonly string[], batched: boolean): ReadonlyMap<string, number> {
    const byMethod = Map.groupBy(methods, (method) => method);
    const expected = new Map(
      Array.from(byMethod, ([method, all]) => [method, all.length * (costs.get(method) ?? unknownSeconds)]),
    );
    if (!batched) return expected;
    const inner = [...expected.values()].reduce((total, seconds) => total + seconds, 0);
    return expected.set('batch', costs.get('batch') === 0 ? 0 : inner);
  }

  return {
    expect,
    foresee: (methods) => expect(methods, (costs.get('batch') ?? 0) > 0),
    measure(commands, envelope) {
      const byMethod = Map.groupBy(commands, ({ method }) => method);
      return new Map(Array.from(byMethod, ([method, all]) => [method, measureMethod(method, all, envelope)]));
    },
    blockedMs,
  };
}

/** Seconds of one command, and when its minute is over by ten: on a portal that counts. */
function workedBy(time: VendorTime, endedMs: number | undefined): MeasuredWork['worked'] {
  const seconds = (time.operating ?? 0) > 0 ? (time.processingMs ?? 0) / 1000 : 0;
  if (seconds < floorSeconds) return [];
  if (time.finishMs === undefined || endedMs === undefined) return [{ seconds, leavesInMs: windowMs }];
  const leavesMs = Math.floor(time.finishMs / minuteMs) * minuteMs + windowMs;
  return [{ seconds, leavesInMs: leavesMs - endedMs }];
}

function countedBy(time: VendorTime, endedMs: number | undefined): Pick<MeasuredWork, 'counted'> {
  if (time.operating === undefined) return {};
  const { operatingResetMs: reset } = time;
  const forMs = reset === undefined || endedMs === undefined ? minuteMs : Math.max(0, reset - endedMs);
  return { counted: { seconds: time.operating, forMs } };
}
