import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from '../../engine/state/clock.ts';
import type { Keychain } from '../../engine/vault/keychain.ts';
import { openVault } from '../../engine/vault/open-vault.ts';
import { vaultPlace } from '../../engine/vault/place.ts';
import { temporaryFolder } from '../support/folder.ts';

/** A keychain in memory; `silent`: it answers nobody any more. */
function keychain() {
  const keys = new Map<string, Buffer>();
  const chain = { keys, silent: false, asked: 0 };
  const answer = (key: Buffer | undefined) => {
    chain.asked += 1;
    return chain.silent ? { silent: 'locked' } : { key };
  };
  const port: Keychain = {
    read: (id) => answer(keys.get(id)),
    write: (id, key) => {
      if (!chain.silent) keys.set(id, key);
      return answer(key);
    },
  };
  return { ...port, chain };
}

/** A vault in somebody's home. */
function personal() {
  const home = temporaryFolder();
  vi.stubEnv(process.platform === 'win32' ? 'USERPROFILE' : 'HOME', home);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  return vaultPlace({ PIPE_HOME: join(home, '.local', 'state', 'pipe') });
}

const isRoot = process.getuid?.() === 0;
if (!isRoot)
  process.stderr.write('vault: this is not root, so nobody tries what root does to the vault of somebody else\n');

const secret = new Map([['NAME', 'geheim']]);

describe('a vault in the home of a person', () => {
  it('keeps its key in the keychain and none on the disk', async () => {
    const [place, keys] = [personal(), keychain()];
    await openVault(place, systemClock, keys).set(secret);
    expect([place.of, existsSync(place.keyFile), keys.chain.keys.size]).toEqual(['person', false, 1]);
    expect(openVault(place, systemClock, keys).get('NAME')).toBe('geheim');
  });

  it('asks the keychain once, and not at all for what it does not have', async () => {
    const [place, keys] = [personal(), keychain()];
    await openVault(place, systemClock, keys).set(secret);
    keys.chain.asked = 0;
    const vault = openVault(place, systemClock, keys);
    expect([vault.get('OTHER'), vault.list().length, keys.chain.asked]).toEqual([undefined, 1, 0]);
    expect([vault.get('NAME'), vault.get('NAME'), keys.chain.asked]).toEqual(['geheim', 'geheim', 1]);
  });

  it('begins with a key file where no keychain answers', async () => {
    const [place, keys] = [personal(), keychain()];
    keys.chain.silent = true;
    await openVault(place, systemClock, keys).set(secret);
    expect([existsSync(place.keyFile), openVault(place, systemClock, keys).get('NAME')]).toEqual([true, 'geheim']);
  });

  it('waits for a keychain that does not answer once, whatever it is asked for', async () => {
    const [place, keys] = [personal(), keychain()];
    await openVault(place, systemClock, keys).set(new Map([...secret, ['SECOND', 'x']]));
    Object.assign(keys.chain, { silent: true, asked: 0 });
    const vault = openVault(place, systemClock, keys);
    for (const name of ['NAME', 'SECOND'])
      expect(() => vault.get(name)).toThrow(expect.objectContaining({ code: 'vault.keychain_silent' }));
    expect(keys.chain.asked).toBe(1);
  });

  it('10. opens no more where the keychain is locked, is another user’s, or holds another key', async () => {
    const [place, keys] = [personal(), keychain()];
    await openVault(place, systemClock, keys).set(secret);
    const opened = (chain: Keychain) => () => openVault(place, systemClock, chain).get('NAME');
    keys.chain.silent = true;
    expect(opened(keys)).toThrow(expect.objectContaining({ code: 'vault.keychain_silent', kind: 'environment' }));
    expect(opened(keychain())).toThrow(expect.objectContaining({ code: 'vault.key_missing' }));
    keys.chain.silent = false;
    for (const id of keys.chain.keys.keys()) keys.chain.keys.set(id, Buffer.alloc(32));
    expect(opened(keys)).toThrow(expect.objectContaining({ code: 'vault.other_key' }));
  });
});

