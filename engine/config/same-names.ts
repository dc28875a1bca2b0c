import { readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Diagnostic, Place } from '../diagnostics.ts';
import { configErrors } from './errors.ts';

export interface Named {
  readonly file: string;
  readonly name: string;
  readonly where: Place;
}

/**
 * Two files with one name would share checkpoints and queue. Files given together and files side by side in a folder
 * are compared: a copy that kept its name is caught before it runs.
 */
export function sameNames(files: readonly string[], named: readonly Named[]): readonly Diagnostic[] {
  const given = new Set(files.map((file) => resolve(file)));
  const neighbours = new Map<string, readonly { readonly file: string; readonly name: string }[]>();
  return named.flatMap(({ file, name, where }, index) => {
    const folder = dirname(file);
    if (!neighbours.has(folder)) neighbours.set(folder, namesIn(folder, given));
    const others = [...named.slice(0, index), ...(neighbours.get(folder) ?? [])];
    const other = others.find((each) => each.name === name && resolve(each.file) !== resolve(file));
    return other ? [configErrors.same_name.finding({ name, other: other.file }, where)] : [];
  });
}

/** The pipeline beside a file that has this name. */
export function neighbourNamed(name: string, file: string): string | undefined {
  return namesIn(dirname(file), new Set([resolve(file)])).find((each) => each.name === name)?.file;
}

function namesIn(
  folder: string,
  given: ReadonlySet<string>,
): readonly { readonly file: string; readonly name: string }[] {
  return filesIn(folder)
    .filter((file) => /\.ya?ml$/.test(file) && !/\.test\.ya?ml$/.test(file))
    .map((file) => join(folder, file))
    .filter((file) => !given.has(resolve(file)))
    .flatMap((file) => {
      const name = nameIn(file);
      return name === undefined ? [] : [{ file, name }];
    });
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** The name alone, of a pipeline that may be broken otherwise. */
function nameIn(file: string): string | undefined {
  try {
    // A pipe would keep us waiting for ever.
    if (!statSync(file).isFile()) return undefined;
    const text = readFileSync(file, 'utf8');
    const [, name] =
      /^name:[ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([^\s#][^\n]*?))[ \t]*(?:[ \t]#.*)?$/m
        .exec(text)
        ?.filter((part) => part !== undefined) ?? [];
    return /^flows:/m.test(text) ? name : undefined;
  } catch {
    return undefined;
  }
}
