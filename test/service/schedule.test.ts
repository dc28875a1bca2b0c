import { describe, expect, it } from 'vitest';
import type { ScheduleEntry } from '../../engine/config/pipeline.ts';
import { dueEntries, nextTurnAt, tickMs, turnKey, turnsOf } from '../../engine/service/schedule.ts';

const place = { file: 'a.yaml', line: 1, column: 1, endLine: 1, endColumn: 1 };

function every(everyMs: number, flows?: readonly string[]): ScheduleEntry {
  return { on: 'time', everyMs, mode: 'incremental', place, ...(flows && { flows }) };
}

function cron(text: string, timezone?: string): ScheduleEntry {
  return { on: 'cron', cron: text, mode: 'full', place, ...(timezone !== undefined && { timezone }) };
}

const minute = 60_000;
const nineInMoscow = Date.UTC(2026, 10, 29, 6);

function iso(entry: ScheduleEntry, last: number): string {
  return new Date(nextTurnAt(entry, new Map([[turnKey(entry), last]]), last)).toISOString();
}

describe('the next turn', () => {
  it('of `every` is that long after the last one', () => {
    expect(iso(every(2 * minute), nineInMoscow)).toBe('2026-11-29T06:02:00.000Z');
  });

  it.each([
    ['0 8,20 * * *', 'Europe/Moscow', '2026-11-29T17:00:00.000Z'],
    ['0 8,20 * * *', 'Asia/Yekaterinburg', '2026-11-29T15:00:00.000Z'],
    ['5/10 * * * *', 'Europe/Moscow', '2026-11-29T06:05:00.000Z'],
    ['0 0 * * 0', 'Europe/Moscow', '2026-12-05T21:00:00.000Z'],
    ['0 0 * * 7', 'Europe/Moscow', '2026-12-05T21:00:00.000Z'],
    ['0 9 1-7 * mon', 'Europe/Moscow', '2026-11-30T06:00:00.000Z'],
  ])('of cron %s in %s after Sunday 9:00 in Moscow is %s', (text, timezone, next) => {
    expect(iso(cron(text, timezone), nineInMoscow)).toBe(next);
  });

  it('is now when somebody has put the clock back', () => {
    const entry = every(2 * minute);
    expect(nextTurnAt(entry, new Map([[turnKey(entry), nineInMoscow + minute]]), nineInMoscow)).toBe(nineInMoscow);
  });
});

describe('what is due', () => {
  const schedule = [every(2 * minute), every(60 * minute, ['plans']), cron('0 8 * * *', 'Europe/Moscow')];
  const due = (turns: ReadonlyMap<string, number>, now: number, earlyMs = 0) =>
    dueEntries(schedule, turns, now, earlyMs).map((entry) => schedule.indexOf(entry));

  it('at first is every interval and no time of the day', () => {
    expect(due(turnsOf(schedule, new Map(), nineInMoscow), nineInMoscow)).toEqual([0, 1]);
  });

  it('is one turn of a time of the day, however many were missed', () => {
    const yesterday = nineInMoscow - 48 * 60 * minute;
    const turns = new Map(schedule.map((entry, index) => [turnKey(entry), index === 2 ? yesterday : nineInMoscow]));
    expect(due(turns, nineInMoscow)).toEqual([2]);
    expect(due(new Map([...turns, [turnKey(cron('0 8 * * *', 'Europe/Moscow')), nineInMoscow]]), nineInMoscow)).toEqual(
      [],
    );
  });

  it('is an interval that a scheduler calls a little early, and never a time of the day before it has come', () => {
    const turns = new Map(schedule.map((entry) => [turnKey(entry), nineInMoscow]));
    expect(due(turns, nineInMoscow + 2 * minute - 500, minute)).toEqual([0]);
    expect(due(turns, nineInMoscow + 2 * minute - 500)).toEqual([]);
    expect(due(turns, nineInMoscow + 23 * 60 * minute - 1, minute)).toEqual([0, 1]);
  });

  it('knows an entry that was edited for a new one', () => {
    const turns = turnsOf([every(2 * minute)], new Map(), nineInMoscow);
    expect(turnsOf([every(3 * minute)], turns, nineInMoscow)).toEqual(new Map([['every 180000 incremental', 0]]));
  });
});

it.each([
  [[every(2 * minute), cron('0 8 * * *')], 2],
  [[every(60 * minute), cron('0 8 * * *')], 5],
  [[every(60 * minute)], 60],
  [[cron('0 8 * * *')], 5],
])(
  'a scheduler has to call %# as often as its shortest interval, and every 5 minutes for times of a day',
  (schedule, minutes) => {
    expect(tickMs(schedule)).toBe(minutes * minute);
  },
);
