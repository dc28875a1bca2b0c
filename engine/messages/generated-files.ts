import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';

export interface GeneratedFile {
  readonly path: string;
  /** undefined: the file is there no longer. */
  readonly text: string | undefined;
}

/**
 * Writes generated files, or with `--check` says which of them are not what would be written now.
 * Returns the exit code.
 */
export function writeOrCheck(files: readonly GeneratedFile[], args: readonly string[], command: string): number {
  const drifted = files.filter(({ path, text }) => contentOf(path) !== text);
  if (!args.includes('--check')) {
    for (const file of drifted) write(file);
    return 0;
  }
  for (const { path } of drifted) process.stderr.write(`${relative('.', path)} is out of date\n`);
  if (drifted.length > 0) process.stderr.write(`fix: ${command}\n`);
  return drifted.length > 0 ? 1 : 0;
}

function write({ path, text }: GeneratedFile): void {
  if (text === undefined) {
    rmSync(path);
    return;
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function contentOf(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
