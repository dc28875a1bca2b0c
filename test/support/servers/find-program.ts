import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian keeps PostgreSQL's server programs out of the PATH, a folder for each version. */
const debianPostgres = '/usr/lib/postgresql';

/** The first of these names that is a program of this machine, newest version first; undefined: there is none. */
export function findProgram(...names: readonly string[]): string | undefined {
  const folders = [...versions(), ...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return names
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => path.startsWith('/') && executable(path));
}

function versions(): readonly string[] {
  if (!existsSync(debianPostgres)) return [];
  return readdirSync(debianPostgres)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(debianPostgres, version, 'bin'));
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
