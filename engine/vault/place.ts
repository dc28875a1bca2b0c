import { homedir } from 'node:os';
import { isAbsolute, join, relative } from 'node:path';
import { machineFolder } from '../state/machine-folder.ts';

/** Where a vault lies, and whose it is. */
export interface VaultPlace {
  readonly folder: string;
  readonly file: string;
  /** A vault of its own: tokens that vendors replace, see tokens.ts. */
  readonly tokenFile: string;
  readonly keyFile: string;
  readonly lockFile: string;
  /**
   * `machine`: services and people read it, so its key is a file that they can read. `person`: it lies in somebody's
   * home, and its key in their keychain, if one answers.
   */
  readonly of: 'machine' | 'person';
}

/** One vault beside what all pipelines of the machine share (docs/decisions/vault.md). */
export function vaultPlace(environment: NodeJS.ProcessEnv): VaultPlace {
  const shared = machineFolder(environment);
  const folder = join(shared, 'vault');
  const fromHome = relative(homedir(), shared);
  const isInHome = fromHome !== '' && !fromHome.startsWith('..') && !isAbsolute(fromHome);
  return {
    folder,
    file: join(folder, 'secrets.json'),
    tokenFile: join(folder, 'tokens.json'),
    keyFile: join(folder, 'key'),
    lockFile: join(folder, 'lock'),
    of: isInHome ? 'person' : 'machine',
  };
}
