import { existsSync, mkdirSync, mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { perform } from '../../engine/service/perform.ts';
import type { Action, Manager, Service } from '../../engine/service/service.ts';
import { systemd } from '../../engine/service/systemd.ts';
import { taskScheduler } from '../../engine/service/task-scheduler.ts';
import { systemClock } from '../../engine/state/clock.ts';
import { holderOf, lockFile } from '../../engine/state/lease.ts';
import { startProcess } from '../state/processes/start.ts';
import { service, standIns } from './service.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

const isRoot = process.getuid?.() === 0;
if (!isRoot) process.stderr.write('55: this is not root, so nobody gives the folders of root away\n');

const signal = new AbortController().signal;
const clock = {
  now: () => systemClock.now(),
  monotonic: () => systemClock.monotonic(),
  sleep: (ms: number) => setTimeout(ms),
};

const elevated = `echo '"Mandatory Label\\High Mandatory Level","Label","S-1-16-12288",""'`;
const ordinary = `echo '"Mandatory Label\\Medium Mandatory Level","Label","S-1-16-8192",""'`;
const enabledTask = `cat <<'XML'
<Task><Triggers><TimeTrigger><Enabled>false</Enabled></TimeTrigger></Triggers><Settings><Enabled>true</Enabled></Settings></Task>
XML`;
const disabledTask = enabledTask.replace('<Settings><Enabled>true', '<Settings><Enabled>false');

function clinic(): Service {
  const folder = mkdtempSync(join(tmpdir(), 'pipe-service-'));
  return service({
    folder,
    file: join(folder, 'visits.yaml'),
    stateFolder: join(folder, '.pipe'),
    home: join(folder, 'home'),
  });
}

/** systemd's own answer to `show`, by property. */
function systemctl(answers: Readonly<Record<string, string>>): string {
  const cases = Object.entries(answers).map(([asked, answer]) => `*--property=${asked}*) echo ${answer} ;;`);
  return `case "$*" in ${cases.join(' ')} esac`;
}

const ready = { LoadState: 'loaded', ActiveState: 'inactive', UnitFileState: 'enabled' };

function linux(userId = 0): { readonly manager: Manager; readonly unitFolder: string } {
  const unitFolder = mkdtempSync(join(tmpdir(), 'pipe-units-'));
  return { manager: systemd({ unitFolder, bootedFolder: unitFolder, userId }), unitFolder };
}

describe('57. Start, stop, disable, enable and remove on Windows', () => {
  const name = 'pipe\\visits';
  it.each<[Action, readonly (readonly string[])[]]>([
    [
      'start',
      [
        ['/Change', '/TN', name, '/ENABLE'],
        ['/Run', '/TN', name],
      ],
    ],
    [
      'stop',
      [
        ['/Change', '/TN', name, '/DISABLE'],
        ['/End', '/TN', name],
      ],
    ],
    ['enable', [['/Change', '/TN', name, '/ENABLE']]],
    ['disable', [['/Change', '/TN', name, '/DISABLE']]],
    [
      'uninstall',
      [
        ['/Change', '/TN', name, '/DISABLE'],
        ['/Delete', '/TN', name, '/F'],
      ],
    ],
  ])('57. %s', async (action, expected) => {
    const stand = standIns({ whoami: elevated, schtasks: enabledTask });
    await perform(action, clinic(), { manager: taskScheduler, clock, signal });
    expect(stand.calls().slice(2)).toEqual(expected.map((given) => ['schtasks', ...given]));
  });

  it('57. stop asks the run under way to finish before it ends the task', async () => {
    const of = clinic();
    const lock = lockFile(of.home, of.pipeline);
    const process = startProcess('hold-lease.ts', lock);
    await process.next();
    const early = join(of.folder, 'early');
    const isAlive = `grep -qs 'State:.[^ZX]' /proc/${process.pid}/status`;
    const stand = standIns({
      whoami: elevated,
      schtasks: `if [ "$1" = /End ] && ${isAlive}; then touch ${early}; fi\n${enabledTask}`,
    });
    await perform('stop', of, { manager: taskScheduler, clock, signal });
    expect([holderOf(lock), existsSync(early)]).toEqual([undefined, false]);
    expect(stand.calls().at(-1)).toEqual(['schtasks', '/End', '/TN', name]);
  });
});

describe('57. Start, stop, disable, enable and remove under systemd', () => {
  const [timer, oneshot] = ['pipe-visits.timer', 'pipe-visits.service'];
  it.each<[Action, readonly (readonly string[])[]]>([
    [
      'start',
      [
        ['enable', '--now', timer],
        ['start', '--no-block', oneshot],
      ],
    ],
    [
      'stop',
      [
        ['disable', '--now', timer],
        ['stop', oneshot],
      ],
    ],
    ['enable', [['enable', '--now', timer]]],
    ['disable', [['disable', '--now', timer]]],
    ['uninstall', [['disable', '--now', timer], ['stop', oneshot], ['daemon-reload']]],
  ])('57. %s', async (action, expected) => {
    const stand = standIns({ systemctl: systemctl(ready) });
    const { manager } = linux();
    await perform(action, clinic(), { manager, clock, signal });
    const changes = stand.calls().filter(([, verb]) => verb !== 'show');
    expect(changes).toEqual(expected.map((given) => ['systemctl', ...given]));
  });

  it('57. uninstall leaves pipeline, state and logs', async () => {
    const of = clinic();
    const { manager, unitFolder } = linux();
    standIns({ systemctl: systemctl(ready) });
    await perform('install', of, { manager, clock, signal });
    expect([existsSync(join(unitFolder, timer)), existsSync(join(unitFolder, oneshot))]).toEqual([true, true]);
    await perform('uninstall', of, { manager, clock, signal });
    expect([existsSync(join(unitFolder, timer)), existsSync(join(unitFolder, oneshot))]).toEqual([false, false]);
    expect(statSync(of.stateFolder).isDirectory()).toBe(true);
  });
});

describe('56. Ready, Running and Disabled', () => {
  it.each([
    [enabledTask, 'ready'],
    [disabledTask, 'disabled'],
    ['exit 1', undefined],
  ])('56. on Windows are read from the task, which no language of Windows changes: %#', async (schtasks, state) => {
    standIns({ schtasks });
    expect(await taskScheduler.stateOf(clinic())).toBe(state);
  });

  it('56. on Windows Running is who holds the lock', async () => {
    const of = clinic();
    await startProcess('hold-lease.ts', lockFile(of.home, of.pipeline)).next();
    standIns({ schtasks: enabledTask });
    expect(await taskScheduler.stateOf(of)).toBe('running');
  });

  it.each([
    [ready, 'ready'],
    [{ ...ready, ActiveState: 'activating' }, 'running'],
    [{ ...ready, UnitFileState: 'disabled' }, 'disabled'],
    [{ ...ready, LoadState: 'not-found' }, undefined],
  ])('56. under systemd are those of the timer and the service: %j', async (answers, state) => {
    standIns({ systemctl: systemctl(answers) });
    expect(await linux().manager.stateOf(clinic())).toBe(state);
  });
});

describe('55. Installing', () => {
  it('55. on Windows writes the task and hands it to schtasks', async () => {
    const of = clinic();
    const stand = standIns({ whoami: elevated, schtasks: '' });
    await perform('install', of, { manager: taskScheduler, clock, signal });
    const xml = join(of.home, 'visits.task.xml');
    expect(stand.calls()).toEqual([
      ['whoami', '/groups', '/fo', 'csv', '/nh'],
      ['schtasks', '/Create', '/TN', 'pipe\\visits', '/XML', xml, '/F'],
    ]);
    expect(readFileSync(xml).toString('utf16le')).toContain('\uFEFF<?xml version="1.0" encoding="UTF-16"?>\r\n<Task ');
  });

  it('55. wants an administrator, and calls nothing without one', async () => {
    const stand = standIns({ whoami: ordinary, schtasks: '' });
    await expect(perform('install', clinic(), { manager: taskScheduler, clock, signal })).rejects.toThrow(
      expect.objectContaining({ code: 'service.not_administrator', kind: 'environment' }),
    );
    expect(stand.calls().map(([program]) => program)).toEqual(['whoami']);
  });

  it('55. under systemd writes both units, then enables the timer', async () => {
    const of = clinic();
    const { manager, unitFolder } = linux();
    const stand = standIns({ systemctl: `[ "$1" != enable ] || [ -e ${unitFolder}/pipe-visits.service ] || exit 9` });
    await perform('install', of, { manager, clock, signal });
    expect(stand.calls()).toEqual([
      ['systemctl', 'daemon-reload'],
      ['systemctl', 'enable', '--now', 'pipe-visits.timer'],
    ]);
    expect(statSync(join(unitFolder, 'pipe-visits.timer')).mode & 0o777).toBe(0o644);
  });

  it('55. under systemd wants root, and a machine that systemd runs', async () => {
    const stand = standIns({ systemctl: '' });
    await expect(perform('install', clinic(), { manager: linux(1000).manager, clock, signal })).rejects.toThrow(
      expect.objectContaining({ code: 'service.not_root' }),
    );
    const container = systemd({ unitFolder: '/nowhere', bootedFolder: '/nowhere', userId: 0 });
    await expect(perform('install', clinic(), { manager: container, clock, signal })).rejects.toThrow(
      expect.objectContaining({ code: 'service.no_systemd' }),
    );
    expect(stand.calls()).toEqual([]);
  });

  it.runIf(isRoot)('55. gives the folders of root to the user that is to write them', async () => {
    const of = clinic();
    mkdirSync(of.home, { mode: 0o700 });
    standIns({ systemctl: '' });
    await perform('install', of, { manager: linux().manager, owner: { uid: 65_534, gid: 65_534 }, clock, signal });
    expect([statSync(of.home).uid, statSync(of.stateFolder).uid, statSync(of.folder).uid]).toEqual([65_534, 65_534, 0]);
  });

  it('55. says in its own words why the system refused', async () => {
    standIns({
      whoami: elevated,
      schtasks: String.raw`printf '\216\350\250\241\252\240: \216\342\252\240\247\240\255\256 \242 \244\256\341\342\343\257\245.\r\n' >&2; exit 1`,
    });
    await expect(perform('install', clinic(), { manager: taskScheduler, clock, signal })).rejects.toThrow(
      expect.objectContaining({
        code: 'service.refused',
        parameters: expect.objectContaining({ reason: 'Ошибка: Отказано в доступе.' }),
      }),
    );
  });

  it.each<Action>(['start', 'stop', 'enable', 'disable', 'uninstall'])(
    '57. %s of what is not installed says so',
    async (action) => {
      const stand = standIns({ whoami: elevated, schtasks: 'exit 1' });
      await expect(perform(action, clinic(), { manager: taskScheduler, clock, signal })).rejects.toThrow(
        expect.objectContaining({ code: 'service.not_installed', kind: 'input' }),
      );
      expect(stand.calls()).toHaveLength(2);
    },
  );
});
