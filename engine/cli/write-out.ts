import type { PipeError } from '../errors.ts';
import { forTerminal } from './for-terminal.ts';
import { unwritable } from './unwritable.ts';

/** Failures that the one who wrote has been told of. */
const told = new WeakSet<Error>();

/**
 * Writes to stdout; resolves when it has been taken, to whether somebody reads on. Whoever reads us may stop reading
 * (`| head`): that is no failure.
 */
export function writeOut(text: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    process.stdout.write(forTerminal(text, process.stdout), (error) => {
      if (error) told.add(error);
      const failure = error && failureOf(error);
      if (failure) reject(failure);
      else resolve(!error);
    });
  });
}

/** Of what nobody waits for: the help text, which oclif writes. */
export function onStdoutError(error: Error): void {
  const failure = told.has(error) ? undefined : failureOf(error);
  if (failure) throw failure;
}

function failureOf(error: NodeJS.ErrnoException): PipeError | undefined {
  return error.code === 'EPIPE' ? undefined : unwritable('stdout', error);
}
