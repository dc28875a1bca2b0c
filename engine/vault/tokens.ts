import { setTimeout } from 'node:timers/promises';
import type { Tokens } from '../connector.ts';
import type { Clock } from '../state/clock.ts';
import { acquireLease, lockFile } from '../state/lease.ts';
import type { Lease } from '../state/machine-ports.ts';
import { vaultErrors } from './errors.ts';
import type { Keychain } from './keychain.ts';
import { openVault, prepareVaultFolder } from './open-vault.ts';
import type { VaultPlace } from './place.ts';

/** Longer than any one request for tokens lasts, with its wait for the limiter. */
const patienceMs = 180_000;
const pauseMs = 50;

/**
 * Tokens lie in a vault of their own beside that of the secrets: it is rewritten all the time, and a backup of the
 * secrets that is put back brings no used token with it (docs/decisions/tokens.md).
 */
export function openTokens(place: VaultPlace, clock: Clock, keychain?: Keychain): Tokens {
  // Under the lock of both: the first of the two makes the key.
  const vault = openVault({ ...place, file: place.tokenFile }, clock, keychain);
  return {
    read: async (key) => vault.get(key),
    async replace(key, make, signal) {
      prepareVaultFolder(place.folder);
      const lock = lockFile(place.folder, `tokens of ${key}`);
      const lease = await takeLock(lock, place.tokenFile, clock, signal);
      try {
        const kept = vault.get(key);
        // Proves that the disk takes it: what `make` brings cannot be had a second time.
        if (kept !== undefined) await vault.set(new Map([[key, kept]]));
        const made = await make(kept);
        if (made !== kept) await vault.set(new Map([[key, made]]));
        return made;
      } finally {
        lease.release();
      }
    },
  };
}

async function takeLock(lock: string, file: string, clock: Clock, signal: AbortSignal): Promise<Lease> {
  const until = clock.monotonic() + patienceMs;
  for (;;) {
    signal.throwIfAborted();
    const answer = acquireLease(lock, clock);
    if (answer.ok) return answer.lease;
    if (clock.monotonic() > until) {
      const { pid } = answer.holder;
      throw vaultErrors.busy.error({ file, pid, seconds: patienceMs / 1000 });
    }
    // A wait that was broken off is heard of above.
    await setTimeout(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}
