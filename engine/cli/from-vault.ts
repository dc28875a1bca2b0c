import { vaultPlace } from '../vault/place.ts';
import { vaultReader } from '../vault/read-vault.ts';
import type { VaultReader } from '../vault/read-vault.ts';

/** Opened only for a secret that the environment lacks, and asked for each name once. */
export function fromVault(): (name: string) => string | undefined {
  const known = new Map<string, string | undefined>();
  let vault: VaultReader | undefined;
  return (name) => {
    vault ??= vaultReader(vaultPlace(process.env));
    if (!known.has(name)) known.set(name, vault.get(name));
    return known.get(name);
  };
}
