import { chmodSync, mkdirSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { machineFolder } from '../../engine/state/machine-folder.ts';
import { isNetworkFileSystem, keepMode, makeFolder, prepareFolder } from '../../engine/state/place.ts';
import { temporaryFolder } from './temporary-folder.ts';

describe('network file systems', () => {
  it.each([
    ['nfs', 0x6969],
    ['smb', 0x517b],
    ['smb2', 0xfe534d42],
    ['smb2 as a signed number', -0x01acb2be],
    ['cifs', 0xff534d42],
    ['9p', 0x01021997],
  ])('DL-19 hold no locks: %s', (_, type) => expect(isNetworkFileSystem(type)).toBe(true));

  it.each([
    ['ext4', 0xef53],
    ['xfs', 0x58465342],
    ['btrfs', 0x9123683e],
    ['tmpfs', 0x01021994],
    ['overlayfs', 0x794c7630],
    ['fuse', 0x65735546],
  ])('are not local ones: %s', (_, type) => expect(isNetworkFileSystem(type)).toBe(false));

  it.runIf(process.platform === 'linux')('DL-19 are refused as the place of a lock or a state', () => {
    const folder = join(temporaryFolder(), 'share');
    expect(() => prepareFolder(folder, () => 0x6969)).toThrow(
      `${folder} lies on a network file system, where locks do not hold`,
    );
    expect(() => prepareFolder(folder, () => 0xef53)).not.toThrow();
  });

  it('are not where the tests run', () => {
    expect(isNetworkFileSystem(statfsSync(temporaryFolder()).type)).toBe(false);
  });
});

describe('a folder', () => {
  it('is made for its owner only; one that is there keeps its mode', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'theirs'));
    chmodSync(join(folder, 'theirs'), 0o755);
    prepareFolder(join(folder, 'theirs', 'ours', 'deep'));
    const modes = ['theirs', 'theirs/ours', 'theirs/ours/deep'].map(
      (name) => statSync(join(folder, name)).mode & 0o777,
    );
    expect(modes).toEqual([0o755, 0o700, 0o700]);
  });
});

describe('the mode of a file', () => {
  it('is set whatever the umask says', () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    keepMode(file, 0o660);
    expect(statSync(file).mode & 0o777).toBe(0o660);
  });
});

describe('DL-20 the folder of the machine', () => {
  it('is PIPE_HOME before all else', () => {
    const environment = { PIPE_HOME: '/srv/pipe', ProgramData: 'D:\\Data', XDG_STATE_HOME: '/x' };
    expect(machineFolder(environment, 'linux')).toBe('/srv/pipe');
    expect(machineFolder(environment, 'win32')).toBe('/srv/pipe');
  });

  it('is ProgramData on Windows', () => {
    expect(machineFolder({ ProgramData: 'D:\\Data' }, 'win32')).toBe(join('D:\\Data', 'pipe'));
    expect(machineFolder({}, 'win32')).toBe(join('C:\\ProgramData', 'pipe'));
  });

  it('is /var/lib/pipe where we may write there', () => {
    const folder = temporaryFolder();
    expect(machineFolder({}, 'linux', join(folder, 'pipe'))).toBe(join(folder, 'pipe'));
  });

  it("is the user's own where we may not", () => {
    const shared = join(temporaryFolder(), 'taken');
    writeFileSync(shared, '');
    expect(machineFolder({ XDG_STATE_HOME: '/home/anna/state' }, 'linux', shared)).toBe('/home/anna/state/pipe');
    expect(machineFolder({}, 'linux', shared)).toBe(join(homedir(), '.local', 'state', 'pipe'));
  });
});

describe('a folder', () => {
  it('is made with those it lies in, for its owner alone', () => {
    const folder = join(temporaryFolder(), 'a', 'b', 'c');
    makeFolder(folder);
    makeFolder(folder);
    for (const made of [folder, join(folder, '..'), join(folder, '../..')])
      expect(statSync(made).mode & 0o777).toBe(0o700);
  });

  it.runIf(process.platform === 'linux')('where none can be made is refused at once', () => {
    expect(() => makeFolder('/proc/none/at/all')).toThrow('ENOENT');
  });

  it('is not made in the place of a file', () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    expect(() => makeFolder(file)).toThrow('EEXIST');
    expect(() => makeFolder(join(file, 'inside'))).toThrow('ENOTDIR');
  });
});
