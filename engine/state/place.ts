import { chmodSync, mkdirSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { stateErrors } from './errors.ts';

/**
 * File systems by their magic number (linux/magic.h, statfs(2)) where a lock taken on one machine does not hold on
 * another, or does not hold at all. FUSE is not among them: it is as often local.
 */
const networkFileSystems: ReadonlySet<number> = new Set([
  0x6969, // nfs
  0x517b, // smb
  0xfe534d42, // smb2
  0xff534d42, // cifs
  0x01021997, // 9p: Windows' drives inside WSL
  0x5346414f, // afs
  0x73757245, // coda
  0x00c36400, // ceph
  0x0bd00bd0, // lustre
]);

/** Whether `statfs().type` is a network file system; 32-bit kernels give it signed. */
export function isNetworkFileSystem(type: number): boolean {
  return networkFileSystems.has(type >>> 0);
}

/**
 * Makes the folder (0700) and those it lies in, where there are none. Step by step: `mkdirSync` with `recursive` never
 * comes back where a parent is there and takes no folder, as /proc.
 */
export function makeFolder(folder: string): void {
  try {
    makeOne(folder);
  } catch (thrown) {
    if (codeOf(thrown) !== 'ENOENT' || dirname(folder) === folder) throw thrown;
    makeFolder(dirname(folder));
    makeOne(folder);
  }
}

function makeOne(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (thrown) {
    if (codeOf(thrown) !== 'EEXIST' || !statSync(folder).isDirectory()) throw thrown;
  }
}

/** Makes the folder (0700) if there is none, and refuses one on a network file system (Linux only). */
export function prepareFolder(folder: string, fileSystemOf = (path: string) => statfsSync(path).type): void {
  try {
    makeFolder(folder);
  } catch (cause) {
    throw stateErrors.unusable.error({ file: folder, reason: reasonOf(cause) }, { cause });
  }
  if (process.platform === 'linux' && isNetworkFileSystem(fileSystemOf(folder))) {
    throw stateErrors.network_file_system.error({ folder });
  }
}

/**
 * Mode of a file in a folder several users may share: owner only, or the group as well where the folder lets the
 * group write (an administrator's `install -d -m 2770 -g pipe /var/lib/pipe`).
 */
export function sharedMode(folder: string): number {
  return (statSync(folder).mode & 0o020) === 0 ? 0o600 : 0o660;
}

/** Sets the mode where we own the file; where another of the group does, it has done so. */
export function keepMode(file: string, mode: number): void {
  if (process.platform === 'win32' || (statSync(file).mode & 0o777) === mode) return;
  try {
    chmodSync(file, mode);
  } catch (cause) {
    if (codeOf(cause) !== 'EPERM') throw cause;
  }
}

/** `ENOENT` and the like, of whatever was thrown. */
export function codeOf(thrown: unknown): string | undefined {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
