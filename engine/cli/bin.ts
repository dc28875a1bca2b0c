#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Interfaces } from '@oclif/core';
import { main } from './main.ts';

const self = fileURLToPath(import.meta.url);
const here = dirname(self);
const root = packageRoot(here);

await main({
  root,
  packageJson: readPackage(join(root, 'package.json')),
  // In a clone the commands lie in engine/, in the published package in dist/engine/: beside this file in both.
  commands: besideThis('commands'),
  help: besideThis(`help${self.slice(self.lastIndexOf('.'))}`),
});

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
