import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf, reasonOf, sharedMode } from '../state/place.ts';
import type { Sealed } from './cipher.ts';
import { vaultErrors } from './errors.ts';
import { replaceFile } from './replace-file.ts';

/** Read by this program and written by it; a higher one is refused. */
export const vaultVersion = 1;

/** The vault as it lies on the disk: who it is, which key it wants, and the sealed secrets by name. */
export interface VaultFile {
  readonly pipeVault: typeof vaultVersion;
  readonly id: string;
  readonly key: { readonly in: 'file' | 'keychain'; readonly print: string };
  readonly secrets: readonly StoredSecret[];
}

export interface StoredSecret extends Sealed {
  readonly name: string;
  readonly setAt: string;
}

/** What a secret is sealed with: in another vault, under another name or with another date it does not open. */
export function boundTo(vault: Pick<VaultFile, 'id'>, secret: Pick<StoredSecret, 'name' | 'setAt'>): string {
  return JSON.stringify([vaultVersion, vault.id, secret.name, secret.setAt]);
}

/** undefined: there is none. */
export function readVaultFile(file: string): VaultFile | undefined {
  const text = textOf(file);
  if (text === undefined) return undefined;
  const read = parsed(text);
  const { pipeVault: version } = Object(read) as { readonly pipeVault?: unknown };
  if (typeof version === 'number' && version > vaultVersion)
    throw vaultErrors.newer.error({ file, found: version, known: vaultVersion });
  if (!isVaultFile(read)) throw vaultErrors.damaged.error({ file, reason: 'not the form of a vault' });
  return read;
}

export function writeVaultFile(file: string, vault: VaultFile): void {
  replaceFile(file, `${JSON.stringify(vault, undefined, 2)}\n`, sharedMode(dirname(file)));
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined;
    throw vaultErrors.unusable.error({ file, reason: codeOf(cause) ?? reasonOf(cause) }, { cause });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isVaultFile(read: unknown): read is VaultFile {
  const { pipeVault, id, key, secrets } = Object(read) as Partial<Record<keyof VaultFile, unknown>>;
  const { in: kept, print } = Object(key) as Partial<Record<keyof VaultFile['key'], unknown>>;
  if (pipeVault !== vaultVersion || typeof id !== 'string' || typeof print !== 'string') return false;
  return (kept === 'file' || kept === 'keychain') && Array.isArray(secrets) && secrets.every(isSecret);
}

function isSecret(read: unknown): read is StoredSecret {
  const { name, setAt, nonce, data, tag } = Object(read) as Partial<Record<keyof StoredSecret, unknown>>;
  return [name, setAt, nonce, data, tag].every((part) => typeof part === 'string');
}
