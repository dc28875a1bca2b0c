import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { stateSchema } from '../../engine/state/schema.ts';
import { peopleFiles } from './people.ts';
import { place } from './pipe.ts';
import type { Place } from './pipe.ts';
import { shapeErrors } from './shape.ts';

const stateFile = '.pipe/people/state.db';

const looks: readonly (readonly string[])[] = [
  ['status', 'people.yaml'],
  ['history', 'people.yaml'],
  ['explain', 'people.yaml', '2'],
  ['queue', 'list', 'people.yaml'],
  ['state', 'show', 'people.yaml'],
];

const changes: readonly (readonly string[])[] = [
  ['diff', 'people.yaml'],
  ['queue', 'retry', 'people.yaml'],
  ['state', 'set', 'people.yaml', 'people', '--since', '2026-03-01'],
  ['state', 'reset', 'people.yaml', 'people', '--yes'],
  ['state', 'adopt', 'people.yaml'],
];

/** A state as these migrations leave it. */
function stateOf({ path }: Place, migrations: readonly string[], version = migrations.length): Sqlite.Database {
  mkdirSync(path('.pipe/people'), { recursive: true });
  writeFileSync(path(stateFile), '', { mode: 0o600 });
  const state = new Sqlite(path(stateFile));
  for (const step of migrations) state.exec(step);
  state.pragma(`application_id = ${stateSchema.applicationId}`);
  state.pragma(`user_version = ${version}`);
  return state;
}

describe('a look at a pipeline that has no state yet', () => {
  it.each(looks.map((argv) => [argv.join(' '), argv] as const))('makes none: pipe %s', async (_line, argv) => {
    const { pipe, path } = place(peopleFiles);
    expect((await pipe(argv)).exit).toBe(0);
    expect(existsSync(path('.pipe'))).toBe(false);
  });

  it('says when none has begun, as data by saying nothing', async () => {
    const { pipe } = place(peopleFiles);
    const { stdout } = await pipe(['state', 'show', 'people.yaml', '--json']);
    expect([shapeErrors('state-show', stdout), JSON.parse(stdout).beganAt]).toEqual([[], undefined]);
  });
});

describe('a state that cannot be used', () => {
  it.each([...looks, ...changes].map((argv) => [argv.join(' '), argv] as const))(
    'of a newer pipe is refused with its own name and left as it is: pipe %s',
    async (_line, argv) => {
      const there = place(peopleFiles);
      const newer = stateSchema.migrations.length + 1;
      stateOf(there, stateSchema.migrations, newer).close();
      const before = readFileSync(there.path(stateFile));
      const { exit, stdout, stderr } = await there.pipe(argv);
      expect([exit, stdout, stderr]).toEqual([
        3,
        '',
        `error state.newer
  ${there.path(stateFile)} was written by a newer pipe: its schema is ${newer}, this pipe knows ${newer - 1}
  fix: install the newer pipe again
`,
      ]);
      expect(readFileSync(there.path(stateFile)).equals(before)).toBe(true);
    },
  );

  it.each([['status'], ['diff']])('is damaged, with what a dead run left beside it: pipe %s', async (command) => {
    const { pipe, path } = place(peopleFiles);
    mkdirSync(path('.pipe/people'), { recursive: true });
    for (const end of ['', '-wal'])
      writeFileSync(path(`${stateFile}${end}`), 'no data base, and long enough for one', { mode: 0o600 });
    const { exit, stderr } = await pipe([command, 'people.yaml', '--lang', 'ru']);
    expect([exit, stderr.split('\n').slice(0, 2)]).toEqual([
      3,
      ['ошибка state.corrupt', `  файл ${path(stateFile)} повреждён: file is not a database`],
    ]);
    expect(readFileSync(path(stateFile), 'utf8')).toBe('no data base, and long enough for one');
  });

  it('of an older pipe is brought up to date, and what it remembers stays', async () => {
    const there = place(peopleFiles);
    const old = stateOf(there, stateSchema.migrations.slice(0, 5));
    old.exec(`INSERT INTO identity (pipeline, began_at) VALUES ('people', 1767225600000);
      INSERT INTO runs (run, started_at, mapping, pid, finished_at, exit_code, result)
        VALUES ('r1', 1767225600000, 'abcdefgh', 1, 1767225601000, 0, '{"flows":[{"name":"people","read":7}]}')`);
    old.close();
    const { exit, stdout } = await there.pipe(['history', 'people.yaml', '--json']);
    expect([exit, JSON.parse(stdout).runs]).toMatchObject([0, [{ run: 'r1', exitCode: 0, flows: [{ read: 7 }] }]]);
  });

  it('lies where a file is that takes no folder', async () => {
    const { pipe, path } = place({ ...peopleFiles, '.pipe': 'a file' });
    const { exit, stderr } = await pipe(['status', 'people.yaml']);
    expect([exit, stderr.split('\n')[0]]).toEqual([3, 'error state.unusable']);
    expect(readFileSync(path('.pipe'), 'utf8')).toBe('a file');
  });
});

describe('a log that cannot be read', () => {
  it.each([[[]], [['--follow']]])('is named with why, and is no fault of the command line: %j', async (flags) => {
    const { pipe, path } = place(peopleFiles);
    mkdirSync(path('logs/people_2026-03-01.txt'), { recursive: true });
    const { exit, stderr } = await pipe(['logs', 'people.yaml', ...flags]);
    expect([exit, stderr.split('\n').slice(0, 2)]).toEqual([
      3,
      ['error log.unreadable', `  the log in ${path('logs')} cannot be read (EISDIR)`],
    ]);
  });
});
