import { setTimeout as pause } from 'node:timers/promises';
import { SqlError } from './errors.ts';
import type { ResultSink } from './results.ts';
import { isBusy, isStaleSnapshot } from './sqlite-errors.ts';

const POLL_MS = 2;

/**
 * Waits, as SQL Server does, while another session holds what `action` needs. SQLite has one writer at a time, so two
 * sessions can wait for each other only through their clients: there are no deadlocks here but injected ones.
 * @param timeoutMs LOCK_TIMEOUT: negative waits for ever; error 1222 after it.
 */
export async function waitForLock<T>(
  action: () => T,
  client: Pick<ResultSink, 'cancelled'>,
  timeoutMs: number,
): Promise<T> {
  const start = performance.now();
  for (;;) {
    try {
      return action();
    } catch (error) {
      if (isStaleSnapshot(error)) throw updateConflict();
      if (!isBusy(error)) throw error;
    }
    if (client.cancelled) throw new SqlError(3617, 'The query has been canceled.', { severity: 11 });
    if (timeoutMs >= 0 && performance.now() - start >= timeoutMs) {
      throw new SqlError(1222, 'Lock request time out period exceeded.', { state: 51 });
    }
    await pause(POLL_MS);
  }
}

const updateConflict = (): SqlError =>
  new SqlError(
    3960,
    'Snapshot isolation transaction aborted due to update conflict. You cannot use snapshot isolation to access the table directly or indirectly to update, delete, or insert the row that has been modified or deleted by another transaction. Retry the transaction or change the isolation level for the update/delete statement.',
    { state: 2 },
  );
