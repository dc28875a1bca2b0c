import { PipeError, toPipeError } from '../errors.ts';
import { unseal } from './cipher.ts';
import { vaultErrors } from './errors.ts';
import { osKeychain } from './keychain.ts';
import type { Keychain } from './keychain.ts';
import type { VaultPlace } from './place.ts';
import { boundTo, readVaultFile } from './vault-file.ts';
import type { StoredSecret, VaultFile } from './vault-file.ts';
import { readKey } from './vault-key.ts';

/** What may be told of a secret. */
export interface SecretName {
  readonly name: string;
  readonly setAt: string;
}

/** Secrets as they are, without a lock. Throws `vault.*`; a vault that is not there is an empty one. */
export interface VaultReader {
  list(): readonly SecretName[];
  /** undefined: it has none of that name. The key is asked for only when it has. */
  get(name: string): string | undefined;
}

export function vaultReader(
  place: VaultPlace,
  keychain: Keychain = osKeychain,
): VaultReader & { readonly keyOf: (vault: VaultFile) => Buffer } {
  const { file } = place;
  let known: { readonly print: string; readonly key: Buffer | PipeError } | undefined;
  /** Asked for once, also where there is no answer: a keychain takes its time. */
  const keyOf = (vault: VaultFile): Buffer => {
    if (known?.print !== vault.key.print) known = { print: vault.key.print, key: keyOrWhy(place, vault, keychain) };
    if (known.key instanceof PipeError) throw known.key;
    return known.key;
  };
  return {
    list: () => (readVaultFile(file)?.secrets ?? []).map(({ name, setAt }) => ({ name, setAt })),
    get(name) {
      const vault = readVaultFile(file);
      const secret = vault?.secrets.find((each) => each.name === name);
      return vault && secret && valueOf(place, vault, secret, keyOf(vault));
    },
    keyOf,
  };
}

function keyOrWhy(place: VaultPlace, vault: VaultFile, keychain: Keychain): Buffer | PipeError {
  try {
    return readKey(place, vault, keychain);
  } catch (thrown) {
    return toPipeError(thrown);
  }
}

function valueOf(place: VaultPlace, vault: VaultFile, secret: StoredSecret, key: Buffer): string {
  const value = unseal(key, secret, boundTo(vault, secret));
  if (value !== undefined) return value;
  throw vaultErrors.damaged.error({ file: place.file, reason: `${secret.name} is not as it was sealed` });
}
