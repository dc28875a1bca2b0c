import { isRemoved } from '../../plan/absent.ts';
import type { Intent, OpenIntent, Receipt } from '../../state/ports.ts';
import { Answers } from '../ask/answers.ts';
import type { FlowContext } from '../context.ts';
import { unanswered } from '../doubt/doubts.ts';
import { leftMs } from '../doubt/settling.ts';
import { rowsByKey } from '../ask/rows-by-key.ts';
import type { FlowRun } from '../open-flow.ts';
import { warn } from '../warn.ts';

/**
 * Removals an earlier process left without an answer. A row that is gone was removed; one that is there may go yet: what
 * it answers to is held until a late effect is no longer possible, and it is not removed again before (DL-13). Nothing
 * waits in the queue for it: there is no record, and the next whole read meets the row anew.
 */
export async function lookAtDoubtfulDeletes({ context, task }: FlowRun): Promise<void> {
  await closeDoubtfulDeletes(context);
  const flow = context.flow.flow.name;
  const at = context.clock.now();
  const own = (await doubtful(context)).filter((intent) => intent.flow === flow);
  const [over, held] = [own.filter((one) => leftMs(context, one) === 0), own.filter((one) => leftMs(context, one) > 0)];
  task.tally.read += held.length;
  task.tally.queued += held.length;
  for (const intent of held) warn(context, unanswered(intent), { flow, key: intent.key });
  await keep(
    context,
    over.map((intent) => ({ intent: intent.id, outcome: 'not-applied', error: unanswered(intent), at })),
  );
}

/** Closes the flow's removals whose row is gone, or marked; returns how many. */
export async function closeDoubtfulDeletes(context: FlowContext): Promise<number> {
  const targets = new Map(context.flow.targets.map((target) => [target.target.name, target]));
  const own = (await doubtful(context)).filter(({ flow }) => flow === context.flow.flow.name);
  if (own.length === 0) return 0;
  await context.scopes.load();
  const at = context.clock.now();
  const receipts: Receipt[] = [];
  for (const [name, intents] of Map.groupBy(own, ({ target }) => target)) {
    const target = targets.get(name);
    if (!target) continue;
    const rows = await rowsByKey(context.scopes.of(name), new Answers(context), intents.map(rowOf));
    for (const intent of intents) {
      const row = rows.get(rowOf(intent));
      if (!(row instanceof Error) && isRemoved(target, row))
        receipts.push({ intent: intent.id, outcome: 'applied', row: rowOf(intent), at });
    }
  }
  await keep(context, receipts);
  return receipts.length;
}

async function doubtful(context: FlowContext): Promise<readonly OpenIntent[]> {
  return (await context.state.openIntents()).filter(({ absent }) => absent);
}

function rowOf({ write }: Intent): string {
  return 'key' in write ? write.key : '';
}

async function keep(context: FlowContext, receipts: readonly Receipt[]): Promise<void> {
  if (receipts.length === 0) return;
  const { run, epoch } = context;
  const at = context.clock.now();
  const flow = context.flow.flow.name;
  await context.state.commit({ run, epoch, flow, at, receipts, links: [], delivered: [], queued: [] });
}
