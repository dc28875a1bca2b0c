import { mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runDue, runForever } from '../../engine/cli/by-schedule.ts';
import type { Scheduled } from '../../engine/cli/by-schedule.ts';
import type { ScheduleEntry } from '../../engine/config/pipeline.ts';
import { turnKey } from '../../engine/service/schedule.ts';
import type { Turns } from '../../engine/service/schedule.ts';
import { readTurns, turnsFile, writeTurns } from '../../engine/service/turns-file.ts';
import { testClock } from '../support/harness.ts';

const place = { file: 'a.yaml', line: 1, column: 1, endLine: 1, endColumn: 1 };
const everyTwoMinutes: ScheduleEntry = { on: 'time', everyMs: 120_000, mode: 'incremental', flows: ['visits'], place };
const deepAtEight: ScheduleEntry = { on: 'cron', cron: '0 8 * * *', timezone: 'Europe/Moscow', mode: 'full', place };

/** Runs that take `seconds` each and end with the codes given; the last one is told to stop. */
function stage(options: {
  schedule: readonly ScheduleEntry[];
  codes: readonly number[];
  seconds?: number;
  from?: string;
}) {
  const clock = testClock(Date.parse(options.from ?? '2026-11-29T06:00:00Z'));
  const runs: string[] = [];
  const saved: Turns[] = [];
  const codes = [...options.codes];
  const work: Scheduled = {
    schedule: options.schedule,
    clock,
    signal: new AbortController().signal,
    turns: new Map(),
    save: (turns) => saved.push(new Map(turns)),
    run: async ({ full, flows }) => {
      runs.push(`${new Date(clock.time).toISOString().slice(11, 19)} ${full ? 'full' : (flows ?? []).join()}`);
      clock.time += (options.seconds ?? 1) * 1000;
      return codes.shift() ?? 143;
    },
  };
  return { work, clock, runs, saved };
}

describe('58. The interval of the schedule governs the inner loop', () => {
  it('which runs at once and then every two minutes from start to start', async () => {
    const { work, runs, clock } = stage({ schedule: [everyTwoMinutes], codes: [0, 0, 143] });
    expect(await runForever(work)).toBe(143);
    expect(runs).toEqual(['06:00:00 visits', '06:02:00 visits', '06:04:00 visits']);
    expect(clock.slept).toEqual([60_000, 59_000, 60_000, 59_000]);
  });

  it('and does not make up the turns that a long run has missed', async () => {
    const { work, runs } = stage({ schedule: [everyTwoMinutes], codes: [0, 143], seconds: 300 });
    await runForever(work);
    expect(runs).toEqual(['06:00:00 visits', '06:05:00 visits']);
  });

  it('beside the times of the day, which read everything', async () => {
    const { work, runs } = stage({
      schedule: [everyTwoMinutes, deepAtEight],
      codes: [0, 0, 0, 0, 143],
      from: '2026-11-29T04:57:00Z',
    });
    await runForever(work);
    expect(runs).toEqual(['04:57:00 visits', '04:59:00 visits', '05:00:00 full', '05:01:00 visits', '05:03:00 visits']);
  });

  it('goes on after a failed run and after one that queued something', async () => {
    const { work, runs } = stage({ schedule: [everyTwoMinutes], codes: [3, 4, 143] });
    expect(await runForever(work)).toBe(143);
    expect(runs).toHaveLength(3);
  });

  it('tries a time of the day again that found the network down', async () => {
    const { work, runs } = stage({
      schedule: [deepAtEight],
      codes: [3, 0, 143],
      from: '2026-11-29T04:59:30Z',
    });
    await runForever(work);
    expect(runs).toEqual(['05:00:00 full', '05:01:01 full', '05:00:00 full']);
  });

  it('goes on with the others where one entry’s flow cannot run: plans that lack a table stop no visit', async () => {
    const plans = { ...everyTwoMinutes, flows: ['plans'] };
    const { work, runs } = stage({ schedule: [everyTwoMinutes, plans], codes: [0, 2, 0, 2, 143] });
    expect(await runForever(work)).toBe(143);
    expect(runs.map((run) => run.slice(9))).toEqual(['visits', 'plans', 'visits', 'plans', 'visits']);
  });

  it('and waits before it tries what failed beside it again', async () => {
    const { work, runs } = stage({
      schedule: [deepAtEight, { ...everyTwoMinutes, everyMs: 60_000 }],
      codes: [0, 3, 2, 143],
      from: '2026-11-29T04:59:00Z',
    });
    await runForever(work);
    expect(runs).toEqual(['04:59:00 visits', '05:00:00 full', '05:00:01 visits', '05:01:02 full']);
  });

  it('and ends where that is all there is', async () => {
    const schedule = [everyTwoMinutes, { ...everyTwoMinutes, flows: ['plans'] }];
    const { work, runs } = stage({ schedule, codes: [2, 2] });
    expect([await runForever(work), runs.length]).toEqual([2, 2]);
  });

  it.each([1, 2, 130, 143])('ends with %d, which the next run would end with as well', async (code) => {
    const { work, runs } = stage({ schedule: [everyTwoMinutes], codes: [code] });
    expect([await runForever(work), runs.length]).toEqual([code, 1]);
  });
});

