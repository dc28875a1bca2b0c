import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import { references } from '../config/interpolate.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { replaceFile } from '../vault/replace-file.ts';
import { vaultErrors } from '../vault/errors.ts';
import type { Vault } from '../vault/open-vault.ts';
import { envParts } from './dot-env.ts';
import type { EnvPart } from './dot-env.ts';
import { cliErrors } from './errors.ts';
import { readTextFile } from './text-file.ts';

/** What became of the secrets of an `.env`, by name. */
export interface Imported {
  readonly file: string;
  readonly moved: readonly string[];
  /** Their value is not surely what was meant, so they stay where they are. */
  readonly left: readonly string[];
}

/**
 * Takes the secrets that the pipelines beside an `.env` name out of it and puts them into the vault. First the vault,
 * then the file: whatever stops us between, a second call ends it.
 */
export async function importSecrets(
  file: string,
  vault: Vault,
): Promise<Imported & { readonly findings: readonly Diagnostic[] }> {
  const text = textOf(file);
  const names = namesBeside(file);
  if (names.size === 0) throw vaultErrors.nothing_named.error({ file });
  const { values, rest, unsure, emptied } = takeOut(text, names);
  if (values.size > 0) {
    await vault.set(values);
    rewrite(file, rest);
  }
  const short = basename(file);
  const findings = [
    ...unsure.flatMap(({ problem, line }) => problem?.finding({ file: short, line }, undefined, 'warning') ?? []),
    ...emptied.map(({ name = '', line }) =>
      cliErrors.env_emptied.finding({ file: short, line, name }, undefined, 'warning'),
    ),
  ];
  const left = new Set([...unsure, ...emptied].flatMap(({ name }) => name ?? []));
  return { file, moved: [...values.keys()].sort(), left: [...left].sort(), findings };
}

export interface TakenOut {
  readonly values: ReadonlyMap<string, string>;
  /** The text without them; everything else stands as it was. */
  readonly rest: string;
  /** Parts that name a secret and cannot be read for certain. */
  readonly unsure: readonly EnvPart[];
  /** Parts with a value whose name a later one sets to nothing: who did so may think that it is gone. */
  readonly emptied: readonly EnvPart[];
}

/** Splits the text of an `.env`. What is set to nothing is no secret, and where a name stands twice the last one counts. */
export function takeOut(text: string, names: ReadonlySet<string>): TakenOut {
  const parts = envParts(text);
  const named = parts.filter(({ name }) => name !== undefined && names.has(name));
  const unsure = named.filter(({ problem }) => problem !== undefined);
  const left = new Set(unsure.map(({ name }) => name));
  const sure = named.filter(({ name }) => !left.has(name));
  const read = Object.entries(parseEnv(sure.map((part) => part.text).join('')));
  const values = new Map(read.filter((entry): entry is [string, string] => Boolean(entry[1])));
  const rest = parts.filter((part) => part.name === undefined || !sure.includes(part) || !values.has(part.name));
  const emptied = rest.filter((part) => sure.includes(part) && Object.values(parseEnv(part.text)).some(Boolean));
  return { values, rest: rest.map((part) => part.text).join(''), unsure, emptied };
}

/** By their text alone, so that one with a mistake in it counts as well. */
function namesBeside(file: string): ReadonlySet<string> {
  const folders = [dirname(file), join(dirname(file), 'pipelines')].filter((folder) => existsSync(folder));
  const pipelines = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => /\.ya?ml$/.test(name))
      .map((name) => join(folder, name))
      .filter((pipeline) => statSync(pipeline, { throwIfNoEntry: false })?.isFile()),
  );
  const named = pipelines.flatMap((pipeline) => references(readFileSync(pipeline, 'utf8')));
  return new Set(named.filter(({ isSecret }) => isSecret).map(({ name }) => name));
}

function textOf(file: string): string {
  try {
    return readTextFile(file);
  } catch (cause) {
    throw cliErrors.unreadable_file.error({ file, reason: reasonOf(cause) }, { cause });
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
}

/** Keeps mode and owner, and a link keeps pointing where it did. */
function rewrite(file: string, text: string): void {
  try {
    const real = realpathSync(file);
    replaceFile(real, text, statSync(real).mode & 0o777);
  } catch (cause) {
    throw vaultErrors.unusable.error({ file, reason: reasonOf(cause) }, { cause });
  }
}
