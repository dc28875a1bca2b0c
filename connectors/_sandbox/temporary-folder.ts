import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const standing = new Set<string>();

/** A folder that goes with the process at the latest: a second Ctrl+C or a crash leaves nobody to remove it. */
export function makeTemporaryFolder(): string {
  // Once for all folders: a process may hold dozens of data bases.
  if (standing.size === 0) process.once('exit', removeAll);
  const folder = mkdtempSync(join(tmpdir(), 'pipe-sandbox-'));
  standing.add(folder);
  return folder;
}

export function removeTemporaryFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  standing.delete(folder);
  if (standing.size === 0) process.off('exit', removeAll);
}

function removeAll(): void {
  for (const folder of standing) {
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // Windows removes no file that is still open, and nobody is left to close it.
    }
  }
}
