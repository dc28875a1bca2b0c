import { open } from 'node:fs/promises';

/** Makes a new name in a folder outlast a power cut. Windows cannot open a folder, and needs not. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // What the name leads to is synced; a file system that loses the name keeps the file as it was before.
  }
}

export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
