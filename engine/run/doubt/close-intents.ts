import type { Receipt } from '../../state/ports.ts';
import type { RunContext } from '../context.ts';

/** Keeps what was found out about writes of a flow, where nothing else of their records changes with it. */
export async function closeIntents(
  { state, run, epoch, clock }: Pick<RunContext, 'state' | 'run' | 'epoch' | 'clock'>,
  flow: string,
  receipts: readonly Receipt[],
): Promise<void> {
  if (receipts.length === 0) return;
  await state.commit({ run, epoch, flow, at: clock.now(), receipts, links: [], delivered: [], queued: [] });
}
