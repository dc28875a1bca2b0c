import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { replaceFile } from '../../engine/vault/replace-file.ts';
import { temporaryFolder } from '../support/folder.ts';

const module = new URL('../../engine/vault/replace-file.ts', import.meta.url).href;

/** The limit of a file's size stands for the disk that fills up: it too takes a part of a write. */
it.runIf(process.platform !== 'win32')(
  'a disk that takes only a part of the new content leaves the old one, whole',
  () => {
    const file = join(temporaryFolder(), 'secrets.json');
    replaceFile(file, 'old', 0o600);
    const script = `
    const { replaceFile } = await import(${JSON.stringify(module)});
    try { replaceFile(${JSON.stringify(file)}, 'x'.repeat(1_000_000), 0o600) } catch (e) { process.stdout.write(e.code) }`;
    const limited = ['-c', 'ulimit -f 100 && exec "$@"', 'sh', process.execPath, '--input-type=module', '-e', script];
    const { stdout } = spawnSync('sh', limited, { encoding: 'utf8' });
    expect([stdout, readFileSync(file, 'utf8')]).toEqual(['EFBIG', 'old']);
  },
);
