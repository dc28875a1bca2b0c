#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Interfaces } from '@oclif/core';

enableCompileCache();
const { Config, flush, run, settings } = await import('@oclif/core');

// oclif would otherwise look for a TypeScript compiler in a clone: Node runs our sources as they are.
settings.enableAutoTranspile = false;

const here = dirname(fileURLToPath(import.meta.url));
const root = packageRoot(here);
const packageJson: Interfaces.PJSON = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
// In a clone the commands lie in engine/, in the published package in dist/engine/: beside this file in both.
packageJson.oclif.commands = `.${sep}${relative(root, join(here, 'commands'))}`;

const config = await Config.load({ root, pjson: packageJson });
// Commands report every failure themselves; what arrives here is a command or flag that does not exist.
await run(process.argv.slice(2), config).catch(async (error: unknown) => {
  const { reportUsage } = await import('./report-usage.ts');
  reportUsage(error, process.argv.slice(2), config.commandIDs);
});
await flush();

function packageRoot(folder: string): string {
  try {
    readFileSync(join(folder, 'package.json'));
    return folder;
  } catch {
    return packageRoot(dirname(folder));
  }
}
