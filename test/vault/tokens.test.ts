import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../engine/state/clock.ts';
import { acquireLease, holderOf, lockFile } from '../../engine/state/lease.ts';
import { openVault } from '../../engine/vault/open-vault.ts';
import { vaultPlace } from '../../engine/vault/place.ts';
import type { VaultPlace } from '../../engine/vault/place.ts';
import { openTokens } from '../../engine/vault/tokens.ts';
import { temporaryFolder } from '../support/folder.ts';

const key = 'amocrm clinic.amocrm.ru c1';
const { signal } = new AbortController();

function here(): VaultPlace {
  return vaultPlace({ PIPE_HOME: temporaryFolder() });
}

const lockOf = ({ folder }: VaultPlace): string => lockFile(folder, `tokens of ${key}`);

it('tokens are kept sealed, for the owner alone, beside the secrets and with their key', async () => {
  const place = here();
  await openVault(place, systemClock).set(new Map([['ONE', 'x']]));
  const tokens = openTokens(place, systemClock);
  expect(await tokens.read(key)).toBe(undefined);
  expect(await tokens.replace(key, async () => 'geheim', signal)).toBe('geheim');
  expect(await openTokens(place, systemClock).read(key)).toBe('geheim');
  expect(readFileSync(place.tokenFile, 'utf8')).not.toContain('geheim');
  expect((statSync(place.tokenFile).mode & 0o777).toString(8)).toBe('600');
  const secrets = openVault(place, systemClock);
  expect([secrets.list().map(({ name }) => name), secrets.get('ONE')]).toEqual([['ONE'], 'x']);
});

it('they are durable before `replace` resolves, and are made of what is kept by then', async () => {
  const place = here();
  const tokens = openTokens(place, systemClock);
  await tokens.replace(key, async () => 'first', signal);
  expect(await tokens.replace(key, async (kept) => `${kept ?? ''} and second`, signal)).toBe('first and second');
  expect(await openTokens(place, systemClock).read(key)).toBe('first and second');
});

it('where nothing can be written, nothing is asked for that would then be lost', async () => {
  const place = here();
  const tokens = openTokens(place, systemClock);
  await tokens.replace(key, async () => 'first', signal);
  mkdirSync(`${place.tokenFile}.new`);
  let asked = 0;
  const make = async (): Promise<string> => `made ${(asked += 1)}`;
  await expect(tokens.replace(key, make, signal)).rejects.toThrow('.new');
  expect([asked, await tokens.read(key)]).toEqual([0, 'first']);
});

it('one that fails leaves what was kept, and the lock free', async () => {
  const place = here();
  const tokens = openTokens(place, systemClock);
  await tokens.replace(key, async () => 'first', signal);
  await expect(tokens.replace(key, async () => Promise.reject(new Error('refused')), signal)).rejects.toThrow(
    'refused',
  );
  expect([await tokens.read(key), holderOf(lockOf(place))]).toEqual(['first', undefined]);
});

it('what cannot be kept is given to nobody', async () => {
  const place = here();
  const tokens = openTokens(place, systemClock);
  await tokens.replace(key, async () => 'first', signal);
  const make = async (): Promise<string> => {
    writeFileSync(place.tokenFile, '{');
    return 'second';
  };
  await expect(tokens.replace(key, make, signal)).rejects.toMatchObject({ code: 'vault.damaged' });
});

it('a second one waits until the first has kept its own, and then gets that', async () => {
  const place = here();
  const gate = Promise.withResolvers<string>();
  const order: string[] = [];
  const first = openTokens(place, systemClock).replace(key, () => gate.promise, signal);
  const second = openTokens(place, systemClock).replace(
    key,
    async (kept) => {
      order.push(`second sees ${kept ?? 'nothing'}`);
      return 'second';
    },
    signal,
  );
  // Another key waits for nobody.
  await openTokens(place, systemClock).replace('another', async () => 'free', signal);
  expect(order).toEqual([]);
  gate.resolve('first');
  expect([await first, await second, order]).toEqual(['first', 'second', ['second sees first']]);
});

it('an abort ends the wait for the lock', async () => {
  const place = here();
  const lease = acquireLease(lockOf(place), systemClock);
  if (!lease.ok) throw new Error('nobody holds it');
  onTestFinished(() => lease.lease.release());
  const stop = new AbortController();
  const waiting = openTokens(place, systemClock).replace(key, async () => 'x', stop.signal);
  stop.abort('SIGTERM');
  await expect(waiting).rejects.toBe('SIGTERM');
});

it('a damaged vault of tokens is told as such, and takes no secret along', async () => {
  const place = here();
  await openTokens(place, systemClock).replace(key, async () => 'geheim', signal);
  writeFileSync(place.tokenFile, '{');
  await expect(openTokens(place, systemClock).read(key)).rejects.toMatchObject({ code: 'vault.damaged' });
  expect([existsSync(place.file), readdirSync(join(place.folder)).includes('tokens.json')]).toEqual([false, true]);
});
