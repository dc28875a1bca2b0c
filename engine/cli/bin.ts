#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PJSON } from '@oclif/core/interfaces';
import { main } from './main.ts';

const self = fileURLToPath(import.meta.url);
const here = dirname(self);
const extension = self.slice(self.lastIndexOf('.'));
const root = packageRoot(here);

// In a clone the commands lie in engine/, in the published package in dist/engine/: beside this file in both.
await main({
  root,
  packageJson: readPackage(join(root, 'package.json')),
  commands: (words) => {
    const only = filesOf(words);
    return { strategy: 'pattern', target: besideThis('commands'), ...(only && { globPatterns: [...only] }) };
  },
  help: besideThis(`help${extension}`),
});

/** The file of the command that these words begin with, below commands/; undefined: it may take all of them. */
function filesOf(words: readonly string[]): readonly string[] | undefined {
  if (words[0] === '--version') return [];
  const file = [words.slice(0, 2), words.slice(0, 1)]
    .filter((names) => names.every((name) => /^[a-z]+$/.test(name)))
    .map((names) => `${names.join('/')}${extension}`)
    .find((each) => existsSync(join(here, 'commands', each)));
  return file === undefined ? undefined : [file];
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
function readPackage(file: string): PJSON {
  const read: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return read as PJSON;
}
