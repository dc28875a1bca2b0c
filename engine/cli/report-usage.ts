import { exitCodes } from '../errors.ts';
import type { PipeError } from '../errors.ts';
import { listed, nearest } from '../config/nearest.ts';
import { cliErrors } from './errors.ts';
import { languageOf } from './language.ts';
import { errorText } from './render/error.ts';

/** A command that does not exist: named, with the nearest that does. */
export function reportUsage(error: unknown, argv: readonly string[], commands: readonly string[]): void {
  const status = exitStatusOf(error);
  if (status !== undefined && (error instanceof Error ? error.message : '') === `EEXIT: ${status}`) {
    process.exitCode = status;
    return;
  }
  process.stderr.write(`${errorText(usageError(error, argv, commands), languageOf(argv, process.env))}\n`);
  process.exitCode = exitCodes.input;
}

function usageError(error: unknown, argv: readonly string[], commands: readonly string[]): PipeError {
  const names = commands.map((id) => id.replaceAll(':', ' '));
  const command = argv
    .filter((word) => !word.startsWith('-'))
    .slice(0, 2)
    .join(' ');
  const message = error instanceof Error ? error.message : String(error);
  if (!/not found/.test(message))
    return cliErrors.wrong_flags.error({ reason: message, command: 'pipe' }, { cause: error });
  const near = nearest(command, names) ?? nearest(argv[0] ?? '', names);
  return cliErrors.unknown_command.error({ command, expected: near === undefined ? listed(names) : `"pipe ${near}"` });
}

/** oclif says an exit by throwing; 4 and 5 carry the number in different places. */
export function exitStatusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('oclif' in error)) return undefined;
  const { oclif } = error;
  return typeof oclif === 'object' && oclif !== null && 'exit' in oclif && typeof oclif.exit === 'number'
    ? oclif.exit
    : undefined;
}
