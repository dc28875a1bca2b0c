import type { Question, Row } from '../../connector.ts';
import { toPipeError } from '../../errors.ts';
import type { PipeError } from '../../errors.ts';
import type { Claims } from '../../plan/claims.ts';
import type { Change, FlowRecord, TargetPlan } from '../../plan/change.ts';
import { noReferences } from '../../plan/mapped-fields.ts';
import { firstQuestion } from '../../plan/match.ts';
import type { Ask, OwnRows } from '../../plan/match.ts';
import { planTarget } from '../../plan/plan-target.ts';
import type { TargetContext } from '../../plan/plan-target.ts';
import type { Link, Owed } from '../../state/ports.ts';
import type { TraceStep } from '../../state/trace-ports.ts';
import type { CompiledTarget, Variables } from '../../transform/compiled.ts';
import type { Answers } from '../ask/answers.ts';
import type { FlowContext, Scope } from '../context.ts';
import { refuseForeign } from '../instance.ts';
import { lockstep } from '../ask/lockstep.ts';
import { resolveReferences } from '../ask/references.ts';
import { claimed } from './claimed.ts';
import { tagOf } from './tag.ts';
import { traced } from './trace.ts';

/** A record with the plan of each of its targets, in the order of the file. */
export interface PlannedRecord {
  readonly record: FlowRecord;
  readonly plans: Map<string, TargetPlan>;
  /** Targets that could not be planned or written, and why. */
  readonly failures: Map<string, PipeError>;
  /** What each target asked. */
  readonly asked: Map<string, readonly Question[]>;
  /** The same with what was answered, in order, what was asked again included: for people (`pipe explain`). */
  readonly trace: TraceStep[];
  /** Of each target, in the order of the file. */
  readonly claims: (PlanClaims | undefined)[];
  /** The effects of each change, on what other flows ask for too. */
  readonly effectsOf: Map<Change, readonly string[]>;
  /** When the oldest answer it may rest on was asked for, on the monotonic clock (DL-4). */
  readonly askedAt: number;
}

export interface PlanClaims extends Claims {
  /** How many writes of the batch the plan knows of. */
  readonly after: number;
}

/** Plans every record as if it were alone; what they have in common is found by their claims (DL-1). */
export async function planBatch(
  context: FlowContext,
  records: readonly FlowRecord[],
  answers: Answers,
): Promise<readonly PlannedRecord[]> {
  const askedAt = answers.startWave();
  const drafts = records.map((record): PlannedRecord => ({
    record,
    plans: new Map(),
    failures: new Map(),
    asked: new Map(),
    trace: [],
    claims: [],
    effectsOf: new Map(),
    askedAt,
  }));
  await planTargets(context, drafts, 0, answers);
  return drafts;
}

/** Plans all targets from one on, in the order of the file; of a whole record all of them or none. */
export async function planTargets(
  context: FlowContext,
  drafts: readonly PlannedRecord[],
  from: number,
  answers: Answers,
): Promise<void> {
  if (drafts.length === 0) return;
  const targets = context.flow.targets.slice(from);
  const known = await knownOf(context, drafts);
  const planning = { context, answers, known };
  const groups = sideBySide(context, targets);
  for (const [index, group] of groups.entries())
    await Promise.all([planGroup(planning, drafts, group), askAhead(planning, drafts, group, groups[index + 1] ?? [])]);
  if (!context.flow.flow.whole) return;
  for (const { plans, failures } of drafts)
    if (failures.size > 0) for (const { target } of targets) plans.delete(target.name);
}

/**
 * Neighbours that do not name each other ask at the same time: what a system takes together is one request. Those of one
 * entity do so one after the other, since they may ask the same.
 */
function sideBySide(
  { scopes }: FlowContext,
  targets: readonly CompiledTarget[],
): readonly (readonly CompiledTarget[])[] {
  const groups: CompiledTarget[][] = [];
  for (const target of targets) {
    const { id } = scopes.of(target.target.name);
    const last = groups.at(-1);
    const isApart = last?.every(({ target: { name } }) => !target.uses.includes(name) && scopes.of(name).id !== id);
    if (last && isApart) last.push(target);
    else groups.push([target]);
  }
  return groups;
}

interface Planning {
  readonly context: FlowContext;
  readonly answers: Answers;
  readonly known: Known;
}

/**
 * Puts what the targets after these will ask first at the same time, where it is known by now: their rows are at hand when
 * they are planned. What fails is met again there.
 */
async function askAhead(
  { context, answers, known }: Planning,
  drafts: readonly PlannedRecord[],
  now: readonly CompiledTarget[],
  next: readonly CompiledTarget[],
): Promise<void> {
  const scopeOf = ({ target: { name } }: CompiledTarget): Scope => context.scopes.of(name);
  const unplanned = new Set([...now, ...next].map(({ target: { name } }) => name));
  const apart = next.filter((target) => now.every((other) => scopeOf(other).id !== scopeOf(target).id));
  await Promise.allSettled(
    apart.map(async (target) => {
      const entity = scopeOf(target);
      const own = ownRows(context, known, target);
      const ahead = drafts.map(async (draft) => {
        const { key, record } = draft.record;
        const variables = variablesOf(context, draft);
        const climb = { target, entity, record, variables, references: noReferences, own: own(key) };
        return firstQuestion(climb, unplanned).catch(() => undefined);
      });
      const questions = (await Promise.all(ahead)).filter((question) => question !== undefined);
      if (questions.length > 0) await answers.answer(entity, questions);
    }),
  );
}

