import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { choicesFor } from '../config/nearest.ts';
import { cliErrors } from './errors.ts';

/** `--limit 100`: a whole number within a range. */
export const numberFlag = Flags.custom<number, { min: number; max?: number }>({
  helpValue: '<number>',
  parse: async (text, _context, { name, min, max = Number.MAX_SAFE_INTEGER }) => {
    const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    const range = max === Number.MAX_SAFE_INTEGER ? `≥ ${min}` : `${min}…${max}`;
    throw cliErrors.flag_number.error({ flag: `--${name}`, value: text, range });
  },
});

/** `--allow creates`: one of a few words. */
export const choiceFlag = Flags.custom<string, { readonly choices: readonly string[] }>({
  parse: async (text, _context, { name, choices }) => {
    if (choices.includes(text)) return text;
    throw cliErrors.flag_choice.error({ flag: `--${name}`, value: text, choices: choicesFor(text, choices) });
  },
});

/** `--param a=1 --param b=2`: given as often as needed; what follows the value is not taken for another one. */
export const repeated = { multiple: true, multipleNonGreedy: true } as const;

export const fileArgument = Args.string({ required: true, description: 'pipeline file' });

/** Flags of every command that reads a pipeline to use it. */
export const pipelineFlags = {
  param: Flags.string({ description: 'value of a param', helpValue: '<name=value>', ...repeated }),
  connection: Flags.string({ description: 'setting of a connection', helpValue: '<name.key=value>', ...repeated }),
  state: Flags.string({ description: 'folder of the state; default: .pipe beside the file', helpValue: '<folder>' }),
};

/** Of two flags that cannot both be meant, one would be passed over in silence. */
export function refuseBeside(
  flags: Readonly<Record<string, unknown>>,
  pairs: readonly (readonly [string, string])[],
): void {
  const pair = pairs.find((names) => names.every((name) => isGiven(flags, name)));
  if (pair) throw cliErrors.flag_beside.error({ flag: `--${pair[0]}`, other: `--${pair[1]}` });
}

/** Of two flags the first says nothing without the second. */
export function refuseAlone(
  flags: Readonly<Record<string, unknown>>,
  pairs: readonly (readonly [string, string])[],
): void {
  const pair = pairs.find(([name, other]) => isGiven(flags, name) && !isGiven(flags, other));
  if (pair) throw cliErrors.flag_alone.error({ flag: `--${pair[0]}`, other: `--${pair[1]}` });
}

function isGiven(flags: Readonly<Record<string, unknown>>, name: string): boolean {
  return flags[name] !== undefined && flags[name] !== false;
}

/** Value of a flag before flags are parsed, or when they cannot be. */
export function flagValue(argv: readonly string[], name: string): string | undefined {
  const at = argv.indexOf(`--${name}`);
  if (at >= 0) return argv[at + 1];
  return argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
}
