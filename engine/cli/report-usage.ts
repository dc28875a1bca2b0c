import { exitCodes, PipeError, toPipeError } from '../errors.ts';
import { choicesFor } from '../config/nearest.ts';
import { cliErrors } from './errors.ts';
import { languageOf } from './language.ts';
import { errorData, errorText } from './render/error.ts';

/** What no command reports itself: there is no such command, or it could not even be loaded. */
export function reportUsage(error: unknown, argv: readonly string[], commands: readonly string[]): void {
  const status = exitStatusOf(error);
  if (error instanceof Error && error.message === `EEXIT: ${status}`) {
    process.exitCode = status;
    return;
  }
  const given = error instanceof PipeError ? error : undefined;
  const shown = given ?? unknownCommand(argv, commands) ?? extraWord(error) ?? toPipeError(error);
  const language = languageOf(argv, process.env);
  if (argv.includes('--json')) process.stdout.write(`${JSON.stringify(errorData(shown, language), null, 2)}\n`);
  else process.stderr.write(`${errorText(shown, language)}\n`);
  if (shown.kind === 'bug' && process.env['PIPE_DEBUG'])
    process.stderr.write(`${String(error instanceof Error ? error.stack : error)}\n`);
  process.exitCode = exitCodes[shown.kind];
}

/** Named as far as it was understood: `queue lst` within `queue`, `rn` alone, whatever follows. */
function unknownCommand(argv: readonly string[], ids: readonly string[]): PipeError | undefined {
  const [flag] = argv;
  if (flag?.startsWith('-')) return cliErrors.flag_first.error({ flag });
  const [first = '', second = ''] = argv.filter((word) => !word.startsWith('-'));
  const names = ids.map((id) => id.replaceAll(':', ' '));
  const within = names.filter((name) => name.startsWith(`${first} `));
  const command = within.length > 0 ? `${first} ${second}` : first;
  if (names.includes(command)) return undefined;
  const known = within.length > 0 ? within : [...new Set(names.map((name) => name.split(' ')[0] ?? name))];
  const choices = choicesFor(command, known, (name) => `\`pipe ${name}\``);
  return cliErrors.unknown_command.error({ command, choices });
}

/** oclif takes a word behind a command without arguments for a part of its name. */
function extraWord(error: unknown): PipeError | undefined {
  const [, command, argument] =
    /^command ([\w-]+):(.+) not found$/.exec(error instanceof Error ? error.message : '') ?? [];
  return command !== undefined && argument !== undefined
    ? cliErrors.extra_argument.error({ command: `pipe ${command}`, argument: argument.replaceAll(':', ' ') })
    : undefined;
}

/** oclif says an exit by throwing; 4 and 5 carry the number in different places. */
export function exitStatusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('oclif' in error)) return undefined;
  const { oclif } = error;
  return typeof oclif === 'object' && oclif !== null && 'exit' in oclif && typeof oclif.exit === 'number'
    ? oclif.exit
    : undefined;
}
