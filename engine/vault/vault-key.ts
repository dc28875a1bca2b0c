import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf, reasonOf, sharedMode } from '../state/place.ts';
import { keyBytes, keyPrint } from './cipher.ts';
import { vaultErrors } from './errors.ts';
import type { Keychain } from './keychain.ts';
import type { VaultPlace } from './place.ts';
import { replaceFile } from './replace-file.ts';
import type { VaultFile } from './vault-file.ts';

/** The key a vault names, or an error that says what became of it. */
export function readKey(place: VaultPlace, vault: VaultFile, keychain: Keychain): Buffer {
  const { file } = place;
  const where = vault.key.in === 'file' ? place.keyFile : keychainName;
  const key = vault.key.in === 'file' ? readKeyFile(place.keyFile) : fromKeychain(file, keychain, vault.id);
  if (key === undefined) throw vaultErrors.key_missing.error({ file, place: where });
  if (key.length !== keyBytes) throw vaultErrors.key_damaged.error({ place: where });
  if (keyPrint(key) !== vault.key.print) throw vaultErrors.other_key.error({ file, place: where });
  return key;
}

export interface MadeKey {
  readonly key: Buffer;
  readonly in: VaultFile['key']['in'];
}

/**
 * A key for a vault that is about to begin. A key file that is there already stays: it may belong to a vault that was
 * moved away and comes back.
 */
export function makeKey(place: VaultPlace, id: string, keychain: Keychain): MadeKey {
  const found = readKeyFile(place.keyFile);
  if (found && found.length !== keyBytes) throw vaultErrors.key_damaged.error({ place: place.keyFile });
  if (found) return { key: found, in: 'file' };
  const key = randomBytes(keyBytes);
  if (place.of === 'person') {
    const answer = keychain.write(id, key);
    if ('key' in answer && answer.key?.equals(key)) return { key, in: 'keychain' };
  } else if (process.platform === 'win32') closeToOthers(place.folder);
  replaceFile(place.keyFile, `${key.toString('base64')}\n`, sharedMode(dirname(place.keyFile)));
  return { key, in: 'file' };
}

const keychainName = 'keychain';

function fromKeychain(file: string, keychain: Keychain, id: string): Buffer | undefined {
  const answer = keychain.read(id);
  if ('silent' in answer) throw vaultErrors.keychain_silent.error({ file, reason: answer.silent });
  return answer.key;
}

/** undefined: there is none. */
function readKeyFile(file: string): Buffer | undefined {
  try {
    return Buffer.from(readFileSync(file, 'utf8').trim(), 'base64');
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined;
    throw vaultErrors.unusable.error({ file, reason: codeOf(cause) ?? reasonOf(cause) }, { cause });
  }
}

/**
 * %ProgramData% lets every user read: the folder is left to SYSTEM and Administrators, by their SIDs because their
 * names are translated, and hands that on to the files in it.
 * https://learn.microsoft.com/windows-server/administration/windows-commands/icacls
 */
function closeToOthers(folder: string): void {
  const rights = ['*S-1-5-18:(OI)(CI)F', '*S-1-5-32-544:(OI)(CI)F'];
  const { status, error } = spawnSync('icacls', [folder, '/inheritance:r', '/grant:r', ...rights], {
    windowsHide: true,
  });
  if (status !== 0) throw vaultErrors.unprotected.error({ folder, reason: error?.message ?? `exit ${status}` });
}
