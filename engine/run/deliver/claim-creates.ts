import type { NewRow } from '../../state/machine-ports.ts';
import type { Scope } from '../context.ts';
import { runErrors } from '../errors.ts';
import type { Sending, Sent, Step } from './send.ts';

/**
 * Two pipelines of this machine that ask for one person at the same moment both find nobody: the book lets one of them
 * create, the other asks again (DL-20). Gives the steps that may be sent.
 */
export async function claimCreates(sending: Sending, steps: readonly Step[]): Promise<readonly Step[]> {
  const { context, scope } = sending;
  const creates = isClaimed(scope) ? steps.filter(({ write }) => write.operation === 'create') : [];
  if (creates.length === 0) return steps;
  const standings = await context.book.claim(
    context.instance.id,
    creates.map((step) => newRow(sending, step)),
  );
  const refused = new Set(creates.filter((_, index) => standings[index] !== 'free'));
  for (const [index, step] of creates.entries()) {
    if (!refused.has(step)) continue;
    sending.answers.touch(askedBy(sending, step));
    if (standings[index] === 'in-doubt') waitForDoubt(sending, step);
    else askAgain(step);
  }
  return steps.filter((step) => !refused.has(step));
}

/** A create without an answer keeps what it claimed: it may yet take effect. */
export async function releaseClaims({ context, scope }: Sending, sent: readonly Sent[]): Promise<void> {
  if (!isClaimed(scope)) return;
  const ended = sent.flatMap(({ intent: { write, target, key }, outcome }) =>
    write.operation === 'create' && (outcome.ok || outcome.applied === 'no')
      ? [{ row: nameOfRow(target, key), isMade: outcome.ok }]
      : [],
  );
  await context.book.release(context.instance.id, ended);
}

/** A target that commits in transactions, or finds at once what was written, has its own ways against that, or none. */
function isClaimed({ sink }: Scope): boolean {
  return !sink.findsAtOnce && !sink.atomic;
}

function newRow(sending: Sending, { execution, change }: Step): NewRow {
  const asked = askedBy(sending, { execution });
  return {
    row: nameOfRow(sending.target.target.name, execution.record.key),
    asked,
    askedAt: Math.max(execution.askedAt, sending.answers.firstAsked(asked)),
    effects: execution.effectsOf.get(change) ?? [],
    lastsMs: sending.scope.sink.settleMs,
  };
}

function nameOfRow(target: string, key: string): string {
  return `${target} ${key}`;
}

function askedBy({ context, target }: Sending, { execution }: Pick<Step, 'execution'>): readonly string[] {
  return execution.claims[context.flow.targets.indexOf(target)]?.restsOn ?? [];
}

function askAgain({ execution }: Step): void {
  execution.stale = true;
  execution.behind = true;
  execution.meetsOther = true;
}

function waitForDoubt({ target }: Sending, { execution }: Step): void {
  execution.failures.set(target.target.name, runErrors.waits_for_doubt.error({}, { retry: true }));
  execution.plans.delete(target.target.name);
}
