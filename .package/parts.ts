import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { getAsset, isSea } from 'node:sea';
import { fileURLToPath } from 'node:url';

/** Names of what lies beside a bundle or inside a single executable. */
export const sqliteFile = 'better_sqlite3.node';
export const shippedList = 'shipped.txt';

let sqlite: unknown;

/** SQLite's addon. A single executable has to write it out, for the system loads libraries from files only. */
export function sqliteAddon(): unknown {
  sqlite ??= isSea() ? fromAsset() : loaded(join(bundleFolder(), sqliteFile));
  return sqlite;
}

/** A folder nobody else may look into; once loaded, the file is no longer needed. */
function fromAsset(): unknown {
  const folder = mkdtempSync(join(tmpdir(), 'pipe-'));
  try {
    const file = join(folder, sqliteFile);
    writeFileSync(file, new Uint8Array(getAsset(sqliteFile)), { mode: 0o700 });
    return loaded(file);
  } finally {
    // Windows keeps it open until the process ends.
    if (process.platform !== 'win32') rmSync(folder, { recursive: true });
  }
}

function loaded(file: string): unknown {
  const module: { exports: unknown } = { exports: {} };
  process.dlopen(module, file, constants.dlopen.RTLD_NOW);
  return module.exports;
}

/** The path of a shipped file; one inside an executable is written out for as long as the process lives. */
export function shippedFile(path: string): string {
  if (!isSea()) return join(bundleFolder(), path);
  if (!inExecutable().includes(path)) return join(dirname(process.execPath), path);
  const folder = mkdtempSync(join(tmpdir(), 'pipe-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, basename(path));
  writeFileSync(file, getAsset(path, 'utf8'));
  return file;
}

/** Names of the files in a shipped folder: an executable has a list of them. */
export function shippedNames(folder: string): readonly string[] {
  if (!isSea()) return readdirSync(join(bundleFolder(), folder)).sort();
  return inExecutable().flatMap((path) => (path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1)] : []));
}

function inExecutable(): readonly string[] {
  return getAsset(shippedList, 'utf8').split('\n');
}

function bundleFolder(): string {
  return dirname(fileURLToPath(import.meta.url));
}
