import type { Listener, RunEvent } from '../events/events.ts';
import type { RunOptions } from '../run/context.ts';
import { runErrors } from '../run/errors.ts';
import { runPipeline } from '../run/run-pipeline.ts';
import type { RunResult, RunTask } from '../run/run-pipeline.ts';
import { systemClock } from '../state/clock.ts';
import { endHolder } from '../state/end-holder.ts';
import { holderOf, lockFile } from '../state/lease.ts';
import { openState } from '../state/open-state.ts';
import { listenForStop } from '../state/stop-request.ts';
import type { Holder } from '../state/machine-ports.ts';
import { exitCodes, toPipeError } from '../errors.ts';
import { openBook, sharedFolder } from './open-book.ts';
import type { Prepared } from './prepare.ts';
import { runClock } from './run-clock.ts';
import { ownTokens } from './secrets.ts';
import { takeLease } from './take-lease.ts';

/**
 * One run of a prepared pipeline: lock, state and book opened for it and closed after it, whatever happens. With
 * `onEnded` a process that holds the lock is ended first, and told of there.
 */
export async function runOnce(
  prepared: Prepared,
  options: RunOptions,
  emit: Listener,
  signal: AbortSignal,
  onEnded?: (holder: Holder) => void,
): Promise<RunResult> {
  try {
    const { compiled, connectors } = prepared;
    return await underLock(prepared, signal, onEnded, (parts) =>
      runPipeline({ ...parts, compiled, connectors, options, clock: runClock, emit }),
    );
  } catch (thrown) {
    if (!signal.aborted) emit(failed(prepared.compiled.pipeline.name, thrown));
    throw thrown;
  }
}

function failed(pipeline: string, thrown: unknown): RunEvent {
  const { code, parameters, kind } = toPipeError(thrown);
  const exitCode = exitCodes[kind];
  const isRunning = code === runErrors.already_running.code && { isRunning: true as const };
  return { type: 'run-failed', at: systemClock.now(), pipeline, exitCode, error: { code, parameters }, ...isRunning };
}

/** What whoever runs a pipeline holds while it does: its lock, its state, the machine's book. */
export async function underLock<Result>(
  prepared: Prepared,
  signal: AbortSignal,
  onEnded: ((holder: Holder) => void) | undefined,
  use: (parts: Pick<RunTask, 'state' | 'book' | 'tokens' | 'lease' | 'signal'>) => Promise<Result>,
): Promise<Result> {
  const { compiled, stateFolder } = prepared;
  const { name, file } = compiled.pipeline;
  const lock = lockFile(sharedFolder(prepared), name);
  if (onEnded) await endCurrent(lock, signal, onEnded);
  const lease = takeLease(lock, name, file);
  const asked = new AbortController();
  const endListening = listenForStop(lock, () => asked.abort('SIGTERM'));
  const stop = AbortSignal.any([signal, asked.signal]);
  try {
    const state = await openState(stateFolder, { pipeline: name, clock: systemClock });
    const book = await openBook(prepared).catch(async (error: unknown) => {
      await state.close();
      throw error;
    });
    try {
      return await use({ state, book, tokens: ownTokens(), lease, signal: stop });
    } finally {
      await book.close();
      await state.close();
    }
  } finally {
    endListening();
    lease.release();
  }
}

async function endCurrent(lock: string, signal: AbortSignal, onEnded: (holder: Holder) => void): Promise<void> {
  const holder = holderOf(lock);
  if (!holder) return;
  await endHolder(lock, holder, runClock, signal);
  onEnded(holder);
}
