import { cpSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');

const leftOut = new Set(['node_modules', '.git', 'dist', 'coverage', 'out']);

/** Copies the project into a folder, less some connectors; the packages are those of the project. */
export function cloneProject(clone: string, without: readonly string[] = []): string {
  for (const name of readdirSync(root)) {
    if (!leftOut.has(name)) cpSync(join(root, name), join(clone, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'), 'junction');
  for (const name of without) rmSync(join(clone, 'connectors', name), { recursive: true });
  return clone;
}
