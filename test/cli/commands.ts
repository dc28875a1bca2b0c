import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from '@oclif/core/command';

const folder = resolve(import.meta.dirname, '../../engine/cli/commands');

export interface LoadedCommand {
  /** `queue list` */
  readonly name: string;
  readonly command: typeof Command;
}

/** Every command there is. */
export async function allCommands(): Promise<readonly LoadedCommand[]> {
  const files = globSync('**/*.ts', { cwd: folder }).sort();
  return Promise.all(
    files.map(async (file) => ({
      name: file.replaceAll(/[\\/]/g, ' ').replace(/\.ts$/, ''),
      command: (await import(pathToFileURL(resolve(folder, file)).href)).default,
    })),
  );
}
