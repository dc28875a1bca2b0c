import type { Command } from '@oclif/core/command';
import { choicesFor } from '../config/nearest.ts';
import { toPipeError } from '../errors.ts';
import type { PipeError } from '../errors.ts';
import { cliErrors } from './errors.ts';

interface Usage {
  readonly command: string;
  readonly argv: readonly string[];
  readonly flags: Readonly<Record<string, Command.Flag.Any>>;
  /** Names of all arguments, in order. */
  readonly takes: readonly string[];
}

/** What oclif's parser refuses, by name: its classes carry `flags` or `args`, the rest is about one flag's value. */
export function flagError(thrown: unknown, { command, argv, flags, takes }: Usage): PipeError {
  const names = Object.keys(flags).map((name) => `--${name}`);
  if (!(thrown instanceof Error)) return toPipeError(thrown);
  if ('flags' in thrown && Array.isArray(thrown.flags)) {
    return unknownFlag(String(thrown.flags[0]), command, names);
  }
  if ('args' in thrown && Array.isArray(thrown.args)) {
    const dashed = argv.find((word) => otherDashes.test(word));
    return dashed === undefined ? argumentError(thrown.args[0], command, takes) : unknownFlag(dashed, command, names);
  }
  const words = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : argv.length);
  const takesOne = (word: string) => flags[word.slice(2)]?.type === 'option';
  const given = words.filter((word) => word.startsWith('--')).map((word) => word.split('=')[0] ?? '');
  const twice = given.find(
    (flag, index) => takesOne(flag) && !isRepeatable(flags, flag) && given.indexOf(flag) < index,
  );
  if (twice !== undefined) return cliErrors.flag_twice.error({ flag: twice });
  const missing = Object.values(flags).find(({ name, required }) => required && !given.includes(`--${name}`));
  if (missing) return missingFlag(missing, command, takes);
  const isBare = (word: string, index: number) => takesOne(word) && names.includes(words[index + 1] ?? names[0] ?? '');
  return cliErrors.flag_without_value.error({ flag: words.find(isBare) ?? '', command });
}

/** What chats and word processors make of `--`. */
const otherDashes = /^-?[\u2010-\u2015\u2212]/;

function unknownFlag(word: string, command: string, names: readonly string[]): PipeError {
  const flag = word.split('=')[0] ?? '';
  const meant = flag.replace(/^[-\u2010-\u2015\u2212]+/, '--');
  return cliErrors.unknown_flag.error({ flag, command, choices: choicesFor(meant, names.toSorted(), (name) => name) });
}

function isRepeatable(flags: Usage['flags'], flag: string): boolean {
  const definition = flags[flag.slice(2)];
  return definition?.type === 'option' && definition.multiple === true;
}

/** oclif names arguments that lack by their definition, those too many by their text. */
function argumentError(argument: unknown, command: string, takes: Usage['takes']): PipeError {
  if (typeof argument !== 'object' || argument === null || !('name' in argument))
    return cliErrors.extra_argument.error({ argument: String(argument), command });
  const missing = String(argument.name).toUpperCase();
  return cliErrors.missing_argument.error({ argument: missing, command, arguments: inCapitals(takes).join(' ') });
}

function missingFlag(missing: Command.Flag.Any, command: string, takes: Usage['takes']): PipeError {
  const flag = `--${missing.name}`;
  const value = 'helpValue' in missing ? [String(missing.helpValue)] : [];
  const all = [...inCapitals(takes), flag, ...value].join(' ');
  return cliErrors.missing_argument.error({ argument: flag, command, arguments: all });
}

function inCapitals(names: readonly string[]): readonly string[] {
  return names.map((name) => name.toUpperCase());
}
