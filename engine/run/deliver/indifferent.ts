import type { Row } from '../../connector.ts';
import { questionClaims } from '../../plan/claims.ts';
import { presentValues } from '../../plan/fields.ts';
import { refusesNew } from '../../plan/refuse-new.ts';
import type { CompiledTarget } from '../../transform/compiled.ts';
import type { FlowContext } from '../context.ts';
import type { Execution } from './execute-wave.ts';
import { variablesOf } from './plan-batch.ts';

/**
 * Whether it is all the same to two records, who meet in a claim at a target, which of them is first (DL-1): new rows
 * alone come to answer, and who asked refuses the row of the other either way. Members of a family with one phone are
 * then made together.
 */
export function isIndifferent(
  context: FlowContext,
  target: CompiledTarget,
  claim: string,
  one: Execution,
  other: Execution,
): boolean {
  // Of what such a system holds, only it knows how it compares: texts of a fixed length, without case.
  if (context.scopes.of(target.target.name).sink.comparesItself) return false;
  const [mine, theirs] = [rowMade(target, claim, one), rowMade(target, claim, other)];
  if (mine === 'there already' || theirs === 'there already' || !(mine ?? theirs)) return false;
  return doesNotMind(context, target, claim, one, theirs) && doesNotMind(context, target, claim, other, mine);
}

/** The new row with which a record comes to answer the claim; undefined: it writes nothing that would. */
function rowMade(
  { target: { name } }: CompiledTarget,
  claim: string,
  execution: Execution,
): Row | 'there already' | undefined {
  const changes = execution.plans.get(name)?.changes ?? [];
  const change = changes.find((one) => execution.effectsOf.get(one)?.includes(claim));
  if (!change) return undefined;
  return change.operation === 'create' ? presentValues(change.values) : 'there already';
}

function doesNotMind(
  context: FlowContext,
  target: CompiledTarget,
  claim: string,
  asker: Execution,
  row: Row | undefined,
): boolean {
  if (!row) return true;
  const { name } = target.target;
  const entity = context.scopes.of(name);
  const asked = asker.asked.get(name) ?? [];
  const question = asked.find((one) => questionClaims(entity.id, entity.fields, one).includes(claim));
  if (!question) return true;
  const variables = variablesOf(context, asker);
  return refusesNew({ target, entity, record: asker.record.record, variables }, question, row);
}
