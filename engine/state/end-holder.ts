import { readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { stateErrors } from './errors.ts';
import { holderOf } from './lease.ts';
import { codeOf } from './place.ts';
import { askToStop } from './stop-request.ts';
import type { Holder } from './machine-ports.ts';

/** Time as ending a holder needs it. */
export interface Patience {
  now(): number;
  monotonic(): number;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

const silentMs = 30_000;
const graceMs = 30_000;
const dyingMs = 10_000;
const pauseMs = 50;

/**
 * Ends the process that holds the lock: asks it to stop (SIGTERM; on Windows a request beside the lock), which lets it
 * finish its request in flight, and kills it when it does not in half a minute. One that gave no sign of life for so long cannot hear, stopped or
 * hanging as it is: it is killed at once, which works on a stopped one too. What it had sent is in its journal as
 * doubt, and is looked up by whoever runs next. Throws `state.*` where that process is not surely ours to end.
 */
export async function endHolder(file: string, holder: Holder, clock: Patience, signal: AbortSignal): Promise<void> {
  if (!isSurely(file, holder)) throw stateErrors.holder_unsure.error(facts(file, holder));
  const isSilent = clock.now() - holder.seen > silentMs;
  if (process.platform === 'win32') askToStop(file, holder);
  else send(file, holder, 'SIGTERM');
  if (!isSilent && (await isGone(file, holder, graceMs, clock, signal))) return;
  send(file, holder, 'SIGKILL');
  if (!(await isGone(file, holder, dyingMs, clock, signal))) throw stateErrors.holder_stays.error(facts(file, holder));
}

function facts(file: string, { pid, host }: Holder) {
  return { file, pid, host };
}

/** The note may be a dead one's whose number another program has by now: where the system can tell, it is asked. */
function isSurely(file: string, { pid, host }: Holder): boolean {
  if (host !== hostname() || pid === 0 || pid === process.pid) return false;
  return process.platform !== 'linux' || openFiles(pid).includes(realpathSync(file));
}

function openFiles(pid: number): readonly string[] {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).flatMap((name) => linkOf(join(folder, name)));
  } catch {
    return [];
  }
}

/** One that was closed meanwhile is no finding. */
function linkOf(path: string): readonly string[] {
  try {
    return [readlinkSync(path)];
  } catch {
    return [];
  }
}

function send(file: string, holder: Holder, signal: NodeJS.Signals): void {
  try {
    process.kill(holder.pid, signal);
  } catch (cause) {
    if (codeOf(cause) !== 'ESRCH') throw stateErrors.holder_unsure.error(facts(file, holder), { cause });
  }
}

/** Whether it let go of the lock in that time; who took it then is another matter. */
async function isGone(
  file: string,
  { pid }: Holder,
  withinMs: number,
  clock: Patience,
  signal: AbortSignal,
): Promise<boolean> {
  const until = clock.monotonic() + withinMs;
  for (;;) {
    const now = holderOf(file);
    if (!now || (now.pid !== pid && now.pid !== 0)) return true;
    if (clock.monotonic() >= until) return false;
    await clock.sleep(pauseMs, signal);
  }
}
