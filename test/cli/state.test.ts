import { cpSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { peopleCsv, peopleFiles } from './people.ts';
import { place } from './pipe.ts';
import { shapeErrors } from './shape.ts';

const files = { ...peopleFiles, 'people.csv': peopleCsv.replace(',12345,', ',+79160000000,') };
const time = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`;
const id = '[0-9a-f]{8}';

describe('pipe state', () => {
  it('shows who the pipeline is and how far it came', async () => {
    const { pipe } = place(files);
    expect((await pipe(['state', 'show', 'people.yaml'])).stdout).toMatch(
      new RegExp(`^people\n  instance: ${id}, machine ${id}, began ${time}\n  people: no checkpoint yet\n$`),
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

  it('has nothing to adopt where no other instance was met', async () => {
    const { exit, stdout } = await place(files).pipe(['state', 'adopt', 'people.yaml']);
    expect([exit, stdout]).toEqual([
      0,
      'nothing to adopt: no run has met rows of another instance, or a system under another name\n',
    ]);
  });
});
