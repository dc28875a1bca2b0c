import { formatMoment, type Zone } from './dates.ts';

/** The `time` block of an answer; seconds, `operating_reset_at` a Unix time (reference §1.3). */
export interface Time {
  readonly start: number;
  readonly finish: number;
  readonly duration: number;
  readonly processing: number;
  readonly date_start: string;
  readonly date_finish: string;
  readonly operating_reset_at: number;
  readonly operating: number;
}

export interface Timing {
  /** Seconds a command of this method takes by the portal's own clock. */
  costOf(method: string): number;
  /** Charges a command and says what it says of time; a batch is charged for nothing itself (reference §2.2, docs). */
  timeOf(method: string, startedAt: number, seconds: number): Time;
}

const windowMinutes = 10;
/** Calls below this are not accounted (reference §2.2). */
const floorSeconds = 0.1;

export function createTiming(cost: number | ((method: string) => number), now: () => number, zone: Zone): Timing {
  const charged = new Map<string, { minute: number; seconds: number }[]>();

  /** Seconds of one method in ten one-minute buckets, and when the oldest of them drops out (reference §2.2). */
  function charge(method: string, minute: number, seconds: number): { operating: number; resetMinute: number } {
    const buckets = (charged.get(method) ?? []).filter((bucket) => bucket.minute > minute - windowMinutes);
    if (method !== 'batch' && seconds >= floorSeconds) {
      const last = buckets.at(-1);
      if (last?.minute === minute) last.seconds += seconds;
      else buckets.push({ minute, seconds });
      charged.set(method, buckets);
    }
    const operating = buckets.reduce((sum, bucket) => sum + bucket.seconds, 0);
    return { operating, resetMinute: (buckets[0]?.minute ?? minute) + windowMinutes };
  }

  return {
    costOf: typeof cost === 'number' ? () => cost : cost,
    timeOf(method, startedAt, seconds) {
      const finishedAt = Math.max(now(), startedAt + seconds * 1000);
      const { operating, resetMinute } = charge(method, Math.floor(startedAt / 60_000), seconds);
      return {
        start: startedAt / 1000,
        finish: finishedAt / 1000,
        duration: (finishedAt - startedAt) / 1000,
        processing: seconds,
        date_start: formatMoment(startedAt, zone),
        date_finish: formatMoment(finishedAt, zone),
        operating_reset_at: resetMinute * 60,
        operating,
      };
    },
  };
}
