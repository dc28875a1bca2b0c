import type { AtomicWrites } from '../connector.ts';
import type { RunContext } from './context.ts';

/** When a wait is told first; each time after that, in as long again as it has lasted by then. */
const firstMs = 5_000;
const longestPauseMs = 5 * 60_000;

/** What somebody is kept from writing to. */
export interface Held {
  readonly flow?: string;
  readonly connection: string;
  readonly entity: string;
  readonly atomic: AtomicWrites | undefined;
}

/**
 * Waits for a data base to write. Where that lasts it may be for a lock that somebody else holds, of which nothing is
 * heard until it is over: then it is told, again and again at growing intervals, and whose lock it is.
 */
export async function tellDelay<Result>(context: RunContext, held: Held, call: () => Promise<Result>): Promise<Result> {
  const over = new AbortController();
  void tellUntil(context, held, over.signal).catch(() => undefined);
  try {
    return await call();
  } finally {
    over.abort();
  }
}

async function tellUntil({ clock, emit, signal }: RunContext, held: Held, over: AbortSignal): Promise<void> {
  const { flow, connection, entity, atomic } = held;
  let ms = 0;
  let pauseMs = firstMs;
  while (clock.alarm) {
    await clock.alarm(pauseMs, over);
    ms += pauseMs;
    const by = await atomic?.heldBy?.(signal).catch(() => undefined);
    if (over.aborted) return;
    const facts = { connection, entity, ...(flow !== undefined && { flow }), ...(by && { by }) };
    emit({ type: 'write-waiting', at: clock.now(), ms, ...facts });
    pauseMs = Math.min(ms, longestPauseMs);
  }
}
