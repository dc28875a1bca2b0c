import { chownSync, closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf, keepMode } from '../state/place.ts';

/** Puts a new content in a file's place: whatever kills us, the old or the new one is there, whole. */
export function replaceFile(file: string, content: string | Uint8Array, mode: number): void {
  const draft = `${file}.new`;
  rmSync(draft, { force: true });
  const handle = openSync(draft, 'wx', 0o600);
  try {
    // Unlike `writeSync`, which is content with the part that a full disk took.
    writeFileSync(handle, content);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  keepMode(draft, mode);
  keepOwner(draft, file);
  renameSync(draft, file);
  syncFolder(dirname(file));
}

/** What root writes for somebody stays theirs to read: a service that runs as its own user, say. */
function keepOwner(draft: string, file: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(file, { throwIfNoEntry: false }) ?? statSync(dirname(file));
  chownSync(draft, uid, gid);
}

/** Windows does not open folders, and does not need it. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } catch (thrown) {
    if (codeOf(thrown) !== 'EINVAL') throw thrown;
  } finally {
    closeSync(handle);
  }
}
