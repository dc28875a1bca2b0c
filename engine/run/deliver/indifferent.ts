import type { Question, Row } from '../../connector.ts';
import { questionClaims } from '../../plan/claims.ts';
import { presentValues } from '../../plan/fields.ts';
import { refusesNew } from '../../plan/refuse-new.ts';
import type { FlowContext } from '../context.ts';
import type { Execution } from './execute-wave.ts';
import { variablesOf } from './plan-batch.ts';

/** Who is about to make a row that answers, and who has asked. */
interface Contested {
  readonly makers: Map<Execution, Row>;
  readonly askers: Map<Execution, Question>;
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
  for (const { makers, askers, refused } of contested.values()) {
    if (makers.size * askers.size > most) continue;
    for (const [asker, question] of askers) {
      const those = new Set<Execution>();
      for (const [maker, row] of makers) {
        if (maker !== asker && (await refuses(context, at, asker, question, row))) those.add(maker);
      }
      refused.set(asker, those);
    }
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
  { flow, scopes }: FlowContext,
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
  if (contested.size === 0) return contested;
  const { id, fields } = scopes.of(name);
  for (const execution of open) {
    for (const question of execution.asked.get(name) ?? []) {
      for (const claim of questionClaims(id, fields, question)) contested.get(claim)?.askers.set(execution, question);
    }
  }
  for (const [claim, { makers, askers }] of contested) {
    if (others.has(claim) || new Set([...makers.keys(), ...askers.keys()]).size < 2) contested.delete(claim);
  }
  return contested;
}

function note(contested: Map<string, Contested>, claim: string): Contested {
  const known = contested.get(claim);
  if (known) return known;
  const made: Contested = { makers: new Map(), askers: new Map(), refused: new Map() };
  contested.set(claim, made);
  return made;
}

async function refuses(
  context: FlowContext,
  at: number,
  asker: Execution,
  question: Question,
  row: Row,
): Promise<boolean> {
  const target = context.flow.targets[at];
  if (!target) return false;
  const entity = context.scopes.of(target.target.name);
  const variables = variablesOf(context, asker);
  return refusesNew({ target, entity, record: asker.record.record, variables }, question, row);
}
