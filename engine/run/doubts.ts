import type { Intent, QueueEntry } from '../state/ports.ts';
import type { CompiledFlow } from '../transform/compiled.ts';
import type { Doubts, RunContext } from './context.ts';
import { runErrors } from './errors.ts';

/**
 * What an earlier process left without an answer. Each such record goes to the queue and waits there until a late
 * effect of the write is no longer possible, counted from the first run that held the lock after it (DL-12). Then it
 * is planned anew: what was written is found, what was not is written.
 */
export async function openDoubts(context: RunContext, flow: CompiledFlow): Promise<Doubts> {
  const name = flow.flow.name;
  const intents = await context.state.openIntents(name);
  const doubts = { claims: new Set<string>(), records: new Map<string, number>(), settled: [] as Intent[] };
  if (intents.length === 0) return doubts;
  const waiting = await waitingEntries(context, name, intents);
  const now = context.clock.now();
  for (const intent of intents) {
    const until = waiting.get(intent.key)?.dueAt ?? now + settleMs(context, flow, intent);
    if (until <= now) {
      doubts.settled.push(intent);
      continue;
    }
    doubts.records.set(intent.key, until);
    for (const claim of intent.claims) doubts.claims.add(claim);
  }
  await putInQueue(
    context,
    name,
    intents.filter((intent) => doubts.records.has(intent.key) && !waiting.has(intent.key)),
    doubts,
  );
  return doubts;
}

function settleMs(context: RunContext, flow: CompiledFlow, intent: Intent): number {
  const target = flow.flow.targets.find((candidate) => candidate.name === intent.target);
  const connection = target && context.connections.get(target.connection)?.connection;
  return (target && connection?.sink?.(target.block).settleMs) ?? 0;
}

async function waitingEntries(
  context: RunContext,
  flow: string,
  intents: readonly Intent[],
): Promise<ReadonlyMap<string, QueueEntry>> {
  const entries = await context.state.queue({ flow, state: 'waiting' });
  const keys = new Set(intents.map((intent) => intent.key));
  return new Map(entries.filter((entry) => keys.has(entry.key)).map((entry) => [entry.key, entry]));
}

async function putInQueue(
  context: RunContext,
  flow: string,
  intents: readonly Intent[],
  doubts: Doubts,
): Promise<void> {
  if (intents.length === 0) return;
  const { run, epoch } = context;
  const queued = [...new Map(intents.map((intent) => [intent.key, intent])).values()].map((intent) => {
    const { code, parameters } = runErrors.in_doubt.error({
      operation: intent.write.operation,
      target: intent.target,
      reason: 'the process ended before the answer came',
    });
    const dueAt = doubts.records.get(intent.key);
    return {
      key: intent.key,
      source: intent.source,
      state: 'waiting' as const,
      error: { code, parameters },
      attempts: 0,
      ...(dueAt !== undefined && { dueAt }),
    };
  });
  await context.state.commit({
    run,
    epoch,
    flow,
    at: context.clock.now(),
    receipts: [],
    links: [],
    delivered: [],
    queued,
  });
}
