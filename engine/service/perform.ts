import { chmodSync, chownSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endHolder } from '../state/end-holder.ts';
import type { Patience } from '../state/end-holder.ts';
import { holderOf, lockFile } from '../state/lease.ts';
import { codeOf, makeFolder } from '../state/place.ts';
import { call } from './call.ts';
import { serviceErrors } from './errors.ts';
import type { Action, Manager, Service, Step } from './service.ts';
import { encoded } from './task-xml.ts';

/** Who owns what is made for the service; absent where the system has no such thing. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export interface Means {
  readonly manager: Manager;
  readonly owner?: Owner;
  readonly clock: Patience;
  readonly signal: AbortSignal;
}

/** Carries an action out. Throws `service.*` before the first step where it cannot be done, and at the step that failed. */
export async function perform(action: Action, service: Service, means: Means): Promise<void> {
  const { manager } = means;
  await manager.checkRights();
  if (action !== 'install' && (await manager.stateOf(service)) === undefined) {
    throw serviceErrors.not_installed.error({ service: manager.nameOf(service), file: service.file });
  }
  for (const step of manager.steps(action, service)) await take(step, service, means);
}

async function take(step: Step, service: Service, { owner, clock, signal }: Means): Promise<void> {
  if ('write' in step) write(step.write, step.text);
  else if ('remove' in step) rmSync(step.remove, { force: true });
  else if ('folder' in step) makeOwnFolder(step.folder, owner);
  else if ('endRun' in step) await endRun(service, clock, signal);
  else await callSystem(step.call);
}

/** Nobody but an administrator writes what is later run as SYSTEM or root. */
function write(file: string, text: string): void {
  writeFileSync(file, text.startsWith('<?xml') ? encoded(text) : text);
  if (process.platform !== 'win32') chmodSync(file, 0o644);
}

/** A folder of root's that nobody else may write would stop the service at its first run: it becomes the user's. */
function makeOwnFolder(folder: string, owner: Owner | undefined): void {
  makeFolder(folder);
  if (!owner) return;
  const { uid, mode } = statSync(folder);
  if (uid !== 0 || owner.uid === 0 || (mode & 0o022) !== 0) return;
  const inside = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  for (const path of [folder, ...inside]) chownSync(path, owner.uid, owner.gid);
}

async function endRun({ home, pipeline }: Service, clock: Patience, signal: AbortSignal): Promise<void> {
  const lock = lockFile(home, pipeline);
  const holder = holderOf(lock);
  if (holder) await endHolder(lock, holder, clock, signal);
}

async function callSystem([program, ...given]: readonly [string, ...string[]]): Promise<void> {
  const command = [program, ...given].join(' ');
  try {
    const { exit, stdout, stderr } = await call(program, given);
    if (exit === 0 || isNothingToEnd(program, given)) return;
    const reason = (stderr.trim() || stdout.trim() || `exit code ${exit}`).replaceAll(/\s+/g, ' ');
    throw serviceErrors.refused.error({ command, reason });
  } catch (cause) {
    if (codeOf(cause) !== 'ENOENT') throw cause;
    throw serviceErrors.no_program.error({ program }, { cause });
  }
}

/** `/End` of a task that has ended meanwhile fails in some versions of Windows, and is what was wanted. */
function isNothingToEnd(program: string, given: readonly string[]): boolean {
  return program === 'schtasks' && given[0] === '/End';
}
