import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
// @ts-expect-error It has no types.
import { inject } from 'postject';
import { root } from './bundle.ts';
import { shippedList, sqliteFile } from './parts.ts';

/** Node with the program inside (https://nodejs.org/docs/latest-v24.x/api/single-executable-applications.html). */
export async function singleExecutable(
  work: string,
  script: string,
  node: string,
  executable: string,
): Promise<string> {
  const [settings, blob] = [join(work, 'sea.json'), join(work, 'sea.blob')];
  const shipped = ['pipelines', 'examples/first-steps'].flatMap((folder) =>
    readdirSync(join(root, folder)).flatMap((name) => (/\.(?:yaml|jsonl)$/.test(name) ? [`${folder}/${name}`] : [])),
  );
  const list = join(work, shippedList);
  writeFileSync(list, shipped.sort().join('\n'));
  const assets = {
    [sqliteFile]: join(root, 'node_modules/better-sqlite3/prebuilds/linux-x64.node'),
    [shippedList]: list,
    ...Object.fromEntries(shipped.map((path) => [path, join(root, path)])),
  };
  writeFileSync(settings, JSON.stringify({ main: script, output: blob, disableExperimentalSEAWarning: true, assets }));
  execFileSync(node, ['--experimental-sea-config', settings], { stdio: ['ignore', 'ignore', 'inherit'] });
  copyFileSync(node, executable);
  chmodSync(executable, 0o755);
  await (inject as (file: string, name: string, data: Buffer, options: object) => Promise<void>)(
    executable,
    'NODE_SEA_BLOB',
    readFileSync(blob),
    { sentinelFuse: 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2' },
  );
  return executable;
}
