import type { Row } from '../../connector.ts';
import { questionClaims } from '../../plan/claims.ts';
import { presentValues } from '../../plan/fields.ts';
import { refusesNew } from '../../plan/refuse-new.ts';
import type { FlowContext } from '../context.ts';
import type { Execution } from './execute-wave.ts';
import { variablesOf } from './plan-batch.ts';

/** Who is about to make a row that answers, and who has asked. */
interface Contested {
  readonly makers: Map<Execution, Row>;
  readonly askers: Set<Execution>;
  /** By asker, the makers whose row it refuses. */
  readonly refused: Map<Execution, ReadonlySet<Execution>>;
}

/** Whether two records that meet in a claim need not wait for each other because of it. */
export type IsIndifferent = (claim: string, one: Execution, other: Execution) => boolean;

/** Where more have to be held against each other, a phone that half the town gives, they have their turns. */
const most = 400;

/**
 * Whom it is all the same whether it asks before another record makes its row or after, since it refuses that row either
 * way (DL-1): members of a family with one phone are made together.
 */
export async function indifference(
  context: FlowContext,
  open: readonly Execution[],
  at: number,
): Promise<IsIndifferent> {
  const contested = contestedClaims(context, open, at);
  for (const [claim, { makers, askers, refused }] of contested) {
    if (makers.size * askers.size > most) continue;
    for (const asker of askers) refused.set(asker, await refusedMakers(context, at, claim, asker, makers));
  }
  return (claim, one, other) => {
    const contest = contested.get(claim);
    if (!contest || !(contest.makers.has(one) || contest.makers.has(other))) return false;
    return doesNotMind(contest, one, other) && doesNotMind(contest, other, one);
  };
}

function doesNotMind({ makers, askers, refused }: Contested, asker: Execution, maker: Execution): boolean {
  return !askers.has(asker) || !makers.has(maker) || refused.get(asker)?.has(maker) === true;
}

/** Claims that new rows alone come to answer, with more than one record that has to do with them. */
function contestedClaims(
  { flow }: FlowContext,
  open: readonly Execution[],
  at: number,
): ReadonlyMap<string, Contested> {
  const name = flow.targets[at]?.target.name ?? '';
  const contested = new Map<string, Contested>();
  const others = new Set<string>();
  for (const execution of open) {
    for (const change of execution.plans.get(name)?.changes ?? []) {
      for (const claim of execution.effectsOf.get(change) ?? []) {
        if (change.operation === 'create') note(contested, claim).makers.set(execution, presentValues(change.values));
        else others.add(claim);
      }
    }
  }
  for (const execution of open) {
    for (const claim of execution.claims[at]?.asked ?? []) contested.get(claim)?.askers.add(execution);
  }
  for (const [claim, { makers, askers }] of contested) {
    const isItsOwn = makers.size < 2 && [...askers].every((asker) => makers.has(asker));
    if (isItsOwn || others.has(claim)) contested.delete(claim);
  }
  return contested;
}

function note(contested: Map<string, Contested>, claim: string): Contested {
  const known = contested.get(claim);
  if (known) return known;
  const made: Contested = { makers: new Map(), askers: new Set(), refused: new Map() };
  contested.set(claim, made);
  return made;
}

/** Those whose row the ladder of `asker` refuses, should it answer the question of this claim. */
async function refusedMakers(
  context: FlowContext,
  at: number,
  claim: string,
  asker: Execution,
  makers: ReadonlyMap<Execution, Row>,
): Promise<ReadonlySet<Execution>> {
  const refused = new Set<Execution>();
  const target = context.flow.targets[at];
  if (!target) return refused;
  const { name } = target.target;
  const entity = context.scopes.of(name);
  const question = asker.asked.get(name)?.find((one) => questionClaims(entity.id, entity.fields, one).includes(claim));
  if (!question) return refused;
  const ladder = { target, entity, record: asker.record.record, variables: variablesOf(context, asker) };
  for (const [maker, row] of makers)
    if (maker !== asker && (await refusesNew(ladder, question, row))) refused.add(maker);
  return refused;
}
