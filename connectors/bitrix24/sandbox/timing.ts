import { formatMoment, type Zone } from './dates.ts';

/** The `time` block of an answer; seconds, `operating_reset_at` a Unix time (reference §1.3). */
export interface Time {
  readonly start: number;
  readonly finish: number;
  readonly duration: number;
  readonly processing: number;
  readonly date_start: string;
  readonly date_finish: string;
  /** Both absent where the portal does not count (reference §1.3). */
  readonly operating_reset_at?: number;
  readonly operating?: number;
}

/** How a portal counts the working time of methods (reference §2.2). */
export interface Operating {
  /**
   * `commands`: as documented, each command of a batch to its own method and nothing to the batch. `batch`: as measured
   * on a portal on premises, the whole batch to `batch`, and every command shows that figure. `absent`: not at all.
   */
  readonly mode?: 'commands' | 'batch' | 'absent';
  /** Seconds a method may have in ten minutes; 480 by default. */
  readonly limitSeconds?: number;
  /** After so many seconds the portal ends a request, whatever it is at; 60 by default (reference §1.6). */
  readonly wallSeconds?: number;
}

export interface Timing {
  readonly wallSeconds: number;
  /** Seconds a command of this method takes by the portal's own clock. */
  costOf(method: string): number;
  /** Looked at before a call: the one that crosses the limit goes through, the next does not. `batch` is one too. */
  isBlocked(method: string, batched: boolean): boolean;
  /** Charges a command, or a batch, and says what it says of time. */
  timeOf(method: string, startedAt: number, seconds: number, batched?: boolean): Time;
  /** What a command of a batch says in the end, when the batch itself says this. */
  within(batch: Time, command: Time): Time;
}

const windowMinutes = 10;
/** Calls below this are not accounted (reference §2.2). */
const floorSeconds = 0.1;

export function createTiming(
  cost: number | ((method: string) => number),
  now: () => number,
  zone: Zone,
  { mode = 'commands', limitSeconds = 480, wallSeconds = 60 }: Operating = {},
): Timing {
  const { charge, bucketsOf } = createBuckets(() => minuteOf(now()));
  const counts = (method: string, batched: boolean): boolean =>
    mode === 'commands' ? method !== 'batch' : mode === 'batch' && !batched;

  /** The sum, and when the oldest bucket drops out. */
  function operatingOf(method: string, minute: number): Pick<Time, 'operating' | 'operating_reset_at'> {
    if (mode === 'absent') return {};
    const buckets = bucketsOf(method, minute);
    const oldest = Math.min(minute, ...buckets.map((bucket) => bucket.minute));
    return { operating_reset_at: (oldest + windowMinutes) * 60, operating: sum(buckets) };
  }

  return {
    wallSeconds,
    costOf: typeof cost === 'number' ? () => cost : cost,
    isBlocked: (method, batched) => counts(method, batched) && sum(bucketsOf(method, minuteOf(now()))) >= limitSeconds,
    timeOf(method, startedAt, seconds, batched = false) {
      const finishedAt = Math.max(now(), startedAt + seconds * 1000);
      if (counts(method, batched) && seconds >= floorSeconds) charge(method, minuteOf(startedAt), seconds);
      return {
        start: startedAt / 1000,
        finish: finishedAt / 1000,
        duration: (finishedAt - startedAt) / 1000,
        processing: seconds,
        date_start: formatMoment(startedAt, zone),
        date_finish: formatMoment(finishedAt, zone),
        ...operatingOf(method, minuteOf(startedAt)),
      };
    },
    within(batch, command) {
      const { operating, operating_reset_at } = batch;
      if (mode !== 'batch' || operating === undefined || operating_reset_at === undefined) return command;
      return { ...command, operating, operating_reset_at };
    },
  };
}

interface MinuteBucket {
  readonly minute: number;
  seconds: number;
}

/** Working seconds by method in one-minute buckets, ten of which count (reference §2.2). */
function createBuckets(thisMinute: () => number): {
  charge(method: string, minute: number, seconds: number): void;
  bucketsOf(method: string, minute: number): MinuteBucket[];
} {
  const charged = new Map<string, MinuteBucket[]>();

  function bucketsOf(method: string, minute: number): MinuteBucket[] {
    return (charged.get(method) ?? []).filter((bucket) => bucket.minute > minute - windowMinutes);
  }

  return {
    bucketsOf,
    charge(method, minute, seconds) {
      const buckets = bucketsOf(method, thisMinute());
      const held = buckets.find((bucket) => bucket.minute === minute);
      if (held) held.seconds += seconds;
      else buckets.push({ minute, seconds });
      charged.set(method, buckets);
    },
  };
}

function minuteOf(ms: number): number {
  return Math.floor(ms / 60_000);
}

function sum(buckets: readonly { readonly seconds: number }[]): number {
  return buckets.reduce((total, { seconds }) => total + seconds, 0);
}

/** Sample timings of the vendor's own pages, in seconds (reference §2.3). */
const documented: Readonly<Record<string, number>> = {
  'crm.deal.add': 0.68,
  'crm.contact.update': 2.1,
  'crm.deal.update': 1.35,
  'crm.lead.update': 3.3,
  'crm.item.add': 1.83,
  'crm.item.update': 3.19,
  'crm.deal.delete': 5.3,
};

/** What a command takes by the vendor's pages; of others what the nearest of those does, a page of a list 0.22 s. */
export function documentedCost(method: string): number {
  const [, verb = ''] = /\.([a-z]+)$/.exec(method) ?? [];
  const alike: Readonly<Record<string, number>> = { add: 0.68, update: 1.35, set: 1.35, delete: 5.3, list: 0.22 };
  return documented[method] ?? alike[verb] ?? 0.05;
}
