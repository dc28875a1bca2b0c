import type { OpenIntent, SettleMark } from '../../state/ports.ts';
import type { FlowContext, RunClock } from '../context.ts';

/** How long a write may be under way whose target is no longer in the file, so that its own word is not known. */
const longestSettleMs = 90_000;

/** DL-12: from now on the settle time of these intents is counted: their process gave up, or a new one holds the lock. */
export async function markSettling({ state, clock }: FlowContext, intents: readonly { readonly id: string }[]) {
  const mark = { boot: clock.bootId, since: clock.monotonic() };
  await state.beginSettle(
    intents.map(({ id }) => id),
    mark,
  );
}

/** Those nobody has met yet, and those of another boot: never counted from the intent's own time. */
export async function markUnmarked(context: FlowContext, open: readonly OpenIntent[]): Promise<void> {
  await markSettling(
    context,
    open.filter(({ settling }) => passedMs(context.clock, settling) === undefined),
  );
}

/** How long an intent may still take effect. */
export function leftMs(context: FlowContext, intent: OpenIntent): number {
  const passed = passedMs(context.clock, intent.settling) ?? 0;
  // Whole milliseconds, as a queue row holds them.
  return Math.max(0, Math.ceil(settleMs(context, intent) - passed));
}

/** Undefined where the mark is of another boot: where boots have no names, a clock that went back tells them apart. */
function passedMs(clock: RunClock, mark: SettleMark | undefined): number | undefined {
  const passed = mark?.boot === clock.bootId ? clock.monotonic() - mark.since : -1;
  return passed < 0 ? undefined : passed;
}

function settleMs({ compiled, connections }: FlowContext, intent: OpenIntent): number {
  const flow = compiled.flows.find((candidate) => candidate.flow.name === intent.flow);
  const target = flow?.flow.targets.find((candidate) => candidate.name === intent.target);
  const connection = target && connections.get(target.connection)?.connection;
  return (target && connection?.sink?.(target.block).settleMs) ?? longestSettleMs;
}
