import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  createWriteStream,
  mkdirSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { root } from './bundle.ts';
import type { System } from './node.ts';
import { sqliteFile } from './parts.ts';

/** Two builds of one commit differ in no byte. */
const date = new Date('2026-01-01T00:00:00Z');

const launchers = {
  windows: { name: 'pipe.cmd', text: '@"%~dp0node.exe" "%~dp0pipe.cjs" %*\r\n' },
  linux: {
    name: 'pipe',
    text: '#!/bin/sh\nhere=$(dirname "$(readlink -f "$0")")\nexec "$here/node" "$here/pipe.cjs" "$@"\n',
  },
} as const satisfies Record<System, object>;

const beside = ['LICENSE', 'README.md', 'CHANGELOG.md'];

/** A folder `pipe` that needs nothing else: Node, the program, SQLite's addon, the shipped pipelines. */
export function portableFolder(work: string, system: System, script: string, node: string): string {
  const folder = join(work, system, 'pipe');
  mkdirSync(folder, { recursive: true });
  const addon = system === 'windows' ? 'win32-x64' : 'linux-x64';
  copyFileSync(node, join(folder, basename(node)));
  copyFileSync(script, join(folder, 'pipe.cjs'));
  copyFileSync(`${script}.LEGAL.txt`, join(folder, 'pipe.cjs.LEGAL.txt'));
  copyFileSync(join(root, 'node_modules/better-sqlite3/prebuilds', `${addon}.node`), join(folder, sqliteFile));
  for (const name of ['pipelines', 'schemas', join('examples', 'first-steps')])
    cpSync(join(root, name), join(folder, name), { recursive: true, filter: isShipped });
  for (const name of beside) copyFileSync(join(root, name), join(folder, name));
  const { name, text } = launchers[system];
  writeFileSync(join(folder, name), text);
  if (system === 'linux') for (const each of ['node', name]) chmodSync(join(folder, each), 0o755);
  return folder;
}

/** What somebody tried in a clone is not shipped: states, logs, their variables. */
function isShipped(path: string): boolean {
  return !/^(?:\.pipe|logs|\.env)$|\.log$/.test(basename(path));
}

export function linuxArchive(folder: string, archive: string): string {
  const steady = ['--sort=name', `--mtime=@${date.getTime() / 1000}`, '--owner=0', '--group=0', '--numeric-owner'];
  execFileSync('tar', ['-I', 'gzip -n', '-cf', archive, ...steady, '-C', dirname(folder), basename(folder)]);
  return archive;
}

export async function windowsArchive(folder: string, archive: string): Promise<string> {
  const zip = new ZipFile();
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    const path = join(folder, name);
    const inside = `pipe/${name.replaceAll(sep, '/')}`;
    if (statSync(path).isFile()) zip.addFile(path, inside, { mtime: date, mode: 0o100644 });
  }
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(archive));
  return archive;
}
