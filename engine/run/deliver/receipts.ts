import { presentValues } from '../../plan/fields.ts';
import type { RecentRow } from '../../state/machine-ports.ts';
import type { Intent, Link, Owed, Receipt } from '../../state/ports.ts';
import { reach } from '../crash-points.ts';
import { releaseClaims } from './claim-creates.ts';
import type { Sending, Sent } from './send.ts';
import { writtenFields } from './written-fields.ts';

/** What came back for a request's writes, in one transaction; first of all the rows we made, so that we find them. */
export async function keepReceipts(sending: Sending, sent: readonly Sent[]): Promise<void> {
  const { context, target, scope } = sending;
  const at = context.clock.now();
  const { connection, entity, name } = target.target;
  const links: Link[] = [];
  const recent: RecentRow[] = [];
  for (const { intent, outcome } of sent) {
    if (!outcome.ok || intent.absent) continue;
    const { flow, key, write } = intent;
    const row = write.operation === 'rows' ? write.key : outcome.key;
    links.push({ flow, key, target: name, connection, entity, row, at, ...writtenFields(write) });
    if (write.operation !== 'create' || scope.sink.findsAtOnce) continue;
    recent.push({ connection: scope.connection.identity, entity, row: outcome.key, claims: intent.claims, at });
  }
  reach('receipts-before-commit');
  await context.book.saveRecent(recent);
  await releaseClaims(sending, sent);
  await context.state.commit({
    run: context.run,
    epoch: context.epoch,
    flow: context.flow.flow.name,
    at,
    receipts: sent.map((one) => receiptOf(one, at)),
    links,
    owed: sent.flatMap(({ intent, outcome }) => (outcome.ok ? owedBy(intent, outcome.key) : [])),
    delivered: [],
    queued: [],
  });
  reach('receipts-after-commit');
}

function receiptOf({ intent, outcome }: Sent, at: number): Receipt {
  if (outcome.ok) return { intent: intent.id, outcome: 'applied', row: outcome.key, at };
  const { code, parameters, kind, retry } = outcome.error;
  const error = { code, parameters };
  if (outcome.applied === 'no') return { intent: intent.id, outcome: 'not-applied', error, at };
  return { intent: intent.id, outcome: 'unknown', error, at, ...(kind === 'data' && !retry && { final: true }) };
}

/** The child lists that a row created just now has yet to get. */
export function owedBy({ key, target, write, owes = [] }: Intent, row: string): readonly Owed[] {
  if (write.operation !== 'create') return [];
  const made = presentValues(write.values);
  return owes.map((list) => ({ key, target, row, list, made }));
}