/** Plans and traces are in the order of the file, whoever was answered first. */
async function planGroup(
  planning: Planning,
  drafts: readonly PlannedRecord[],
  group: readonly CompiledTarget[],
): Promise<void> {
  const ends = await Promise.allSettled(
    group.map((target) =>
      planOne(
        planning,
        drafts.filter((draft) => isOpen(draft, target)),
        target,
      ),
    ),
  );
  for (const [index, end] of ends.entries()) {
    if (end.status === 'rejected') throw end.reason;
    const name = group[index]?.target.name ?? '';
    for (const [draft, steps] of end.value) {
      draft.trace.push(...steps);
      // Set anew, behind those of the targets before it.
      const plan = draft.plans.get(name);
      if (plan && draft.plans.delete(name)) draft.plans.set(name, plan);
    }
  }
}

/** §4.7: a target that names a failed one is not tried; the others are. */
function isOpen(draft: PlannedRecord, target: CompiledTarget): boolean {
  return (
    !draft.failures.has(target.target.name) &&
    target.uses.every((name) => !draft.failures.has(name) && draft.plans.has(name))
  );
}

/** Plans one target of all these records, their questions together; gives what each asked and was answered. */
async function planOne(
  { context, answers, known }: Planning,
  drafts: readonly PlannedRecord[],
  target: CompiledTarget,
): Promise<ReadonlyMap<PlannedRecord, readonly TraceStep[]>> {
  const traces = new Map(drafts.map((draft): [PlannedRecord, TraceStep[]] => [draft, []]));
  if (drafts.length === 0) return traces;
  const { name } = target.target;
  const scope = context.scopes.of(name);
  const own = ownRows(context, known, target);
  const at = context.flow.targets.indexOf(target);
  const referring = drafts.map((draft) => ({ record: draft.record, variables: variablesOf(context, draft) }));
  const referred = await resolveReferences(context, target, referring);
  await lockstep(
    drafts.map((draft, index) => async (ask: Ask) => {
      const asked: Question[] = [];
      const ofRecord = own(draft.record.key);
      const tracedAsk = traced(name, traces.get(draft) ?? [], ask);
      const { variables } = referring[index] ?? { variables: variablesOf(context, draft) };
      const { references, skip } = referred[index] ?? { references: noReferences };
      const task = { target, entity: scope, record: draft.record, variables, references, own: ofRecord };
      await planInto(draft, task, skip, async (question) => {
        asked.push(question);
        const rows = await tracedAsk(question);
        if (ofRecord.tag) await refuseForeign(context, scope, ofRecord.tag, rows);
        return rows;
      });
      draft.asked.set(name, asked);
      draft.claims[at] = { ...claimed(draft, scope, draft.plans.get(name), asked), after: answers.writes };
    }),
    (questions) => answers.answer(scope, questions),
  );
  return traces;
}

/** What the state knows of the rows of records, in all targets. */
interface Known {
  readonly links: readonly Link[];
  readonly owed: readonly Owed[];
}

async function knownOf(context: FlowContext, drafts: readonly PlannedRecord[]): Promise<Known> {
  const flow = context.flow.flow.name;
  const keys = drafts.map(({ record }) => record.key);
  const hasLists = context.flow.targets.some((target) => target.rows.length > 0);
  return {
    links: await context.state.links(flow, keys),
    owed: hasLists ? await context.state.owed(flow, keys) : [],
  };
}

/** The same of one target. */
function ownRows(context: FlowContext, known: Known, target: CompiledTarget): (key: string) => OwnRows {
  const { name, connection, entity } = target.target;
  const here = known.links.filter(
    (link) => link.target === name && link.connection === connection && link.entity === entity,
  );
  const links = Map.groupBy(here, (link) => link.key);
  const owed = Map.groupBy(
    known.owed.filter((debt) => debt.target === name),
    (debt) => debt.key,
  );
  return (key) => {
    const tag = tagOf(context, target, key);
    return {
      links: (links.get(key) ?? []).map(({ row }) => row),
      owed: owed.get(key) ?? [],
      ...(tag && { tag }),
    };
  };
}

/** Plans one target of one record; a data error fails the target, anything else the run. */
async function planInto(draft: PlannedRecord, task: TargetContext, skip: string | undefined, ask: Ask): Promise<void> {
  const { target } = task;
  const { name } = target.target;
  try {
    draft.plans.set(name, skip === undefined ? await planTarget(task, ask) : skipped(target, skip));
  } catch (thrown) {
    const error = toPipeError(thrown);
    if (error.kind !== 'data') throw error;
    draft.plans.delete(name);
    draft.failures.set(name, error);
  }
}

/** What it refers to is not there: the target is left alone, and somebody should look. */
function skipped(target: CompiledTarget, skip: string): TargetPlan {
  return { target, changes: [], skip, named: [{ name: skip, rows: [], warn: true }], created: false };
}

/** What expressions of a record may name once its earlier targets are planned. */
export function variablesOf(context: FlowContext, { record, plans }: PlannedRecord): Variables {
  const variables: Record<string, Row | undefined> = { ...context.variables, source: record.source };
  for (const [name, plan] of plans) variables[name] = plan.row;
  return variables;
}
