import { posix, win32 } from 'node:path';
import { holderOf, lockFile } from '../state/lease.ts';
import { call } from './call.ts';
import { serviceErrors } from './errors.ts';
import type { Action, Manager, Service, ServiceState, Step } from './service.ts';
import { taskXml } from './task-xml.ts';

/** The Windows Task Scheduler, by the program Windows has for it: `schtasks` answers the same in every language. */
export const taskScheduler: Manager = {
  nameOf: taskName,
  steps: (action, service) => steps[action](service),
  checkRights,
  stateOf,
};

function taskName({ pipeline }: Service): string {
  return `pipe\\${pipeline}`;
}

function xmlFile({ home, pipeline }: Service): string {
  // `--print` shows a Windows path on Linux too.
  return (home.includes(win32.sep) ? win32 : posix).join(home, `${pipeline}.task.xml`);
}

function task(service: Service, verb: string, ...more: readonly string[]): Step {
  return { call: ['schtasks', `/${verb}`, '/TN', taskName(service), ...more] };
}

/** Disabling comes before ending: the next turn is never more than two minutes away. */
const steps: Readonly<Record<Action, (service: Service) => readonly Step[]>> = {
  install: (service) => [
    { folder: service.home },
    { write: xmlFile(service), text: taskXml(service) },
    task(service, 'Create', '/XML', xmlFile(service), '/F'),
  ],
  start: (service) => [task(service, 'Change', '/ENABLE'), task(service, 'Run')],
  stop: (service) => [task(service, 'Change', '/DISABLE'), { endRun: true }, task(service, 'End')],
  enable: (service) => [task(service, 'Change', '/ENABLE')],
  disable: (service) => [task(service, 'Change', '/DISABLE')],
  uninstall: (service) => [
    task(service, 'Change', '/DISABLE'),
    { endRun: true },
    task(service, 'Delete', '/F'),
    { remove: xmlFile(service) },
  ],
};

/** Elevated, or SYSTEM itself: integrity levels by SID (https://learn.microsoft.com/en-us/windows/win32/secauthz/well-known-sids). */
const elevated = /S-1-16-(?:12288|16384)\b/;

async function checkRights(): Promise<void> {
  const groups = await call('whoami', ['/groups', '/fo', 'csv', '/nh']);
  if (!elevated.test(groups.stdout)) throw serviceErrors.not_administrator.error({});
}

async function stateOf(service: Service): Promise<ServiceState | undefined> {
  const { exit, stdout } = await call('schtasks', ['/Query', '/TN', taskName(service), '/XML']);
  if (exit !== 0) return undefined;
  const settings = /<Settings>[\s\S]*<\/Settings>/.exec(stdout)?.[0] ?? '';
  if (holderOf(lockFile(service.home, service.pipeline))) return 'running';
  return settings.includes('<Enabled>false</Enabled>') ? 'disabled' : 'ready';
}
