import type {
  AtomicBatch,
  AtomicResult,
  AtomicWrites,
  CheckpointMark,
  Cursor,
  StoredCheckpoint,
} from '../../connector.ts';
import { toPipeError } from '../../errors.ts';
import type { Checkpoint } from '../../state/ports.ts';
import { attempt } from '../attempt.ts';
import type { FlowContext, Scope } from '../context.ts';
import { reach } from '../crash-points.ts';
import { tellDelay } from '../tell-delay.ts';
import type { Held } from '../tell-delay.ts';
import { closeIntents } from '../doubt/close-intents.ts';

/**
 * Takes over the flow's targets that commit rows with their checkpoint: from here on no transaction of an earlier run can
 * take effect. What such a run left without an answer is over, and can be read off the target like anything else.
 */
export async function takeOver(context: FlowContext): Promise<void> {
  for (const { target } of context.flow.targets.filter(({ fields }) => fields)) {
    const connection = context.connections.get(target.connection)?.connection;
    if (!connection?.sink?.(target.block).atomic) continue;
    await context.scopes.load();
    const { sink, connection: open } = context.scopes.of(target.name);
    const { atomic } = sink;
    if (!atomic) continue;
    const mark = markOf(context, target.name);
    await attempt(context, open.name, () => takeOverOne(context, atomic, mark));
  }
  await closeOpenIntents(context);
}

/** Also after a lost answer: the transaction it belongs to is over then. */
export async function takeOverOne(
  context: FlowContext,
  atomic: AtomicWrites,
  mark: CheckpointMark,
): Promise<StoredCheckpoint | undefined> {
  context.lease.verify();
  const held = heldBy(context, atomic, mark.target);
  const stored = await tellDelay(context, held, () => atomic.takeOver(mark, context.signal));
  if (stored) context.fences.set(mark.target, stored);
  return stored;
}

function heldBy({ flow, scopes }: FlowContext, atomic: AtomicWrites, target: string): Held {
  const { connection, description } = scopes.of(target);
  return { flow: flow.flow.name, connection: connection.name, entity: description.entity, atomic };
}

export function markOf(context: FlowContext, target: string): CheckpointMark {
  const epoch = context.fences.get(target)?.epoch ?? context.epoch;
  return { pipeline: context.compiled.pipeline.name, flow: context.flow.flow.name, target, epoch };
}

async function closeOpenIntents(context: FlowContext): Promise<void> {
  const { fences } = context;
  if (fences.size === 0) return;
  const flow = context.flow.flow.name;
  const at = context.clock.now();
  const over = (await context.state.openIntents(flow)).filter(({ target }) => fences.has(target));
  const receipts = over.map(({ id }) => ({ intent: id, outcome: 'not-applied' as const, at }));
  await closeIntents(context, flow, receipts);
}

/**
 * Where the read begins. Our own checkpoint is the older one where both are there: records that failed are in our queue
 * by then. Where the target's is older it was restored from a backup, and what came since is delivered again.
 */
export function cursorOf(own: Checkpoint | undefined, stored: StoredCheckpoint | undefined): Cursor | undefined {
  if (!stored) return own?.cursor;
  if (own?.sequence !== undefined && stored.sequence >= own.sequence) return own.cursor;
  return stored.cursor;
}

/** One transaction, under the mark of this run; told where it waits long. */
export async function commitOnce(
  context: FlowContext,
  atomic: AtomicWrites,
  target: string,
  batch: Omit<AtomicBatch, 'mark'>,
): Promise<AtomicResult> {
  const marked = { ...batch, mark: markOf(context, target) };
  return tellDelay(context, heldBy(context, atomic, target), () => atomic.commit(marked, context.signal));
}

/**
 * Commits until the target has said what became of it. Where an answer was lost, taking over again ends the transaction
 * it belongs to and tells whether it took effect; the same batch then changes nothing more, and says what was refused.
 */
export async function commitAtomic(
  context: FlowContext,
  scope: Scope,
  atomic: AtomicWrites,
  target: string,
  batch: Omit<AtomicBatch, 'mark'>,
): Promise<AtomicResult> {
  let lost = false;
  let loaded: AtomicResult['loaded'] | undefined;
  return attempt(context, scope.connection.name, async () => {
    if (lost) {
      const stored = await takeOverOne(context, atomic, markOf(context, target));
      if (stored?.sequence === batch.sequence && batch.load) loaded ??= stored.loaded;
    }
    context.lease.verify();
    reach('load-begun');
    try {
      const result = await commitOnce(context, atomic, target, batch);
      return loaded ? { ...result, loaded } : result;
    } catch (thrown) {
      lost ||= toPipeError(thrown).retry;
      throw thrown;
    }
  });
}