describe('a vault of the machine', () => {
  function machine(mode: number) {
    const shared = join(temporaryFolder(), 'pipe');
    mkdirSync(shared);
    chmodSync(shared, mode);
    return vaultPlace({ PIPE_HOME: shared });
  }

  it('asks no keychain: a service could not', async () => {
    const [place, keys] = [machine(0o700), keychain()];
    await openVault(place, systemClock, keys).set(secret);
    expect([place.of, openVault(place, systemClock, keys).get('NAME'), keys.chain.asked]).toEqual([
      'machine',
      'geheim',
      0,
    ]);
  });

  it('is the group’s where the administrator lets the group share the folder', async () => {
    const place = machine(0o2770);
    await openVault(place, systemClock, keychain()).set(secret);
    const modes = [place.folder, place.file, place.keyFile].map((path) => (statSync(path).mode & 0o7777).toString(8));
    expect(modes).toEqual(['2770', '660', '660']);
  });

  it.runIf(isRoot)('is its owner’s to read when root puts a secret into it', async () => {
    const home = temporaryFolder();
    chownSync(home, 65_534, 65_534);
    const place = vaultPlace({ PIPE_HOME: home });
    await openVault(place, systemClock, keychain()).set(secret);
    await openVault(place, systemClock, keychain()).set(new Map([['SECOND', 'x']]));
    const owners = [place.folder, place.file, place.keyFile].map((path) => statSync(path).uid);
    expect(owners).toEqual([65_534, 65_534, 65_534]);
  });

  it('keeps a key that was there before it: of a vault that was moved away and comes back', async () => {
    const place = machine(0o700);
    await openVault(place, systemClock, keychain()).set(secret);
    const [key, vault] = [readFileSync(place.keyFile, 'utf8'), readFileSync(place.file, 'utf8')];
    rmSync(place.file);
    await openVault(place, systemClock, keychain()).set(new Map([['NEW', 'x']]));
    expect(readFileSync(place.keyFile, 'utf8')).toBe(key);
    writeFileSync(place.file, vault);
    expect(openVault(place, systemClock, keychain()).get('NAME')).toBe('geheim');
  });

  it('writes what differs each time, so that nobody sees which values are the same', async () => {
    const place = machine(0o700);
    const vault = openVault(place, systemClock, keychain());
    await vault.set(
      new Map([
        ['A', 'same'],
        ['B', 'same'],
      ]),
    );
    const [a, b] = JSON.parse(readFileSync(place.file, 'utf8')).secrets;
    expect([a.data === b.data, a.nonce === b.nonce, vault.get('A'), vault.get('B')]).toEqual([
      false,
      false,
      'same',
      'same',
    ]);
  });
});

/** The limit of a file's size stands for the disk that fills up. */
it.runIf(process.platform !== 'win32')('a disk that fills up is called that, and what was kept stays', async () => {
  const folder = temporaryFolder();
  await openVault(vaultPlace({ PIPE_HOME: folder }), systemClock).set(secret);
  const module = (name: string) => JSON.stringify(new URL(`../../engine/${name}.ts`, import.meta.url).href);
  const script = `
    const { openVault } = await import(${module('vault/open-vault')});
    const { vaultPlace } = await import(${module('vault/place')});
    const { systemClock } = await import(${module('state/clock')});
    const vault = openVault(vaultPlace({ PIPE_HOME: ${JSON.stringify(folder)} }), systemClock);
    await vault.set(new Map([['LONG', 'x'.repeat(1_000_000)]])).catch((e) => process.stdout.write(e.code))`;
  const limited = ['-c', 'ulimit -f 100 && exec "$@"', 'sh', process.execPath, '--input-type=module', '-e', script];
  expect(spawnSync('sh', limited, { encoding: 'utf8' }).stdout).toBe('vault.full');
  expect(openVault(vaultPlace({ PIPE_HOME: folder }), systemClock).get('NAME')).toBe('geheim');
});
