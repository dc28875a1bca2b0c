import type { Row } from '../connector.ts';
import { stableJson } from '../plan/value.ts';
import type { QueueEntry } from '../state/ports.ts';
import { attempt } from './attempt.ts';
import type { Tally } from './counts.ts';
import { reach } from './crash-points.ts';
import { commit, deliver } from './deliver.ts';
import type { DeliveryTask } from './deliver.ts';
import { mapBatch } from './map-batch.ts';
import type { FlowRun } from './run-flow.ts';

/** Works off what is due, at every run, also when the source had nothing new (rule 36, T4). */
export async function workOffQueue(work: FlowRun): Promise<void> {
  const { context } = work;
  const { name, source } = context.flow.flow;
  const tried = new Set<number>();
  for (;;) {
    context.signal.throwIfAborted();
    const due = await context.state.due(name, context.clock.now(), source.batch);
    const entries = due.filter((entry) => !tried.has(entry.id));
    if (entries.length === 0) return;
    for (const entry of entries) tried.add(entry.id);
    reach('queue-taken');
    await retry(work, entries);
  }
}

async function retry(work: FlowRun, entries: readonly QueueEntry[]): Promise<void> {
  const { context } = work;
  const rows = await currentRows(work, entries);
  const attempts = new Map(entries.map((entry) => [entry.key, entry.attempts]));
  const task: DeliveryTask = { ...work.task, attempts };
  const mapped = await mapBatch(context, rows, false);
  for (const { key } of entries) if (task.waiting.delete(key)) uncount(task.tally);
  task.tally.read += rows.length;
  task.tally.mapped += rows.length - mapped.failed.length;
  task.tally.unchanged += mapped.replaced;
  task.tally.skipped += mapped.skipped.length;
  if (mapped.records.length > 0) {
    await context.scopes.load();
    await deliver(context, mapped.records, task);
  }
  const failures = mapped.failed.map((failed) => ({ ...failed, attempts: attempts.get(failed.key) ?? 0 }));
  // A guard ends the record, and under another key it is another record: neither waits any longer.
  const kept = new Set([...mapped.records, ...mapped.failed].map(({ key }) => key));
  const delivered = entries.filter(({ key }) => !kept.has(key)).map(({ key }) => ({ key, hash: '' }));
  await commit(context, task, { delivered, failures });
}

/** It was counted when this run put it there; now it counts by what becomes of it. */
function uncount(tally: Tally): void {
  tally.read -= 1;
  tally.mapped -= 1;
  tally.queued -= 1;
}

/** DL-17: the row as the source has it now, where the source can tell; the stored one where it cannot. */
async function currentRows(work: FlowRun, entries: readonly QueueEntry[]): Promise<readonly Row[]> {
  const { context, source } = work;
  const { connection } = context.flow.flow.source;
  const keyOf = context.sourceKey;
  const keys = entries.map(({ source: row }) => keyOf(row)).filter((key) => key !== undefined);
  const { fetch } = source;
  if (!fetch || keys.length === 0) return entries.map((entry) => entry.source);
  const fetched = await attempt(context, connection, () => fetch.call(source, keys, context.signal));
  const byKey = new Map(fetched.map((row) => [stableJson(keyOf(row) ?? {}), row]));
  return entries.map(({ source: row }) => byKey.get(stableJson(keyOf(row) ?? {})) ?? row);
}
