import { realpathSync, statSync } from 'node:fs';
import { dirname, resolve, win32 } from 'node:path';
import { isSea } from 'node:sea';
import type { Language } from '../messages/template.ts';
import { call } from '../service/call.ts';
import { serviceErrors } from '../service/errors.ts';
import { perform } from '../service/perform.ts';
import type { Owner } from '../service/perform.ts';
import { tickMs } from '../service/schedule.ts';
import type { Action, Manager, Service, ServiceState, Step } from '../service/service.ts';
import { systemd } from '../service/systemd.ts';
import { taskScheduler } from '../service/task-scheduler.ts';
import { machineFolder } from '../state/machine-folder.ts';
import { cliErrors } from './errors.ts';
import { lookAt } from './prepare.ts';
import { runClock } from './run-clock.ts';

export type System = 'windows' | 'linux';

export const systems: readonly System[] = ['windows', 'linux'];

interface Wishes {
  readonly state?: string | undefined;
  readonly user?: string | undefined;
}

/** What an action on a service did or, with `--print`, would do. */
export interface ServiceReport {
  readonly pipeline: string;
  readonly service: string;
  readonly action: Action;
  readonly steps: readonly Step[];
}

/** What `pipe service status --json` prints. */
export interface ServiceStatus {
  readonly pipeline: string;
  readonly service: string;
  readonly state: ServiceState | 'not installed';
}

export async function planAction(
  action: Action,
  file: string,
  wishes: Wishes,
  language: Language,
  system = thisSystem(),
): Promise<ServiceReport> {
  const manager = managerOf(system);
  const service = await serviceOf(action, file, wishes, language, system);
  return reportOf(action, service, manager);
}

export async function performAction(
  action: Action,
  file: string,
  wishes: Wishes,
  language: Language,
  signal: AbortSignal,
): Promise<ServiceReport> {
  const system = thisSystem();
  const manager = managerOf(system);
  const service = await serviceOf(action, file, wishes, language, system);
  const owner = system === 'linux' && action === 'install' ? await ownerOf(service) : undefined;
  await perform(action, service, { manager, clock: runClock, signal, ...(owner && { owner }) });
  return reportOf(action, service, manager);
}

export async function serviceStatus(file: string, language: Language): Promise<ServiceStatus> {
  const system = thisSystem();
  const manager = managerOf(system);
  const service = await serviceOf('status', file, {}, language, system);
  const state = (await manager.stateOf(service)) ?? 'not installed';
  return { pipeline: service.pipeline, service: manager.nameOf(service), state };
}

function reportOf(action: Action, service: Service, manager: Manager): ServiceReport {
  const { pipeline } = service;
  return { pipeline, service: manager.nameOf(service), action, steps: manager.steps(action, service) };
}

function thisSystem(): System {
  if (process.platform === 'win32') return 'windows';
  if (process.platform === 'linux') return 'linux';
  throw serviceErrors.no_system.error({ platform: process.platform });
}

function managerOf(system: System): Manager {
  return system === 'windows' ? taskScheduler : systemd();
}

async function serviceOf(
  action: Action | 'status',
  file: string,
  wishes: Wishes,
  language: Language,
  system: System,
): Promise<Service> {
  const { pipeline, stateFolder } = await lookAt(file, undefined);
  // What is installed can be stopped whatever became of its schedule.
  if (action === 'install' && pipeline.schedule.length === 0) throw cliErrors.no_schedule.error({ file });
  const path = resolve(file);
  const folder = dirname(path);
  if (/\p{Cc}/u.test(path)) throw serviceErrors.control_character.error({ path: JSON.stringify(path) });
  return {
    pipeline: pipeline.name,
    file: path,
    folder,
    stateFolder: resolve(wishes.state ?? stateFolder),
    home: homeOf(system),
    program: thisProgram(),
    tickMs: tickMs(pipeline.schedule),
    user: wishes.user ?? (system === 'windows' ? 'SYSTEM' : await folderUser(folder)),
    language,
  };
}

/** A service has no home of its own to keep the locks in: it and people who run by hand share the machine's. */
function homeOf(system: System): string {
  if (process.env['PIPE_HOME']) return resolve(process.env['PIPE_HOME']);
  return system === 'windows' ? win32.normalize(machineFolder(process.env, 'win32')) : '/var/lib/pipe';
}

function thisProgram(): readonly string[] {
  return isSea() ? [process.execPath] : [process.execPath, realpathSync(process.argv[1] ?? '')];
}

/** State and logs lie in the pipeline's folder, so whoever owns that runs it, unless told otherwise. */
async function folderUser(folder: string): Promise<string> {
  const { uid } = statSync(folder);
  const { exit, stdout } = await call('id', ['-un', String(uid)]);
  return exit === 0 ? stdout.trim() : String(uid);
}

async function ownerOf({ user }: Service): Promise<Owner> {
  const [uid, gid] = [await call('id', ['-u', user]), await call('id', ['-g', user])];
  if (uid.exit !== 0 || gid.exit !== 0) throw serviceErrors.unknown_user.error({ user });
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}
