import { toPipeError } from '../errors.ts';
import type { PipeError } from '../errors.ts';
import type { Answer, Outcome, Question, Write } from '../connector.ts';
import type { RunContext } from './context.ts';
import { giveUp } from './lost.ts';

/** How long one call is tried again before the run gives up on it, and how far apart. */
export const patienceMs = 5 * 60_000;
const firstPauseMs = 1_000;
const longestPauseMs = 60_000;

/** What lies with one record waits in the queue, not here: it holds nobody else up (DL-18). */
function mayPass(error: PipeError): boolean {
  return error.retry && error.kind !== 'data';
}

/**
 * Calls a connection again while the failure says that it may pass. This file is the engine's retry loop
 * (architecture.md): `attemptEach` does the same item by item. Beside it only a read goes on from where it broke off
 * (read-patiently.ts), and `pipe provision`, which is no run, tries again by itself.
 */
export async function attempt<Result>(
  context: RunContext,
  connection: string,
  call: () => Promise<Result>,
): Promise<Result> {
  const patience = startPatience(context);
  for (;;) {
    context.signal.throwIfAborted();
    try {
      return await call();
    } catch (thrown) {
      const error = toPipeError(thrown);
      const waitMs = mayPass(error) ? patience(error) : undefined;
      if (waitMs !== undefined && (await waitOut(context, connection, error, waitMs))) continue;
      giveUp(context, connection, error);
      throw error;
    }
  }
}

/**
 * Sends writes until each is done, refused for good, or in doubt. Only what certainly was not applied is sent again, and
 * only while its plan will still be fresh; a limit is waited out and costs no patience (DL-4, DL-11).
 */
export async function attemptWrites(
  context: RunContext,
  connection: string,
  writes: readonly Write[],
  send: (writes: readonly Write[]) => Promise<readonly Outcome[]>,
  isFresh: (index: number, inMs: number) => boolean,
): Promise<readonly Outcome[]> {
  return attemptEach(context, connection, writes, (left) => outcomesOf(left, send), {
    failed: (outcome) => (!outcome.ok && outcome.applied === 'no' ? outcome.error : undefined),
    isWorth: isFresh,
    lost: () => ({ ok: false, applied: 'unknown', error: toPipeError(new Error('a write got no outcome')) }),
  });
}

/** Asks until each question has its answer or has none for good. */
export async function attemptAnswers(
  context: RunContext,
  connection: string,
  questions: readonly Question[],
  find: (questions: readonly Question[]) => Promise<readonly Answer[]>,
): Promise<readonly Answer[]> {
  return attemptEach(context, connection, questions, (left) => attempt(context, connection, () => find(left)), {
    failed: (answer) => (answer.ok ? undefined : answer.error),
    isWorth: () => true,
    lost: () => ({ ok: false, error: toPipeError(new Error('a question got no answer')) }),
  });
}

interface Rules<Result> {
  /** Why it certainly came to nothing. */
  readonly failed: (result: Result) => PipeError | undefined;
  /** Whether it is still to be tried after a pause of so long. */
  readonly isWorth: (index: number, inMs: number) => boolean;
  /** A connector that forgets a result broke the contract. */
  readonly lost: () => Result;
}

async function attemptEach<Item, Result>(
  context: RunContext,
  connection: string,
  items: readonly Item[],
  call: (items: readonly Item[]) => Promise<readonly Result[]>,
  { failed, isWorth, lost }: Rules<Result>,
): Promise<readonly Result[]> {
  const patience = startPatience(context);
  const results: Result[] = [];
  let left = items.map((item, index) => ({ item, index }));
  while (left.length > 0) {
    const given = await call(left.map(({ item }) => item));
    const waiting = left.flatMap(({ item, index }, position) => {
      const result = given[position] ?? lost();
      results[index] = result;
      const error = failed(result);
      return error && mayPass(error) ? [{ item, index, error }] : [];
    });
    const [first] = waiting;
    const waitMs = first && !context.signal.aborted ? patience(first.error) : undefined;
    if (!first || waitMs === undefined) {
      for (const result of results) {
        const error = failed(result);
        if (error) giveUp(context, connection, error);
      }
      return results;
    }
    left = waiting.filter(({ index }) => isWorth(index, waitMs));
    if (left.length > 0 && !(await waitOut(context, connection, first.error, waitMs))) return results;
  }
  return results;
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

/** How long to wait before the next attempt; undefined when patience is at its end. */
type Patience = (error: PipeError) => number | undefined;

/** Time spent on a limit is no failure of anybody: it uses up no patience. */
function startPatience({ clock, usage }: RunContext): Patience {
  const spent = (): number => clock.monotonic() - usage.limitedMs;
  const startedAt = spent();
  let pauseMs = firstPauseMs;
  return (error) => {
    const saidMs = error.retryAfterMs ?? 0;
    if (error.limited) return Math.max(saidMs, firstPauseMs);
    const waitMs = Math.max(saidMs, pauseMs);
    if (spent() - startedAt + waitMs > patienceMs + saidMs) return undefined;
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    return waitMs;
  };
}

/** Waits, and says what for; false when the run is to stop. */
export async function waitOut(context: RunContext, connection: string, error: PipeError, ms: number): Promise<boolean> {
  const { code, parameters } = error;
  context.emit({ type: 'waiting', at: context.clock.now(), for: connection, ms, error: { code, parameters } });
  try {
    await context.clock.sleep(ms, context.signal);
    if (error.limited) context.usage.limitedMs += ms;
    return true;
  } catch {
    return false;
  }
}
