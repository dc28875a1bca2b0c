import type { ConnectionSpec } from '../config/pipeline.ts';
import { toPipeError } from '../errors.ts';
import type { PipeError } from '../errors.ts';
import type { OpenConnection, RunClock, RunContext } from './context.ts';

/** As far apart as the old program's tries (rule 100). */
const pauseMs = 2_000;

const nothingUsed = { sources: [], entities: [] };

/**
 * `waitFor`: asks a system that is perhaps just starting again and again until it answers; returns its failure once the
 * time is over. `tell` is called once, when the first try failed. Rejects with the signal's reason when aborted.
 */
export async function waitUntilThere(
  { connection }: OpenConnection,
  untilMs: number,
  clock: RunClock,
  signal: AbortSignal,
  tell: (error: PipeError) => void,
): Promise<PipeError | undefined> {
  let told = false;
  for (;;) {
    signal.throwIfAborted();
    try {
      await connection.check(nothingUsed, signal);
      return undefined;
    } catch (thrown) {
      signal.throwIfAborted();
      const error = toPipeError(thrown);
      const leftMs = untilMs - clock.monotonic();
      // A wrong password does not become right by waiting: only what may pass by itself is an absence.
      if (error.kind !== 'environment' || !error.retry || leftMs <= 0) return error;
      if (!told) tell(error);
      told = true;
      await clock.sleep(Math.min(pauseMs, leftMs), signal);
    }
  }
}

/**
 * Waits for those of a run's connections that say so, each from now on; one that does not come up is given up on (rule
 * 100). What is not the environment's fault the first real call will say.
 */
export async function waitForConnections({
  compiled,
  connections,
  clock,
  signal,
  emit,
  lost,
}: Omit<RunContext, 'instance'>): Promise<void> {
  const beganAt = clock.monotonic();
  for (const open of connections.values()) {
    const { waitForMs }: Partial<ConnectionSpec> = compiled.pipeline.connections.get(open.name) ?? {};
    if (waitForMs === undefined) continue;
    const error = await waitUntilThere(open, beganAt + waitForMs, clock, signal, ({ code, parameters }) =>
      emit({ type: 'waiting', at: clock.now(), for: open.name, ms: waitForMs, error: { code, parameters } }),
    );
    if (error?.kind === 'environment') lost.set(open.name, error);
  }
}