describe('what a scheduler calls', () => {
  it('does what is due, one after the other, and remembers it', async () => {
    const { work, runs, saved } = stage({ schedule: [everyTwoMinutes, deepAtEight], codes: [0, 0] });
    const had = new Map([[turnKey(deepAtEight), Date.parse('2026-11-28T06:00:00Z')]]);
    expect(await runDue({ ...work, turns: had })).toBe(0);
    expect(runs).toEqual(['06:00:00 visits', '06:00:01 full']);
    expect(saved.at(-1)).toEqual(
      new Map([
        [turnKey(everyTwoMinutes), Date.parse('2026-11-29T06:00:00Z')],
        [turnKey(deepAtEight), Date.parse('2026-11-29T06:00:01Z')],
      ]),
    );
    expect(await runDue({ ...work, turns: saved.at(-1) ?? new Map() })).toBe(0);
    expect(runs).toHaveLength(2);
  });

  it('tries what failed with the next tick, though its own turn comes round later', async () => {
    const hourly = { ...everyTwoMinutes, everyMs: 3_600_000, flows: ['plans'] };
    const { work, runs, saved, clock } = stage({ schedule: [everyTwoMinutes, hourly], codes: [0, 3, 0, 0, 0] });
    for (let tick = 0; tick < 3; tick += 1) {
      clock.time = Date.parse('2026-11-29T06:00:00Z') + tick * 120_000;
      await runDue({ ...work, turns: saved.at(-1) ?? new Map() });
    }
    expect(runs.map((run) => run.slice(0, 5) + run.slice(8))).toEqual([
      '06:00 visits',
      '06:00 plans',
      '06:02 visits',
      '06:02 plans',
      '06:04 visits',
    ]);
  });

  it('does the deep read though the entry before it cannot go on: after an edited param that read is the cure', async () => {
    const { work, runs } = stage({ schedule: [everyTwoMinutes, deepAtEight], codes: [2, 0] });
    const had = new Map([[turnKey(deepAtEight), Date.parse('2026-11-28T06:00:00Z')]]);
    expect(await runDue({ ...work, turns: had })).toBe(2);
    expect(runs).toEqual(['06:00:00 visits', '06:00:01 full']);
  });

  it('ends with the worst of its runs', async () => {
    const schedule = [everyTwoMinutes, { ...everyTwoMinutes, flows: ['plans'] }, { ...everyTwoMinutes, flows: ['a'] }];
    expect(await runDue(stage({ schedule, codes: [4, 3, 0] }).work)).toBe(3);
    expect(await runDue(stage({ schedule, codes: [0, 4, 0] }).work)).toBe(4);
    expect(await runDue(stage({ schedule, codes: [2, 3, 0] }).work)).toBe(2);
  });
});

describe('the file of turns', () => {
  it('keeps them for the owner alone, and a damaged one is as good as none', () => {
    const file = turnsFile(mkdtempSync(join(tmpdir(), 'pipe-turns-')), 'a');
    expect(readTurns(file)).toEqual(new Map());
    writeTurns(file, new Map([['every 1', 5]]));
    expect([readTurns(file), statSync(file).mode & 0o777]).toEqual([new Map([['every 1', 5]]), 0o600]);
    writeFileSync(file, '{"every 1":');
    expect(readTurns(file)).toEqual(new Map());
    writeFileSync(file, '{"every 1":-1e300,"every 2":"5","every 3":7}');
    expect(readTurns(file)).toEqual(new Map([['every 3', 7]]));
    writeFileSync(file, 'null');
    expect(readTurns(file)).toEqual(new Map());
  });

  it('lies beside a state that is one file, and says so where it cannot be written', () => {
    expect(turnsFile('/srv/state.db', 'a')).toBe('/srv/state.db.turns.json');
    const file = join(mkdtempSync(join(tmpdir(), 'pipe-turns-')), 'file');
    writeFileSync(file, '');
    expect(() => writeTurns(turnsFile(file, 'a'), new Map())).toThrow(
      expect.objectContaining({ code: 'state.unusable', kind: 'environment' }),
    );
  });
});
