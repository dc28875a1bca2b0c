import { Cron } from 'croner';
import type { ScheduleEntry } from '../config/pipeline.ts';

/** When each entry of a schedule had its last turn, by `turnKey`; wall clock, milliseconds. */
export type Turns = ReadonlyMap<string, number>;

/** An entry is what it says: one that was edited has had no turn yet. */
export function turnKey(entry: ScheduleEntry): string {
  const when = entry.on === 'time' ? `every ${entry.everyMs}` : `cron ${entry.cron} ${entry.timezone ?? ''}`;
  return [when, entry.mode, ...(entry.flows ?? [])].join(' ');
}

/** Those of the schedule's entries; new ones begin to count now: `every` is due at once, `cron` at its next time. */
export function turnsOf(schedule: readonly ScheduleEntry[], had: Turns, now: number): Map<string, number> {
  const begun = schedule.map((entry) => [turnKey(entry), entry.on === 'time' ? 0 : now] as const);
  return new Map(begun.map(([key, at]) => [key, had.get(key) ?? at]));
}

/** When the entry's next turn is; times missed meanwhile are one turn. */
export function nextTurnAt(entry: ScheduleEntry, turns: Turns, now: number): number {
  const last = turns.get(turnKey(entry)) ?? 0;
  // Somebody put the clock back: better once too often than an hour of silence.
  if (last > now) return now;
  return entry.on === 'time' ? last + entry.everyMs : nextCron(entry.cron, entry.timezone, last);
}

function nextCron(cron: string, timezone: string | undefined, after: number): number {
  // `5/10`, which the language allows, is sloppy to croner.
  const options = { mode: '5-part', sloppyRanges: true, paused: true, ...(timezone && { timezone }) } as const;
  return new Cron(cron, options).nextRun(new Date(after))?.getTime() ?? Number.POSITIVE_INFINITY;
}

const cronTickMs = 5 * 60_000;

/** How often whoever starts `pipe run --scheduled` has to: as the shortest `every`; for times of a day every 5 minutes. */
export function tickMs(schedule: readonly ScheduleEntry[]): number {
  return Math.min(...schedule.map((entry) => (entry.on === 'time' ? entry.everyMs : cronTickMs)));
}

/**
 * The entries that are due, in the order of the file. `earlyMs`: how much too early a turn of `every` may come, for a
 * scheduler never starts us to the millisecond.
 */
export function dueEntries(
  schedule: readonly ScheduleEntry[],
  turns: Turns,
  now: number,
  earlyMs: number,
): readonly ScheduleEntry[] {
  return schedule.filter((entry) => nextTurnAt(entry, turns, now) <= now + (entry.on === 'time' ? earlyMs : 0));
}
