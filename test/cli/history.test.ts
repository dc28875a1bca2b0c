import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../engine/state/clock.ts';
import { openState } from '../../engine/state/open-state.ts';
import { peopleFiles } from './people.ts';
import { place } from './pipe.ts';
import { shapeErrors } from './shape.ts';

const time = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`;

describe('pipe history', () => {
  it('has nothing to show of a pipeline that never ran', async () => {
    const { exit, stdout } = await place(peopleFiles).pipe(['history', 'people.yaml']);
    expect([exit, stdout]).toEqual([0, 'people: no run yet\n']);
  });

  it('shows each run with its counts, its end and what ended it, the newest first', async () => {
    const { pipe, path } = place(peopleFiles);
    expect((await pipe(['run', 'people.yaml'])).exit).toBe(4);
    rmSync(path('people.csv'));
    expect((await pipe(['run', 'people.yaml'])).exit).toBe(3);
    const text = await pipe(['history', 'people.yaml', '--lang', 'ru']);
    expect(text.stdout).toMatch(
      new RegExp(
        `^начат +длился +чем кончился +маппинг +поток +получено +создано +обновлено +удалено +в очереди +отклонено
${time} +[\\d.]+ с +код завершения 3 file\\.not_found +[0-9a-f]{8} +people +0 +0 +0 +0 +0 +0
${time} +[\\d.]+ с +код завершения 4 +[0-9a-f]{8} +people +3 +2 +0 +0 +0 +1
$`,
      ),
    );
    const data = await pipe(['history', 'people.yaml', '--json', '--limit', '1']);
    expect([data.exit, shapeErrors('history', data.stdout)]).toEqual([0, []]);
    const { runs } = JSON.parse(data.stdout);
    expect(runs).toMatchObject([{ exitCode: 3, state: 'ended', error: { code: 'file.not_found' } }]);
  });

  it('says who stopped a run, and which one left no word', async () => {
    const { pipe, path } = place(peopleFiles);
    const state = await openState(path('.pipe'), { pipeline: 'people', clock: systemClock });
    const mapping = 'c0ffee00'.repeat(8);
    for (const [run, exitCode] of [
      ['a', 130],
      ['b', 143],
      ['c', undefined],
    ] as const) {
      await state.startRun({ run, startedAt: 1000, mapping, pid: 1 });
      if (exitCode !== undefined) await state.finishRun({ run, finishedAt: 2000, exitCode, result: { seconds: 1 } });
    }
    await state.close();
    const { stdout } = await pipe(['history', 'people.yaml']);
    expect(
      stdout
        .split('\n')
        .slice(1)
        .map((line) => line.slice(21).trimEnd()),
    ).toEqual([
      '       killed, or the machine went down  c0ffee00',
      '1.0 s  stopped by the system             c0ffee00',
      '1.0 s  stopped by Ctrl+C                 c0ffee00',
      '',
    ]);
    const data = await pipe(['history', 'people.yaml', '--json']);
    expect(shapeErrors('history', data.stdout)).toEqual([]);
    expect(JSON.parse(data.stdout).runs).toMatchObject([
      { run: 'c', state: 'killed' },
      { run: 'b', state: 'stopped', stoppedBy: 'system', seconds: 1 },
      { run: 'a', state: 'stopped', stoppedBy: 'person' },
    ]);
  });
});
