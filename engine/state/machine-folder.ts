import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from './place.ts';

/**
 * The folder of what all pipelines on this machine share: portal book and run locks (DL-20). In this order:
 *
 * 1. `PIPE_HOME`, where it is set. Containers that talk to one portal mount one volume there.
 * 2. On Windows `%ProgramData%\pipe`, which services and users can both write.
 * 3. `/var/lib/pipe`, where we may write it or, as root, make it. To share it between a service and people an
 *    administrator makes it once: `install -d -m 2770 -g pipe /var/lib/pipe`; files in it are then the group's too.
 * 4. `$XDG_STATE_HOME/pipe`, by default `~/.local/state/pipe`: then each user counts for themselves, and two users
 *    who send to one portal at once meet its limit by backing off.
 */
export function machineFolder(
  environment: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
  sharedFolder = '/var/lib/pipe',
): string {
  const { PIPE_HOME, ProgramData, XDG_STATE_HOME } = environment;
  if (PIPE_HOME) return PIPE_HOME;
  if (platform === 'win32') return join(ProgramData || 'C:\\ProgramData', 'pipe');
  if (isWritable(sharedFolder)) return sharedFolder;
  return join(XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'pipe');
}

function isWritable(folder: string): boolean {
  try {
    makeFolder(folder);
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
