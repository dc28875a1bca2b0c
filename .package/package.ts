import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { bundle, root } from './bundle.ts';
import { nodeOf, version } from './node.ts';
import { linuxArchive, portableFolder, windowsArchive } from './portable.ts';
import { singleExecutable } from './single.ts';

/**
 * `npm run package`: what people without Node install. On Linux alone: it wants GNU tar, and makes the Windows form
 * without Windows. Names after it choose forms: `npm run package -- linux single`.
 */
const forms = ['linux', 'single', 'windows'] as const;

const out = join(root, 'out');
const work = join(out, 'work');

async function makeAll(wanted: readonly string[]): Promise<void> {
  const unknown = wanted.filter((name) => !forms.some((form) => form === name));
  if (unknown.length > 0) throw new Error(`write ${forms.join(' | ')}, not ${unknown.join(' ')}`);
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const script = join(work, 'pipe.cjs');
  await bundle(script);
  for (const form of forms) {
    if (wanted.length === 0 || wanted.includes(form)) tell(await make[form](script));
  }
  rmSync(work, { recursive: true });
}

const make: Readonly<Record<(typeof forms)[number], (script: string) => Promise<string>>> = {
  linux: async (script) => {
    const folder = portableFolder(work, 'linux', script, nodeOf('linux', out));
    return linuxArchive(folder, join(out, `pipe-${version}-linux-x64.tar.gz`));
  },
  single: async (script) =>
    singleExecutable(work, script, nodeOf('linux', out), join(out, `pipe-${version}-linux-x64`)),
  windows: async (script) => {
    const folder = portableFolder(work, 'windows', script, nodeOf('windows', out));
    return windowsArchive(folder, join(out, `pipe-${version}-windows-x64.zip`));
  },
};

function tell(file: string): void {
  console.log(`${relative(root, file)}  ${(statSync(file).size / 1_000_000).toFixed(1)} MB`);
}

await makeAll(process.argv.slice(2));
