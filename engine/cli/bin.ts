#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import type { Interfaces } from '@oclif/core';

// G8: Node lets garbage grow to several times what a run holds (docs/decisions/garbage.md).
setFlagsFromString('--heap-growing-percent=40');
enableCompileCache();
// What a library does that Node will stop allowing is for us to read, not for who runs a pipeline.
process.noDeprecation = process.env['PIPE_DEBUG'] === undefined;
const { Config, run, settings } = await import('@oclif/core');

// oclif would otherwise look for a TypeScript compiler in a clone: Node runs our sources as they are.
settings.enableAutoTranspile = false;

const self = fileURLToPath(import.meta.url);
const here = dirname(self);
const root = packageRoot(here);
const packageJson = readPackage(join(root, 'package.json'));
Object.assign(packageJson.oclif, {
  // In a clone the commands lie in engine/, in the published package in dist/engine/: beside this file in both.
  commands: besideThis('commands'),
  helpClass: { target: besideThis(`help${self.slice(self.lastIndexOf('.'))}`), identifier: 'PipeHelp' },
  topics: {
    queue: { description: 'Records that failed and wait: list, show, retry, drop, export.' },
    state: { description: 'What a pipeline remembers: show, adopt.' },
    service: { description: 'Runs by itself: install, start, stop, enable, disable, status, uninstall.' },
  },
  additionalHelpFlags: ['-h'],
});

const words = process.argv.slice(2);
const argv = words[0] === 'help' ? [...words.slice(1), '--help'] : words;
const config = await Config.load({ root, pjson: packageJson });
// Loading has made the space for young objects as large as it pays: a larger one only takes more memory.
setFlagsFromString('--semi-space-growth-factor=1');
const { reportUsage } = await import('./report-usage.ts');
const report = (error: unknown) => reportUsage(error, argv, config.commandIDs);

// Whoever reads us may stop reading (`| head`): that is no reason to stop a run.
for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe);
process.on('uncaughtException', (error) => {
  report(error);
  process.exit();
});

// Commands report every failure themselves; what arrives here is a command that does not exist.
await run(argv, config).catch(report);

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

function besideThis(name: string): string {
  return `.${sep}${relative(root, join(here, name))}`;
}

function packageRoot(folder: string): string {
  try {
    readFileSync(join(folder, 'package.json'));
    return folder;
  } catch {
    return packageRoot(dirname(folder));
  }
}

/** Ours, so its shape is known. */
function readPackage(file: string): Interfaces.PJSON {
  const read: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return read as Interfaces.PJSON;
}
