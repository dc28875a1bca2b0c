import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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
  renameSync(draft, file);
  syncFolder(dirname(file));
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
