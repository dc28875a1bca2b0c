import type { Intent, QueueEntry } from '../state/ports.ts';
import type { Doubts, RunContext } from './context.ts';
import { runErrors } from './errors.ts';

/** How long a write may be under way whose target is no longer in the file, so that its own word is not known. */
const longestSettleMs = 90_000;

/**
 * What earlier processes and flows left without an answer. Each such record waits in the queue until a late effect of
 * the write is no longer possible, counted from the first run that held the lock after it (DL-12); all that time what
 * the write touches is held, whichever flow meets it (DL-13). Then the intent is closed and the record planned anew:
 * what was written is found, what was not is written.
 */
export async function openDoubts(context: RunContext, flow: string): Promise<Doubts> {
  const doubts: Doubts = { claims: new Set(), records: new Map(), unmet: new Set() };
  const ofRecords = (await context.state.openIntents()).filter(({ absent }) => !absent);
  const byFlow = Map.groupBy(ofRecords, (intent) => intent.flow);
  for (const [name, intents] of byFlow) {
    const entries = await openEntries(context, name);
    const now = context.clock.now();
    const settled: Intent[] = [];
    const found = new Map<string, { readonly intent: Intent; readonly until: number }>();
    for (const intent of intents) {
      const begun = settlesAt(entries.get(intent.key), intent);
      const until = begun ?? now + settleMs(context, intent);
      if (until <= now) {
        settled.push(intent);
        continue;
      }
      for (const claim of intent.claims) doubts.claims.add(claim);
      if (name === flow) doubts.records.set(intent.key, until);
      if (begun === undefined) found.set(intent.key, { intent, until });
    }
    if (name === flow) for (const key of found.keys()) doubts.unmet.add(key);
    await record(context, name, settled, [...found.values()], entries);
  }
  return doubts;
}

export function settleMs({ compiled, connections }: RunContext, intent: Intent): number {
  const flow = compiled.flows.find((candidate) => candidate.flow.name === intent.flow);
  const target = flow?.flow.targets.find((candidate) => candidate.name === intent.target);
  const connection = target && connections.get(target.connection)?.connection;
  return (target && connection?.sink?.(target.block).settleMs) ?? longestSettleMs;
}

async function openEntries(context: RunContext, flow: string): Promise<ReadonlyMap<string, QueueEntry>> {
  const entries = await context.state.queue({ flow });
  const open = entries.filter(({ state }) => state !== 'completed' && state !== 'superseded');
  return new Map(open.map((entry) => [entry.key, entry]));
}

/** Until when the record waits for this very write: a row that was put before it was sent waits for something else. */
function settlesAt(entry: QueueEntry | undefined, intent: Intent): number | undefined {
  return entry && entry.lastAt >= intent.at ? entry.dueAt : undefined;
}

async function record(
  context: RunContext,
  flow: string,
  settled: readonly Intent[],
  found: readonly { readonly intent: Intent; readonly until: number }[],
  entries: ReadonlyMap<string, QueueEntry>,
): Promise<void> {
  if (settled.length + found.length === 0) return;
  const { run, epoch } = context;
  const at = context.clock.now();
  await context.state.commit({
    run,
    epoch,
    flow,
    at,
    receipts: settled.map((intent) => ({ intent: intent.id, outcome: 'not-applied', error: unanswered(intent), at })),
    links: [],
    delivered: [],
    queued: found.map(({ intent, until }) => ({
      key: intent.key,
      source: intent.source,
      state: 'waiting',
      error: unanswered(intent),
      attempts: entries.get(intent.key)?.attempts ?? 0,
      dueAt: until,
    })),
  });
  for (const { intent, until } of found) {
    context.emit({ type: 'record-queued', at, flow, key: intent.key, error: unanswered(intent), retryAt: until });
  }
}

function unanswered({ write, target }: Intent) {
  const { code, parameters } = runErrors.in_doubt.error({
    operation: write.operation,
    target,
    reason: 'the process ended before the answer came',
  });
  return { code, parameters };
}
