import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, posix, resolve } from 'node:path';
import { promisify } from 'node:util';
import { isMap, isScalar, parseDocument, visit } from 'yaml';
import { samplesErrors } from './errors.ts';

/** Another version of a pipeline file, where it can be read. */
export interface BaseFile {
  readonly file: string;
  /** How people name it: `HEAD~1:pipelines/deals.yaml`. */
  readonly label: string;
  close(): void;
}

const run = promisify(execFile);

/** The file that `base` names, or the pipeline as it was in that revision of its repository, with what it extends and asks. */
export async function baseFile(file: string, base: string): Promise<BaseFile> {
  if (statSync(base, { throwIfNoEntry: false })?.isFile()) return { file: base, label: base, close: () => undefined };
  const folder = dirname(resolve(file));
  const show = (path: string): Promise<string | undefined> => git(folder, ['show', `${base}:./${path}`]);
  const name = basename(file);
  // Nothing at all would be what is staged: a variable that CI forgot to set.
  const text = base === '' || base.startsWith('-') ? undefined : await show(name);
  const prefix = (await git(folder, ['rev-parse', '--show-prefix']))?.trim();
  if (text === undefined || prefix === undefined) throw samplesErrors.no_base.error({ base, file });
  const root = mkdtempSync(join(tmpdir(), 'pipe-base-'));
  const close = (): void => rmSync(root, { recursive: true, force: true });
  try {
    const waiting = [{ path: name, text }];
    const seen = new Set([name]);
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const target = join(root, prefix, next.path);
      mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
      writeFileSync(target, next.text, { mode: 0o600 });
      for (const path of namedFiles(next)) {
        const other = seen.has(path) ? undefined : await show(path);
        seen.add(path);
        if (other !== undefined) waiting.push({ path, text: other });
      }
    }
    return { file: join(root, prefix, name), label: `${base}:${prefix}${name}`, close };
  } catch (thrown) {
    close();
    throw thrown;
  }
}

/** undefined: git says no. */
async function git(folder: string, argv: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout } = await run('git', [...argv], { cwd: folder, maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string')
      throw samplesErrors.no_git.error({ reason: cause.code }, { cause });
    return undefined;
  }
}

/** Files a pipeline file takes in, from the pipeline's folder: what it extends, and its queries. */
function namedFiles({ path, text }: { readonly path: string; readonly text: string }): readonly string[] {
  const files: string[] = [];
  visit(parseDocument(text), {
    Pair: (_index, { key, value }) => {
      if (!isScalar(key)) return;
      if (key.value === 'extends' && isScalar(value)) files.push(posix.join(posix.dirname(path), String(value.value)));
      const query = key.value === 'query' && isMap(value) ? value.get('file') : undefined;
      if (typeof query === 'string') files.push(posix.normalize(query));
    },
  });
  return files;
}
