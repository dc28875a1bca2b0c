import type { Row } from '../connector.ts';
import { stableJson } from '../plan/value.ts';
import type { QueueEntry } from '../state/ports.ts';
import { attempt } from './attempt.ts';
import type { Tally } from './counts.ts';
import { reach } from './crash-points.ts';
import { commit } from './deliver/commit.ts';
import { deliver } from './deliver/deliver.ts';
import { runErrors } from './errors.ts';
import type { Failure } from './failures.ts';
import { mapBatch } from './read/map-batch.ts';
import { meetAllFields } from './load/make-tables.ts';
import type { FlowRun } from './open-flow.ts';

/** Works off what is due, at every run, also when the source had nothing new (rule 36, T4). */
export async function workOffQueue(work: FlowRun): Promise<void> {
  const { context } = work;
  const { name, source } = context.flow.flow;
  const tried = new Set<number>();
  for (;;) {
    context.signal.throwIfAborted();
    // What waits for another record is due all the time.
    const due = await context.state.due(name, context.clock.now(), source.batch + tried.size);
    const entries = due.filter((entry) => !tried.has(entry.id)).slice(0, source.batch);
    if (entries.length === 0) return;
    for (const entry of entries) tried.add(entry.id);
    reach('queue-taken');
    await retry(work, entries);
  }
}

async function retry(work: FlowRun, entries: readonly QueueEntry[]): Promise<void> {
  const { context, task } = work;
  const { rows, gone } = await currentRows(work, entries);
  const mapped = await mapBatch(context, rows);
  for (const { key } of entries) if (task.waiting.delete(key)) uncount(task.tally);
  task.tally.read += entries.length;
  task.tally.mapped += rows.length - mapped.failed.length;
  task.tally.unchanged += mapped.replaced;
  task.tally.skipped += mapped.skipped.length;
  if (mapped.records.length > 0) {
    await context.scopes.load();
    await meetAllFields(context, mapped.records);
    await deliver(context, mapped.records, task);
  }
  const failures = [...mapped.failed, ...gone.map(goneFailure)];
  // A guard ends the record, and under another key it is another record: neither waits any longer.
  const kept = new Set([...mapped.records, ...failures].map(({ key }) => key));
  const delivered = entries.filter(({ key }) => !kept.has(key)).map(({ key }) => ({ key, hash: '' }));
  reach('queue-superseded');
  await commit(context, task, { delivered, failures });
}

/** What waits, as the source has it now. */
interface CurrentRows {
  readonly rows: readonly Row[];
  /** Those the source has no longer. */
  readonly gone: readonly QueueEntry[];
}

/** It was counted when this run put it there; now it counts by what becomes of it. */
function uncount(tally: Tally): void {
  tally.read -= 1;
  tally.mapped -= 1;
  tally.queued -= 1;
}

/** DL-17: the row as the source has it now, where the source can tell; the stored one where it cannot. */
async function currentRows(work: FlowRun, entries: readonly QueueEntry[]): Promise<CurrentRows> {
  const { context, source } = work;
  const { fetch } = source;
  const keyed = entries.map((entry) => ({ entry, key: context.sourceKey(entry.source) }));
  const keys = keyed.flatMap(({ key }) => (key ? [key] : []));
  if (!fetch || keys.length === 0) return { rows: entries.map((entry) => entry.source), gone: [] };
  const { connection } = context.flow.flow.source;
  const fetched = await attempt(context, connection, () => fetch.call(source, keys, context.signal));
  const byKey = new Map(fetched.map((row) => [stableJson(context.sourceKey(row) ?? {}), row]));
  const rows: Row[] = [];
  const gone: QueueEntry[] = [];
  for (const { entry, key } of keyed) {
    const row = key ? byKey.get(stableJson(key)) : entry.source;
    if (row) rows.push(row);
    else if (isDecided(entry)) rows.push(entry.source);
    else gone.push(entry);
  }
  return { rows, gone };
}

/**
 * A row deleted at the clinic must not become a deal, and one that left yesterday's file must not be lost: only a
 * person can tell, so it is kept and not tried by itself. Who marks it then means the row as it was last read. It waits
 * as no version at all: should the source show it again, it is tried like any other.
 */
function goneFailure({ key, source }: QueueEntry): Failure {
  return { key, source, hash: '', error: runErrors.row_gone.error({}) };
}

/** Neither is ever due by itself: a person looked, and said to write it. */
function isDecided({ state, error }: QueueEntry): boolean {
  return state === 'quarantined' || (state === 'failed' && error.code === runErrors.row_gone.code);
}
