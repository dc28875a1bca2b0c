import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { unwritable } from '../../engine/cli/unwritable.ts';
import { peopleCsv, peopleFiles, peopleYaml } from './people.ts';
import { place } from './pipe.ts';
import type { Place } from './pipe.ts';

const bin = resolve(import.meta.dirname, '../../engine/cli/bin.ts');

/** `pipe … > /dev/full`, or `2> /dev/full`: what the other of the two says, and how it ends. */
async function onFullDisk(there: Place, argv: readonly string[], full: 'stdout' | 'stderr' = 'stdout') {
  const disk = openSync('/dev/full', 'w');
  const env = { PATH: process.env['PATH'], PIPE_HOME: there.path('home') };
  const [stdout, stderr] = full === 'stdout' ? [disk, 'pipe' as const] : ['pipe' as const, disk];
  const child = spawn(process.execPath, [bin, ...argv], { cwd: there.folder, env, stdio: ['ignore', stdout, stderr] });
  closeSync(disk);
  let said = '';
  (child.stdout ?? child.stderr)?.setEncoding('utf8').on('data', (text: string) => (said += text));
  const exit = await new Promise<number | null>((end) => child.on('close', end));
  return { exit, said };
}

const told = `error cli.disk_refuses
  stdout cannot be written: ENOSPC
  fix: free space on its disk or see what is wrong with it, or write elsewhere with \`--output\`; what the command did is done
`;

describe.runIf(existsSync('/dev/full'))('a full disk', () => {
  it.each([
    ['validate', 'people.yaml'],
    ['validate', 'people.yaml', '--json'],
    ['diff', 'people.yaml'],
    ['diff', 'people.yaml', '--json'],
    ['queue', 'export', 'people.yaml'],
    ['run', '--help'],
  ])('under what `pipe %s` prints is the environment’s fault, and no bug', async (...argv) => {
    const there = place(peopleFiles);
    if (argv[0] === 'queue') await there.pipe(['run', 'people.yaml']);
    const { exit, said } = await onFullDisk(there, argv);
    expect([exit, said.slice(said.indexOf('error'))]).toEqual([3, told]);
  });

  it('stops no run by its schedule: what the turn did is done, and not done again', async () => {
    const schedule = 'version: 1\nschedule:\n  - { every: 2h }\n';
    const there = place({ ...peopleFiles, 'people.yaml': peopleYaml.replace('version: 1\n', schedule) });
    const first = await onFullDisk(there, ['run', 'people.yaml', '--scheduled']);
    expect([first.exit, first.said]).toEqual([4, expect.stringContaining(told)]);
    expect(readFileSync(there.path('copy.csv'), 'utf8')).toContain('Кедров Илья');
    writeFileSync(there.path('people.csv'), `${peopleCsv}4,Новикова Юлия,,2026-03-04T10:00:00\n`);
    expect(await onFullDisk(there, ['run', 'people.yaml', '--scheduled'])).toEqual({ exit: 0, said: '' });
  });

  it('under stderr changes nothing: nobody could be told', async () => {
    const there = place(peopleFiles);
    const { exit, said } = await onFullDisk(there, ['run', 'people.yaml', '--log-level', 'DEBUG'], 'stderr');
    expect([exit, said]).toEqual([4, expect.stringContaining('people')]);
  });
});

it('a terminal that is gone is named by the word of the system', () => {
  const error = unwritable('stdout', Object.assign(new Error('write EIO'), { code: 'EIO' }));
  expect([error.code, error.kind, error.message]).toEqual([
    'cli.disk_refuses',
    'environment',
    'stdout cannot be written: EIO',
  ]);
});

it('a reader that stops reading (`| head`) is nobody’s fault', async () => {
  const diff = place(peopleFiles).start(['diff', 'people.yaml', '--json']);
  diff.hangUp();
  expect((await diff.done).exit).toBe(4);
});
