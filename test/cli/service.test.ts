import { chmodSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { place } from './pipe.ts';
import { shapeErrors } from './shape.ts';
import { copyingYaml } from '../support/copying.ts';

const yaml = copyingYaml('people', 'schedule: [{ every: 2m }, { cron: "0 8 * * *", mode: full }]\n');

/** A machine whose systemctl says of every unit what the test wants, and where nobody is root. */
function machine(loaded: string) {
  const stand = place({
    'people.yaml': yaml,
    'bin/systemctl': `#!/bin/sh\ncase "$*" in *LoadState*) echo ${loaded} ;; *ActiveState*) echo inactive ;; *) echo enabled ;; esac\n`,
  });
  chmodSync(stand.path('bin/systemctl'), 0o755);
  return { ...stand, env: { PATH: `${stand.path('bin')}:${process.env['PATH']}` } };
}

describe('pipe service install --print', () => {
  it('54. shows the units and the calls, and changes nothing', async () => {
    const { pipe, path } = place({ 'people.yaml': yaml });
    const done = await pipe(['service', 'install', 'people.yaml', '--print', '--for', 'linux', '--user', 'pipe']);
    expect([done.exit, done.stderr]).toEqual([0, '']);
    expect(done.stdout.split('\n')).toEqual(
      expect.arrayContaining([
        '# /etc/systemd/system/pipe-people.service',
        'User=pipe',
        `WorkingDirectory=${path('')}`.replace(/\/$/, ''),
        '# /etc/systemd/system/pipe-people.timer',
        'OnUnitActiveSec=2min',
        'systemctl daemon-reload',
        'systemctl enable --now pipe-people.timer',
      ]),
    );
  });

  it('54. shows the task of Windows on any system', async () => {
    const { pipe } = place({ 'people.yaml': yaml });
    const done = await pipe(['service', 'install', 'people.yaml', '--print', '--for', 'windows', '--lang', 'ru']);
    expect(done.stdout).toContain('        <Interval>PT2M</Interval>\n');
    expect(done.stdout).toMatch(/ --scheduled --state \S+ --lang ru<\/Arguments>/);
    expect(done.stdout).toMatch(/\nschtasks \/Create \/TN pipe\\people \/XML \S+ \/F\n$/);
  });

  it('prints JSON of its shape', async () => {
    const { pipe } = place({ 'people.yaml': yaml });
    const done = await pipe(['service', 'install', 'people.yaml', '--print', '--for', 'linux', '--json']);
    expect(shapeErrors('service', done.stdout)).toEqual([]);
  });

  it('refuses a pipeline that says no times', async () => {
    const { pipe } = place({ 'people.yaml': yaml.replace(/schedule.*\n/, '') });
    const done = await pipe(['service', 'install', 'people.yaml', '--print']);
    expect([done.exit, done.stderr.split('\n')[0]]).toEqual([2, 'error cli.no_schedule']);
  });
});

describe.runIf(process.platform === 'linux')('pipe service on Linux', () => {
  it.each([
    ['loaded', 'pipe-people.timer: Ready\n', 'ready'],
    ['not-found', 'pipe-people.timer: not installed\n', 'not installed'],
  ])('56. status of a timer that is %s', async (loaded, text, state) => {
    const { pipe, env } = machine(loaded);
    const [shown, json] = [
      await pipe(['service', 'status', 'people.yaml'], env),
      await pipe(['service', 'status', 'people.yaml', '--json'], env),
    ];
    expect(shown).toEqual({ exit: 0, stdout: text, stderr: '' });
    expect([JSON.parse(json.stdout).state, shapeErrors('service-status', json.stdout)]).toEqual([state, []]);
  });

  it.each(['start', 'stop', 'enable', 'disable', 'uninstall'])(
    '57. %s says what it needs where it cannot work',
    async (action) => {
      const { pipe, env } = machine('not-found');
      const done = await pipe(['service', action, 'people.yaml'], env);
      expect(done.stderr).toMatch(/^error service\.(no_systemd|not_root|not_installed)\n {2}.+\n {2}fix: .+\n$/);
      expect([done.exit === 0, done.stdout]).toEqual([false, '']);
    },
  );
});
