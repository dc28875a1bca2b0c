import { vaultPlace } from '../vault/place.ts';
import { vaultReader } from '../vault/read-vault.ts';
import type { VaultReader } from '../vault/read-vault.ts';

/** Opened only for a secret that the environment lacks. */
export function fromVault(): (name: string) => string | undefined {
  let vault: VaultReader | undefined;
  return (name) => {
    vault ??= vaultReader(vaultPlace(process.env));
    return vault.get(name);
  };
}
