import { statSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { peopleFiles } from './people.ts';
import { place } from './pipe.ts';
import { shapeErrors } from './shape.ts';

describe('pipe sample', () => {
  it('gives rows a line each, with nobody of the file in them, into a file that is the owner’s alone', async () => {
    const { pipe, path } = place(peopleFiles);
    const done = await pipe(['sample', 'people.yaml', '--anonymise', '--limit', '2', '--output', 'rows.jsonl']);
    expect(done).toEqual({ exit: 0, stdout: '', stderr: '' });
    const written = readFileSync(path('rows.jsonl'), 'utf8');
    const lines = written
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ flow, row }) => [flow, Object.keys(row)])).toEqual([
      ['people', ['id', 'name', 'phone', 'changed']],
      ['people', ['id', 'name', 'phone', 'changed']],
    ]);
    expect(written).not.toMatch(/Кедров|Илья|Ольхина|Вера|1234567|12345|2026-03/);
    expect(statSync(path('rows.jsonl')).mode & 0o777).toBe(0o600);
  });

  it('gives no line of no row', async () => {
    const { pipe } = place(peopleFiles);
    const done = await pipe(['sample', 'people.yaml', '--anonymise', '--only', "id = '9'"]);
    expect(done).toEqual({ exit: 0, stdout: '', stderr: '' });
  });

  it('gives the rows that a condition chooses, as the beginning of a test file that --update completes', async () => {
    const yaml = peopleFiles['people.yaml'].replace('default: 1', 'env: BRANCH');
    const { pipe, path } = place({ ...peopleFiles, 'people.yaml': yaml, '.env': 'BRANCH=7\n' });
    const only = ['--only', "id = '3'", '--limit', '1'];
    const done = await pipe([
      'sample',
      'people.yaml',
      '--anonymise',
      ...only,
      '--format',
      'test',
      '--output',
      'people.test.yaml',
    ]);
    // A test reads no environment.
    expect(readFileSync(path('people.test.yaml'), 'utf8')).toMatch(/^params:\n {2}branch: 7\ncases:\n/);
    expect([done.exit, (await pipe(['test', '--update'])).exit, (await pipe(['test'])).exit]).toEqual([0, 4, 0]);
    const [row] = JSON.parse((await pipe(['sample', 'people.yaml', '--reveal', ...only, '--json'])).stdout).flows[0]
      .rows;
    expect(row).toMatchObject({ id: '3', name: 'Рябинин Пётр' });
  });

  it('shows no one by mistake, and says what it is to be told', async () => {
    const { pipe } = place(peopleFiles);
    const bare = await pipe(['sample', 'people.yaml', '--json']);
    expect([bare.exit, JSON.parse(bare.stdout).error.code]).toEqual([2, 'cli.sample_in_clear']);
    const both = await pipe(['sample', 'people.yaml', '--anonymise', '--reveal']);
    expect([both.exit, both.stderr]).toEqual([
      2,
      expect.stringContaining('--anonymise and --reveal say different things'),
    ]);
    const json = await pipe(['sample', 'people.yaml', '--anonymise', '--json']);
    expect([json.exit, shapeErrors('sample', json.stdout)]).toEqual([0, []]);
  });
});
