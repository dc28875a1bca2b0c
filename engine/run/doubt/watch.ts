import { isOpenRow } from '../../state/open-row.ts';
import type { Intent, QueueEntry } from '../../state/ports.ts';
import type { FlowContext } from '../context.ts';
import { commit } from '../deliver/commit.ts';
import type { DeliveryTask } from '../deliver/deliver.ts';
import { runErrors } from '../errors.ts';
import type { Failure } from '../failures.ts';
import { lookUp } from '../ask/look-up.ts';

/** How long a tag is watched after its create was given up for lost. */
const watchedMs = 24 * 60 * 60 * 1000;

/**
 * DL-14: a create that was closed as absent may take effect after all, later than the vendor promises. Where a row that
 * we know nothing of has its tag beside the one we made, the record goes to the queue with both keys: a person says
 * which one stays.
 */
export async function watchAbsent(context: FlowContext, task: DeliveryTask): Promise<void> {
  const { state, flow, clock } = context;
  const { name } = flow.flow;
  const closed = (await state.closedAsAbsent(clock.now() - watchedMs)).filter((intent) => intent.flow === name);
  if (closed.length === 0) return;
  const found = await lookUp(context, closed);
  const waiting = new Map((await state.queue({ flow: name })).filter(isOpenRow).map((entry) => [entry.key, entry]));
  const told = new Set([...waiting.values()].filter(isDoubled).map(({ key }) => key));
  const delivered = await state.known(
    name,
    closed.map(({ key }) => key),
  );
  const failures: Failure[] = [];
  for (const intent of closed) {
    const rows = found.get(intent.id)?.rows ?? [];
    if (rows.length < 2 || told.has(intent.key) || (await areAllLinked(context, intent, rows))) continue;
    told.add(intent.key);
    // What waits may be newer than what was sent.
    const entry = waiting.get(intent.key);
    const hash = entry?.hash ?? delivered.get(intent.key) ?? '';
    failures.push(failureOf({ ...intent, source: entry?.source ?? intent.source }, rows, hash));
  }
  task.tally.read += failures.length;
  if (failures.length > 0) await commit(context, task, { delivered: [], failures });
}

function isDoubled({ state, error }: QueueEntry): boolean {
  return state === 'failed' && error.code === runErrors.doubled.code;
}

/** The mapping may have made several for one record: a lost deal and the next one. */
async function areAllLinked({ state }: FlowContext, intent: Intent, rows: readonly string[]): Promise<boolean> {
  const links = await state.links(intent.flow, [intent.key]);
  const known = new Set(links.filter(({ target }) => target === intent.target).map(({ row }) => row));
  return rows.every((row) => known.has(row));
}

/** Under the version that was delivered: to be read again in it is nothing new. */
function failureOf({ key, source, target }: Intent, rows: readonly string[], hash: string): Failure {
  return { key, source, hash, error: runErrors.doubled.error({ target, rows: rows.join(', ') }) };
}
