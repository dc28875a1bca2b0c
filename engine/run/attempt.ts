import { toPipeError } from '../errors.ts';
import type { PipeError } from '../errors.ts';
import type { Outcome, Write } from '../connector.ts';
import type { RunContext } from './context.ts';

/** How long one call is tried again before the run gives up on it, and how far apart. */
const patienceMs = 5 * 60_000;
const firstPauseMs = 1_000;
const longestPauseMs = 60_000;

/** The one retry loop of the engine: calls again while the failure says it may pass (architecture.md). */
export async function attempt<Result>(context: RunContext, what: string, call: () => Promise<Result>): Promise<Result> {
  const patience = startPatience(context, what);
  for (;;) {
    context.signal.throwIfAborted();
    try {
      return await call();
    } catch (thrown) {
      const error = toPipeError(thrown);
      if (!error.retry || !(await patience(error))) throw error;
    }
  }
}

/**
 * Sends writes until each is done, refused for good, or in doubt. Only what certainly was not applied is sent again;
 * refusals by the vendor's rate limit are waited out and cost nothing (DL-11).
 */
export async function attemptWrites(
  context: RunContext,
  what: string,
  writes: readonly Write[],
  send: (writes: readonly Write[]) => Promise<readonly Outcome[]>,
): Promise<readonly Outcome[]> {
  const patience = startPatience(context, what);
  const outcomes: Outcome[] = [];
  let left = writes.map((write, index) => ({ write, index }));
  for (;;) {
    const answers = await outcomesOf(
      left.map(({ write }) => write),
      send,
    );
    left.forEach(({ index }, position) => {
      outcomes[index] = answers[position] ?? lost();
    });
    const again = left.filter(({ index }) => mayPass(outcomes[index]));
    const first = again.at(0);
    const why = first && outcomes[first.index];
    if (!first || !why || why.ok || context.signal.aborted || !(await patience(why.error))) return outcomes;
    left = again;
  }
}

function mayPass(outcome: Outcome | undefined): boolean {
  return outcome !== undefined && !outcome.ok && outcome.applied === 'no' && outcome.error.retry;
}

async function outcomesOf(
  writes: readonly Write[],
  send: (writes: readonly Write[]) => Promise<readonly Outcome[]>,
): Promise<readonly Outcome[]> {
  try {
    return await send(writes);
  } catch (thrown) {
    const error = toPipeError(thrown);
    return writes.map(() => ({ ok: false, applied: 'no', error }));
  }
}

/** A connector that forgets an outcome broke the contract; what it did is not known. */
function lost(): Outcome {
  return { ok: false, applied: 'unknown', error: toPipeError(new Error('a write got no outcome')) };
}

/** Waits before the next attempt; false when patience is at its end or the run is to stop. */
function startPatience(context: RunContext, what: string): (error: PipeError) => Promise<boolean> {
  const startedAt = context.clock.monotonic();
  let pauseMs = firstPauseMs;
  return async (error) => {
    const waitMs = Math.max(error.retryAfterMs ?? 0, pauseMs);
    if (context.clock.monotonic() - startedAt + waitMs > patienceMs + (error.retryAfterMs ?? 0)) return false;
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    context.emit({ type: 'waiting', at: context.clock.now(), for: what, ms: waitMs });
    try {
      await context.clock.sleep(waitMs, context.signal);
      return true;
    } catch {
      return false;
    }
  };
}
