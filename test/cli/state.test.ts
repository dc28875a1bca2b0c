import { cpSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { peopleCsv, peopleFiles, peopleYaml } from './people.ts';
import { place } from './pipe.ts';
import { shapeErrors } from './shape.ts';

const files = { ...peopleFiles, 'people.csv': peopleCsv.replace(',12345,', ',+79160000000,') };
const time = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`;
const id = '[0-9a-f]{8}';

describe('pipe state', () => {
  it('shows who the pipeline is and how far it came', async () => {
    const { pipe } = place(files);
    expect((await pipe(['state', 'show', 'people.yaml'])).stdout).toMatch(
      new RegExp(`^people\n  instance: ${id}, machine ${id}, no state yet\n  people: no checkpoint yet\n$`),
    );
    await pipe(['run', 'people.yaml']);
    const text = await pipe(['state', 'show', 'people.yaml', '--lang', 'ru']);
    expect([text.exit, text.stderr]).toEqual([0, '']);
    expect(text.stdout).toMatch(
      new RegExp(
        `^people\n  экземпляр: ${id}, компьютер ${id}, начато ${time}\n  people: контрольная точка ${time} \\{.*\\}\n$`,
      ),
    );
    const data = await pipe(['state', 'show', 'people.yaml', '--json']);
    expect(shapeErrors('state-show', data.stdout)).toEqual([]);
  });

  it('is that of the state --state names, and says where that came from', async () => {
    const { pipe, path } = place(files);
    await pipe(['run', 'people.yaml'], { PIPE_HOME: path('another home') });
    cpSync(path('.pipe'), path('copy'), { recursive: true });
    const show = async (...flags: readonly string[]) =>
      JSON.parse((await pipe(['state', 'show', 'people.yaml', '--json', ...flags])).stdout);
    const copied = await show('--state', 'copy');
    expect(Object.keys(copied.copiedFrom)).toEqual(['machine', 'instance']);
    expect(copied.copiedFrom.machine).not.toBe(copied.machine);
    expect((await show('--state', 'new')).copiedFrom).toBeUndefined();
    expect((await pipe(['state', 'show', 'people.yaml', '--state', 'copy'])).stdout).toMatch(
      new RegExp(
        `\n  instance ${id}, machine ${id}: begun elsewhere; the next run looks up anew what it knows\n  people: checkpoint `,
      ),
    );
    const taken = await pipe(['run', 'people.yaml', '--state', 'copy']);
    expect(taken.stderr).toContain('the state of pipeline people was begun on another machine');
    expect((await show('--state', 'copy')).copiedFrom).toBeUndefined();
  });

  it('is set by hand: the next run reads from that time, and goes on from there', async () => {
    const { pipe, path } = place(files);
    await pipe(['run', 'people.yaml']);
    const set = await pipe(['state', 'set', 'people.yaml', 'people', '--since', '2026-03-03', '--json']);
    expect([set.exit, set.stderr, shapeErrors('state-set', set.stdout)]).toEqual([0, '', []]);
    expect(JSON.parse(set.stdout)).toEqual({ pipeline: 'people', flow: 'people', since: '2026-03-03T00:00:00' });
    const shown = await pipe(['state', 'show', 'people.yaml']);
    expect(shown.stdout).toMatch(/, set by hand, the next run reads from 2026-03-03T00:00:00\n$/);
    expect(shapeErrors('state-show', (await pipe(['state', 'show', 'people.yaml', '--json'])).stdout)).toEqual([]);
    const again = await pipe(['run', 'people.yaml', '--json']);
    expect(JSON.parse(again.stdout).flows[0]).toMatchObject({ read: 1, unchanged: 1 });
    const after = JSON.parse((await pipe(['state', 'show', 'people.yaml', '--json'])).stdout);
    expect([Object.keys(after.flows[0].cursor).length > 0, after.flows[0].since]).toEqual([true, undefined]);
    expect(readFileSync(path('copy.csv'), 'utf8').trim().split('\n')).toHaveLength(4);
  });

  it('is reset only when somebody says yes: then all is read and compared anew, and nothing is made twice', async () => {
    const { pipe, path } = place(files);
    await pipe(['run', 'people.yaml']);
    const copy = readFileSync(path('copy.csv'), 'utf8');
    const asked = await pipe(['state', 'reset', 'people.yaml', 'people']);
    expect([asked.exit, asked.stderr.split('\n')[1]]).toEqual([
      2,
      '  `pipe state reset people.yaml people` asks before it forgets anything, and nobody is at a terminal',
    ]);
    const done = await pipe(['state', 'reset', 'people.yaml', 'people', '--yes', '--json']);
    expect([done.exit, shapeErrors('state-reset', done.stdout)]).toEqual([0, []]);
    expect(JSON.parse(done.stdout)).toEqual({
      pipeline: 'people',
      flow: 'people',
      checkpoint: true,
      known: 3,
      inDoubt: 0,
    });
    expect((await pipe(['state', 'show', 'people.yaml'])).stdout).toContain('people: no checkpoint yet\n');
    const again = await pipe(['run', 'people.yaml', '--json']);
    expect(JSON.parse(again.stdout).flows[0]).toMatchObject({ read: 3, created: 0, updated: 0, unchanged: 3 });
    expect(readFileSync(path('copy.csv'), 'utf8')).toBe(copy);
    const known = await pipe(['state', 'reset', 'people.yaml', 'people', '--only', 'known', '--yes', '--lang', 'ru']);
    expect(known.stdout).toBe('people: контрольная точка на месте, забыто доставленных записей: 3\n');
  });

  it('is changed by hand for a flow there is, and one with a cursor', async () => {
    const { pipe } = place({
      ...files,
      'whole.yaml': peopleYaml
        .replace('name: people', 'name: whole')
        .replace(', cursor: { field: changed, first: all }', ''),
    });
    const unknown = await pipe(['state', 'reset', 'people.yaml', 'poeple', '--yes']);
    expect([unknown.exit, unknown.stderr]).toEqual([
      2,
      'error cli.unknown_flow\n  there is no flow "poeple" in people.yaml\n  fix: write "people"\n',
    ]);
    const whole = await pipe(['state', 'set', 'whole.yaml', 'people', '--since', '2026-03-01']);
    expect([whole.exit, whole.stderr.split('\n')[0]]).toEqual([2, 'error cli.flow_without_cursor']);
  });

  it('has nothing to adopt where no other instance was met', async () => {
    const { exit, stdout } = await place(files).pipe(['state', 'adopt', 'people.yaml']);
    expect([exit, stdout]).toEqual([
      0,
      'nothing to adopt: no run has met rows of another instance, or a system under another name\n',
    ]);
  });
});
