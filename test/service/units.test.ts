import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { serviceUnit, timerUnit, unitName } from '../../engine/service/units.ts';
import { service } from './service.ts';
import { copyingYaml } from '../support/copying.ts';

const canVerify = spawnSync('systemd-analyze', ['--version']).status === 0;
if (!canVerify) process.stderr.write('54: no systemd-analyze here, so nobody but us reads the units\n');

/** A pipeline and a program that are really there, in a folder of that name. */
function installed(name: string, pipeline = 'visits') {
  const folder = join(mkdtempSync(join(tmpdir(), 'pipe-units-')), name);
  mkdirSync(join(folder, '.pipe'), { recursive: true });
  // systemd takes no quotes and backslashes in the path of a program, and any in what it is given.
  const program = join(folder, '..', 'Мой node 100% $HOME');
  writeFileSync(program, '#!/bin/sh\n');
  chmodSync(program, 0o755);
  return service({
    pipeline,
    folder,
    file: join(folder, 'visits.yaml'),
    stateFolder: join(folder, '.pipe'),
    home: join(folder, 'home'),
    program: [program, join(folder, 'pipe.cjs')],
    user: 'root',
  });
}

/** What systemd itself has against the units; empty: nothing. */
function verified(of: ReturnType<typeof installed>): string {
  const folder = mkdtempSync(join(tmpdir(), 'pipe-verify-'));
  const [oneshot, timer] = [unitName(of.pipeline, 'service'), unitName(of.pipeline, 'timer')];
  writeFileSync(join(folder, oneshot), serviceUnit(of));
  writeFileSync(join(folder, timer), timerUnit(of));
  const { stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', oneshot, timer], {
    cwd: folder,
    encoding: 'utf8',
  });
  // What it says of units of this machine is none of ours.
  return stderr
    .split('\n')
    .filter((line) => line.includes(folder) || line.includes('pipe-'))
    .join('\n');
}

describe('the units', () => {
  it.runIf(canVerify).each([
    ['clinic', 'visits'],
    ['Клиника на углу', 'приёмы-1.v2'],
    ['100% of $HOME; "x" \'y\' \\z', 'a_b'],
  ])('54. are what systemd takes, in a folder named %s', (folder, pipeline) => {
    expect(verified(installed(folder, pipeline))).toBe('');
  });

  it.runIf(canVerify)('are read by systemd indeed: a program that is not there is told', () => {
    const there = installed('clinic');
    expect(verified({ ...there, program: ['/no/such/node'] })).toContain('/no/such/node is not executable');
  });

  it('54. start the pipeline every two minutes, counted from start to start, and a minute after a boot', () => {
    expect(timerUnit(service()).split('\n')).toEqual(
      expect.arrayContaining(['OnBootSec=1min', 'OnUnitActiveSec=2min', 'AccuracySec=1s', 'WantedBy=timers.target']),
    );
  });

  it('59. name a user and need nobody logged on; the run may write its own folders only', () => {
    const lines = serviceUnit(
      service({ folder: '/srv/a b', file: '/srv/a b/v.yaml', stateFolder: '/s', home: '/h', user: 'pipe' }),
    ).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'Type=oneshot',
        'User=pipe',
        'WorkingDirectory=/srv/a b',
        'Environment="PIPE_HOME=/h"',
        'ProtectSystem=strict',
        'NoNewPrivileges=yes',
        'PrivateTmp=yes',
        'CapabilityBoundingSet=',
        'ReadWritePaths="/srv/a b" "/s" "/h"',
        'ReadOnlyPaths="-/srv/a b/v.yaml" "-/srv/a b/.env"',
        'TimeoutStopSec=90s',
        'SuccessExitStatus=143',
        'SystemCallErrorNumber=EPERM',
      ]),
    );
  });

  it('54. hand paths on as they are: systemd sees no specifier, variable or end of word in them', () => {
    const lines = serviceUnit(
      service({
        pipeline: 'a',
        program: ['/opt/a%b $c/node'],
        folder: '/srv/50%i',
        file: '/srv/50%i/"x" $HOME \\z.yaml',
        stateFolder: '/s',
        home: '/h "%"',
      }),
    ).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        String.raw`ExecStart="/opt/a%%b $c/node" "run" "/srv/50%%i/\"x\" $$HOME \\z.yaml" "--scheduled" "--state" "/s" "--lang" "ru"`,
        'WorkingDirectory=/srv/50%%i',
        String.raw`Environment="PIPE_HOME=/h \"%%\""`,
        String.raw`ReadWritePaths="/srv/50%%i" "/s" "/h \"%%\""`,
      ]),
    );
  });

  it('have names that a unit may have, one for each pipeline', () => {
    expect(['ident-to-bitrix', 'a_b.c', 'приём'].map((name) => unitName(name, 'service'))).toEqual([
      'pipe-ident-to-bitrix.service',
      'pipe-a_b.c.service',
      String.raw`pipe-\xd0\xbf\xd1\x80\xd0\xb8\xd1\x91\xd0\xbc.service`,
    ]);
  });
});

const canTrace = canVerify && spawnSync('strace', ['-V']).status === 0;
if (!canTrace)
  process.stderr.write('59: no strace here, so nobody compares the calls of a run with those the unit allows\n');

it.runIf(canTrace)('59. allow every call to the kernel that a run makes', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'pipe-traced-'));
  writeFileSync(join(folder, 'people.yaml'), people);
  writeFileSync(join(folder, 'people.csv'), 'id,name\n1,Орлова\n');
  const trace = join(folder, 'trace');
  const bin = resolve(import.meta.dirname, '../../engine/cli/bin.ts');
  const { status } = spawnSync('strace', ['-f', '-qq', '-o', trace, process.execPath, bin, 'run', 'people.yaml'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], PIPE_HOME: join(folder, 'home') },
  });
  const made = readFileSync(trace, 'utf8').matchAll(/^\d+ +([a-z_]\w*)\(/gm);
  const allowed = new Set(callsOf('@system-service'));
  expect(serviceUnit(service())).toContain('\nSystemCallFilter=@system-service\n');
  expect(status).toBe(0);
  const calls = [...new Set([...made].map(([, name = '']) => name))];
  // V8 asks for memory protection keys where the processor has them, and does without where it is told no.
  expect(calls.filter((name) => !allowed.has(name) && !name.startsWith('pkey_'))).toEqual([]);
});

/** The calls in a group of systemd's, and in the groups within it. */
function callsOf(group: string): readonly string[] {
  const { stdout } = spawnSync('systemd-analyze', ['syscall-filter', '--no-pager', group], { encoding: 'utf8' });
  const names = stdout.split('\n').map((line) => line.trim());
  return names
    .filter((name) => name !== group && /^@?[a-z_]/.test(name))
    .flatMap((name) => (name.startsWith('@') ? callsOf(name) : [name]));
}

const people = copyingYaml('people');
