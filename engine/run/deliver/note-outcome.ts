import type { Outcome, Row, Write } from '../../connector.ts';
import type { PipeError } from '../../errors.ts';
import { placeholder } from '../../plan/change.ts';
import type { Change } from '../../plan/change.ts';
import { rowClaim } from '../../plan/claims.ts';
import { presentValues, rowAfter } from '../../plan/fields.ts';
import { heldBy } from '../doubt/doubts.ts';
import { runErrors } from '../errors.ts';
import type { Execution } from './execute-wave.ts';
import type { Sending, Sent } from './send.ts';
import { tellWritten } from './tell-rows.ts';

/** What an outcome means for its record and for those that come after it. */
export function noteOutcome(sending: Sending, sent: Sent): void {
  const { outcome, step } = sent;
  if (outcome.ok) applied(sending, sent, outcome.key);
  else if (outcome.applied === 'unknown') doubted(sending, sent, outcome);
  // Refused for now, and too old to be sent again: it is planned anew.
  else if (step.execution.stale) step.execution.heldUpBy = outcome.error;
  else failed(sending, sent, outcome.error);
}

function applied({ context, target, scope, answers }: Sending, { step, intent }: Sent, key: string): void {
  const { execution, change, write } = step;
  const { name } = target.target;
  if (change.operation === 'unchanged') return;
  const created = write.operation === 'create';
  const touched = [rowClaim(scope.id, key), ...intent.claims];
  if (created) answers.touchByNew(touched, key);
  else answers.touch(touched);
  const operation = created ? 'created' : write.operation === 'delete' ? 'deleted' : 'updated';
  // Child rows are writes of their own to a row that was counted and told already.
  const already = execution.written.some((row) => row.target === name && row.row === key);
  if (!already) {
    execution.written.push({ target: name, operation, row: key });
    const rung = execution.plans.get(name)?.rung;
    const told = { key: execution.record.key, target: name, row: key, operation, rung } as const;
    tellWritten(context, { ...told, ...changedBy(change), ...madeOf(write) });
  }
  if (write.operation === 'rows' || change.operation === 'delete') return;
  const row =
    change.operation === 'create'
      ? { ...presentValues(change.values), [scope.description.id]: key }
      : rowAfter(scope, change.before, change.values);
  answers.wrote(scope, key, row, created ? placeholder(name, execution.record.key) : undefined);
  if (created) {
    execution.moved.add(name);
    nameInClaims(execution, placeholder(name, execution.record.key), key);
    context.applying?.made(context.flow.flow.name, execution.record.key, name, key);
  }
  const plan = execution.plans.get(name);
  // With `many: all` a target has several rows: to later targets it is the first of them.
  const first = plan?.changes.find((candidate) => candidate.operation !== 'unchanged');
  if (plan && first === change) execution.plans.set(name, { ...plan, row });
}

/** Claims made while the row was yet to come hold its place-holder; who meets it asks by its key. */
function nameInClaims({ claims }: Execution, stoodFor: string, key: string): void {
  const named = (claim: string): string => claim.replaceAll(stoodFor, key);
  for (const [at, one] of claims.entries()) {
    if (one) claims[at] = { ...one, restsOn: one.restsOn.map(named), effects: one.effects.map(named) };
  }
}

function madeOf(write: Write): { readonly values?: Row } {
  return write.operation === 'create' ? { values: presentValues(write.values) } : {};
}

/** A row is told once, by all that was to be sent of it. */
function changedBy(change: Change): { readonly fields?: readonly string[] } {
  if (!('values' in change)) return {};
  return { fields: [...Object.keys(change.values), ...change.lists.map(({ list }) => list)] };
}

/** DL-13: what the write touches is held until a late effect is no longer possible. */
function doubted(sending: Sending, sent: Sent, outcome: Extract<Outcome, { ok: false }>): void {
  const { context, target, scope } = sending;
  const { intent } = sent;
  const facts = { operation: intent.write.operation, target: target.target.name, reason: outcome.error.message };
  const error = runErrors.in_doubt.error(facts, { retry: true });
  context.doubts.records.set(intent.key, { dueAt: context.clock.now() + scope.sink.settleMs, error });
  for (const claim of heldBy(intent)) context.doubts.claims.add(claim);
  failed(sending, sent, error);
}

/** A row that is there keeps its plan, though its child rows could not be written: they are what failed. */
function failed({ target }: Sending, { step }: Sent, error: PipeError): void {
  const { execution, change, write } = step;
  const { name } = target.target;
  execution.failures.set(name, error);
  if (change.operation === 'create' || write.operation !== 'rows') execution.plans.delete(name);
}
