import type { ScheduleEntry } from '../config/pipeline.ts';
import { exitCodes } from '../errors.ts';
import type { RunClock, RunOptions } from '../run/context.ts';
import { dueEntries, nextTurnAt, tickMs, turnKey, turnsOf } from '../service/schedule.ts';
import type { Turns } from '../service/schedule.ts';

/** A pipeline's schedule and the means to carry it out. */
export interface Scheduled {
  readonly schedule: readonly ScheduleEntry[];
  readonly clock: RunClock;
  readonly signal: AbortSignal;
  /** Turns that were had before this process began. */
  readonly turns: Turns;
  readonly save: (turns: Turns) => void;
  /** One run, with its results shown; resolves to its exit code, throws what no later run could mend. */
  readonly run: (options: RunOptions) => Promise<number>;
}

/** One round of `pipe run --scheduled`: what is due by now, one after the other. */
export async function runDue(work: Scheduled): Promise<number> {
  const now = work.clock.now();
  const turns = turnsOf(work.schedule, work.turns, now);
  work.save(turns);
  return round(work, turns, tickMs(work.schedule) / 2, new Map());
}

/**
 * `pipe run --loop`: round after round until a stop is asked for, or all that was tried ends in a way it would again.
 * It reads the file once. Each run takes the lock and gives it back: while it waits, a run by hand and `pipe queue`
 * find the pipeline free, and one that has it still makes the next round wait for its own turn.
 */
export async function runForever(work: Scheduled): Promise<number> {
  const { schedule, clock } = work;
  const turns = turnsOf(schedule, work.turns, clock.now());
  for (const entry of schedule) if (entry.on === 'time') turns.set(turnKey(entry), 0);
  const ends = new Map<string, number>();
  for (;;) {
    const exit = await round(work, turns, 0, ends);
    if (isFinal(exit) || (ends.size > 0 && [...ends.values()].every((end) => end === exitCodes.input))) return exit;
    await waitForNext(work, turns, exit === exitCodes.environment || exit === exitCodes.input);
  }
}

/** At most a minute at a time: whoever sets the clock or wakes the machine is noticed. */
const longestSleepMs = 60_000;

async function waitForNext({ schedule, clock, signal }: Scheduled, turns: Turns, hasFailed: boolean): Promise<void> {
  // What failed is due still: it waits as long as a turn takes to come round.
  const notBefore = hasFailed ? clock.monotonic() + Math.min(tickMs(schedule), longestSleepMs) : 0;
  for (;;) {
    const now = clock.now();
    const next = Math.min(...schedule.map((entry) => nextTurnAt(entry, turns, now)));
    const waitMs = Math.max(next - now, notBefore - clock.monotonic());
    if (waitMs <= 0) return;
    await clock.sleep(Math.min(waitMs, longestSleepMs), signal);
  }
}

/**
 * A turn is had when the run did its work; a time of the day that found the network down stays due. What is wrong with
 * one entry's flows is told, and the others have their turns: no plan stops a visit. `ends` keeps how each ended last.
 */
async function round(
  work: Scheduled,
  turns: Map<string, number>,
  earlyMs: number,
  ends: Map<string, number>,
): Promise<number> {
  let exit = 0;
  for (const entry of dueEntries(work.schedule, turns, work.clock.now(), earlyMs)) {
    const startedAt = work.clock.now();
    const code = await work.run(optionsOf(entry));
    if (isFinal(code)) return code;
    ends.set(turnKey(entry), code);
    if (code !== exitCodes.environment) turns.set(turnKey(entry), startedAt);
    else if (entry.on === 'time') turns.set(turnKey(entry), soonAgain(entry.everyMs, tickMs(work.schedule), startedAt));
    work.save(turns);
    exit = worse(exit, code);
  }
  return exit;
}

/** What met a network that was down, or another run, is due with the next tick and not a whole turn later. */
function soonAgain(everyMs: number, tick: number, startedAt: number): number {
  return startedAt - everyMs + tick;
}

/** Stopped, or our bug. */
function isFinal(code: number): boolean {
  return code >= 128 || code === exitCodes.bug;
}

function worse(one: number, other: number): number {
  const order = [0, exitCodes.data, exitCodes.environment, exitCodes.input];
  return order.indexOf(one) > order.indexOf(other) ? one : other;
}

function optionsOf({ mode, flows }: ScheduleEntry): RunOptions {
  return { full: mode === 'full', allow: new Set(), ...(flows && { flows }) };
}
