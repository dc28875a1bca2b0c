import { randomUUID } from 'node:crypto';
import { chmodSync, chownSync, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Clock } from '../state/clock.ts';
import { acquireLease } from '../state/lease.ts';
import type { Lease } from '../state/machine-ports.ts';
import { codeOf, prepareFolder, sharedMode } from '../state/place.ts';
import { keyPrint, seal } from './cipher.ts';
import { vaultErrors } from './errors.ts';
import { osKeychain } from './keychain.ts';
import type { Keychain } from './keychain.ts';
import type { VaultPlace } from './place.ts';
import { vaultReader } from './read-vault.ts';
import type { SecretName, VaultReader } from './read-vault.ts';
import { boundTo, readVaultFile, vaultVersion, writeVaultFile } from './vault-file.ts';
import type { StoredSecret, VaultFile } from './vault-file.ts';
import { makeKey } from './vault-key.ts';

/** Secrets of this machine or person by name, to read and to change. Throws `vault.*`. */
export interface Vault extends VaultReader {
  /** All of them or none. The first secret ever makes the key. Returns the names that were there before. */
  set(values: ReadonlyMap<string, string>): Promise<readonly string[]>;
  remove(name: string): Promise<void>;
}

/** As references have it: `${secret:NAME}`. */
export function isSecretName(text: string): boolean {
  return /^[A-Za-z_]\w*$/.test(text);
}

export function openVault(place: VaultPlace, clock: Clock, keychain: Keychain = osKeychain): Vault {
  const { file } = place;
  const { list, get, keyOf } = vaultReader(place, keychain);
  return {
    list,
    get,
    set: (values) =>
      alone(place, clock, () => {
        const vault = readVaultFile(file);
        const { begun, key } = vault ? { begun: vault, key: keyOf(vault) } : begin(place, keychain);
        const setAt = new Date(clock.now()).toISOString();
        const fresh = [...values].map(([name, value]) => sealed(begun, key, { name, setAt }, value));
        const kept = begun.secrets.filter(({ name }) => !values.has(name));
        writeVaultFile(file, { ...begun, secrets: byName([...kept, ...fresh]) });
        return begun.secrets.map(({ name }) => name).filter((name) => values.has(name));
      }),
    remove: (name) =>
      alone(place, clock, () => {
        const vault = readVaultFile(file);
        const secrets = vault?.secrets.filter((secret) => secret.name !== name) ?? [];
        if (!vault || secrets.length === vault.secrets.length) throw vaultErrors.unknown_secret.error({ name });
        writeVaultFile(file, { ...vault, secrets });
      }),
  };
}

function sealed(vault: VaultFile, key: Buffer, secret: SecretName, value: string): StoredSecret {
  return { ...secret, ...seal(key, value, boundTo(vault, secret)) };
}

function begin(place: VaultPlace, keychain: Keychain): { readonly begun: VaultFile; readonly key: Buffer } {
  const id = randomUUID();
  const made = makeKey(place, id, keychain);
  const begun = { pipeVault: vaultVersion, id, key: { in: made.in, print: keyPrint(made.key) }, secrets: [] } as const;
  return { begun, key: made.key };
}

function byName(secrets: readonly StoredSecret[]): readonly StoredSecret[] {
  return [...secrets].sort((a, b) => (a.name < b.name ? -1 : 1));
}

const patienceMs = 10_000;
const pauseMs = 20;

/** One process changes the vault at a time, so that of two who read and write it nobody's secret is lost. */
async function alone<Result>(place: VaultPlace, clock: Clock, change: () => Result): Promise<Result> {
  prepareVaultFolder(place.folder);
  const lease = await takeLock(place, clock);
  try {
    return change();
  } catch (cause) {
    const code = codeOf(cause);
    if (code === undefined || !/^E[A-Z]+$/.test(code)) throw cause;
    const { file } = place;
    if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') throw vaultErrors.full.error({ file }, { cause });
    throw vaultErrors.unusable.error({ file, reason: code }, { cause });
  } finally {
    lease.release();
  }
}

/**
 * Where the administrator lets a group share the machine folder, the group shares the vault in it; where it belongs to
 * the user of a service, what root puts there does as well.
 */
export function prepareVaultFolder(folder: string): void {
  const shared = dirname(folder);
  const isNew = !existsSync(folder);
  prepareFolder(folder);
  if (isNew && process.getuid?.() === 0) chownSync(folder, statSync(shared).uid, statSync(shared).gid);
  if (isNew && process.platform !== 'win32' && sharedMode(shared) === 0o660) chmodSync(folder, 0o2770);
}

async function takeLock(place: VaultPlace, clock: Clock): Promise<Lease> {
  const until = clock.monotonic() + patienceMs;
  for (;;) {
    const answer = acquireLease(place.lockFile, clock);
    if (answer.ok) return answer.lease;
    if (clock.monotonic() > until) {
      const { pid } = answer.holder;
      throw vaultErrors.busy.error({ file: place.file, pid, seconds: patienceMs / 1000 });
    }
    await setTimeout(pauseMs);
  }
}
