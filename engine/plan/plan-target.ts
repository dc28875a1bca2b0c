import type { Row } from '../connector.ts';
import type { CompiledTarget } from '../transform/compiled.ts';
import { placeholder } from './change.ts';
import type { Change, ListChange, TargetPlan } from './change.ts';
import { listChanges } from './child-rows.ts';
import { planErrors } from './errors.ts';
import { createValues, rowAfter, updateValues } from './fields.ts';
import type { TargetRecord } from './fields.ts';
import { allows, judge } from './guard.ts';
import type { Verdict } from './guard.ts';
import { matchTarget } from './match.ts';
import { fieldsFor } from './mapped-fields.ts';
import type { Ask, Match, OwnRows, TargetEntity } from './match.ts';
import { fieldNamed, mayAnswer } from './question.ts';
import { canonical, isEmpty, isMultiField } from './value.ts';

/** All that planning one target of one record needs beside the answers to its questions. */
export interface TargetContext extends TargetRecord {
  readonly own: OwnRows;
}

/** One target of one record: ladder → missing → guards → write policies → difference (language.md §4.3). */
export async function planTarget(context: TargetContext, ask: Ask): Promise<TargetPlan> {
  const { target } = context;
  const match = await matchTarget({ ...context, record: context.record.record }, ask);
  const rung = match.rung === undefined ? {} : { rung: match.rung };
  if (match.refused === 'skip') {
    return { target, ...rung, changes: [], skip: match.rung ?? '', named: match.named, created: false };
  }
  const [found] = match.rows;
  if (!target.fields) return lookUp(context, match, found);
  if (found) return { ...(await planFound(context, match)), ...rung };
  return planMissing(context, match, ask);
}

function lookUp(context: TargetContext, match: Match, found: Row | undefined): TargetPlan {
  const { target } = context;
  if (!found && target.target.missing === 'error') throw missingRow(target);
  return {
    target,
    ...(match.rung !== undefined && { rung: match.rung }),
    changes: [],
    named: match.named,
    created: false,
    ...(found && { row: found }),
  };
}

/** A row that is not there yet may come: the record is tried again. */
function missingRow(target: CompiledTarget): Error {
  return planErrors.missing_row.error({ target: target.target.name }, { retry: true });
}

async function planMissing(context: TargetContext, match: Match, ask: Ask): Promise<TargetPlan> {
  const { target, entity, record, variables } = context;
  const { missing } = target.target;
  if (missing === 'error') throw missingRow(target);
  if (missing === 'skip' && match.refused !== 'create')
    return { target, changes: [], named: match.named, created: false };
  const verdict = await judge(target, record.record, variables, undefined);
  const named = [...match.named, ...verdict.named];
  if (verdict.skip !== undefined) return { target, changes: [], skip: verdict.skip, named, created: false };
  await refuseSecondRow(context, match, ask);
  const mapped = await createValues(context);
  const values = { ...mapped, ...tagValues(context.own, mapped) };
  const lists = await listChanges(context, undefined, verdict);
  const row = { ...values, [entity.description.id]: placeholder(target.target.name, record.key) };
  return { target, changes: [{ operation: 'create', values, lists }], named, row, created: true };
}

/** The fields of the mark are the mapping's where it writes one of them. */
function tagValues({ tag }: OwnRows, mapped: Row): Row {
  const isFree = tag && mapped[tag.originField] === undefined && mapped[tag.field] === undefined;
  return isFree ? { [tag.originField]: tag.origin, [tag.field]: tag.value } : {};
}

/**
 * A row that this record created and that would answer a rung, had it not lost a value the rung asks by: to create another
 * would double it. A row that holds another value, or that a rung met and refused, is the mapping's own decision.
 */
async function refuseSecondRow({ target, entity, own }: TargetContext, { asked, met }: Match, ask: Ask): Promise<void> {
  const { tag, links } = own;
  const unmet = links.filter((key) => !met.has(key));
  if (!tag || unmet.length === 0) return;
  const { id } = entity.description;
  const rows = await ask({ by: { [id]: { anyOf: unmet } } });
  const lost = rows.find(
    (row) => row[tag.field] === tag.value && asked.some((question) => mayAnswer(entity, question, row)),
  );
  if (lost) throw planErrors.own_row_unmatched.error({ target: target.target.name, row: String(lost[id]) });
}

async function planFound(context: TargetContext, match: Match): Promise<TargetPlan> {
  const { target, entity, record } = context;
  const changes: Change[] = [];
  const named = [...match.named];
  let first: Row | undefined;
  let skip: string | undefined;
  for (const found of match.rows) {
    const key = String(found[entity.description.id]);
    const variables = { ...context.variables, found };
    const verdict = await judge(target, record.record, variables, key);
    named.push(...verdict.named);
    if (verdict.skip !== undefined) {
      skip ??= verdict.skip;
      first ??= found;
      const lists = await owedLists(context, found);
      if (lists.length > 0) changes.push({ operation: 'update', key, values: {}, before: found, lists });
      continue;
    }
    const change = await changeOf({ ...context, variables }, found, key, verdict);
    changes.push(change);
    first ??= change.operation === 'update' ? rowAfter(entity, found, change.values) : found;
  }
  return { target, changes, named, created: false, ...(first && { row: first }), ...(skip !== undefined && { skip }) };
}

async function changeOf(context: TargetContext, found: Row, key: string, verdict: Verdict): Promise<Change> {
  const { target, entity, record } = context;
  const values = await updateValues(context, found, verdict);
  const differing = await listChanges(context, found, verdict);
  const lists = [...differing, ...(await owedLists(context, found)).filter((owed) => !isAmong(owed, differing))];
  const kept = keptFields(target, entity, record.record, verdict);
  if (Object.keys(values).length === 0 && lists.length === 0) return { operation: 'unchanged', key, ...kept };
  return { operation: 'update', key, values, before: found, lists, ...kept };
}

/** What guards leave as it is, for people. */
function keptFields(
  target: CompiledTarget,
  entity: TargetEntity,
  record: Row,
  verdict: Verdict,
): { readonly kept?: readonly string[] } {
  if (verdict.keep.size === 0 && !verdict.only) return {};
  const names = [
    ...fieldsFor(target, record, entity.recordFields).map(({ mapping }) => mapping.field),
    ...target.rows.map(({ list }) => list),
  ];
  return { kept: names.filter((name) => !allows(verdict, name)) };
}

/**
 * DL-15: what a create still owes is written though guards and `write` speak of a finished row by now: it is the second
 * half of a write they let pass. Not where somebody has changed the row since, or has given it such rows.
 */
async function owedLists(context: TargetContext, found: Row): Promise<readonly ListChange[]> {
  const { entity, own } = context;
  const key = found[entity.description.id];
  const owed = own.owed.filter(
    ({ row, list, made }) => row === key && isEmpty(found[list]) && isUntouched(entity, made, found),
  );
  if (owed.length === 0) return [];
  const none = { keep: new Set<string>(), named: [] };
  const lists = await listChanges(context, undefined, none);
  return lists.filter(({ list }) => owed.some((one) => one.list === list));
}

function isUntouched({ fields }: TargetEntity, made: Row, found: Row): boolean {
  return Object.entries(made).every(([name, value]) => {
    const field = fieldNamed(fields, name);
    const held = found[name];
    return isMultiField(field) || (!isEmpty(held) && canonical(field, value) === canonical(field, held));
  });
}

function isAmong({ list }: ListChange, lists: readonly ListChange[]): boolean {
  return lists.some((other) => other.list === list);
}
