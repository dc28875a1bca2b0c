import type { EntityDescription, Question, Row, Value, Wanted } from '../connector.ts';
import type { CompiledField, CompiledRung, CompiledTarget, Variables } from '../transform/compiled.ts';
import type { NamedRows } from './change.ts';
import { planErrors } from './errors.ts';
import { fieldNamed } from './question.ts';
import type { Fields } from './question.ts';
import { canonical, isEmpty, isMultiField, listOf, multiValues } from './value.ts';

/** Answers one question about the target's entity; rejects when that cannot be said. */
export type Ask = (question: Question) => Promise<readonly Row[]>;

/** The entity a target writes to, described. */
export interface TargetEntity {
  readonly description: EntityDescription;
  readonly fields: Fields;
}

export interface Match {
  /** Name of the rung that decided; undefined: none matched. */
  readonly rung?: string;
  /** The matched rows, best first; more than one only with `many: all`. */
  readonly rows: readonly Row[];
  /** A rung refused all its rows: create though later rungs might match, or skip. */
  readonly refused?: 'create' | 'skip';
  readonly named: readonly NamedRows[];
}

/** The ladder of a target (language.md §4.3): by → where → prefer → order → many, rung after rung. */
export async function matchTarget(
  target: CompiledTarget,
  entity: TargetEntity,
  record: Row,
  variables: Variables,
  ask: Ask,
): Promise<Match> {
  for (const [index, rung] of target.rungs.entries()) {
    const question = await questionOf(rung, target, entity, record, variables);
    if (!question) continue;
    const found = await ask(question);
    if (found.length === 0) continue;
    const accepted = await filterRows(found, rung.where, record, variables);
    if (accepted.length === 0) {
      if (rung.rung.refused === 'next') continue;
      return { rung: rung.rung.name, rows: [], refused: rung.rung.refused, named: [] };
    }
    const preferred = await filterRows(accepted, rung.prefer, record, variables);
    return choose(rung, index, target, entity, preferred.length > 0 ? preferred : accepted);
  }
  return { rows: [], named: [] };
}

async function filterRows(
  rows: readonly Row[],
  test: CompiledRung['where'],
  record: Row,
  variables: Variables,
): Promise<readonly Row[]> {
  if (!test) return rows;
  const accepted: Row[] = [];
  for (const row of rows) if (await test(record, { ...variables, found: row })) accepted.push(row);
  return accepted;
}

/** §4.4: an expression that yields nothing or "" skips the rung; it never means "is empty" and never drops the filter. */
async function questionOf(
  rung: CompiledRung,
  target: CompiledTarget,
  entity: TargetEntity,
  record: Row,
  variables: Variables,
): Promise<Question | undefined> {
  const by: Record<string, Wanted> = {};
  for (const asked of rung.by) {
    if (asked.value.kind === 'empty') {
      by[asked.field] = { empty: true };
      continue;
    }
    const value = asked.evaluate
      ? await asked.evaluate(record, variables)
      : await mappedValue(target, asked.field, record, variables);
    const anyOf = wantedValues(rung, target, asked.field, value, entity);
    if (anyOf.length === 0) return undefined;
    by[asked.field] = { anyOf };
  }
  return { by };
}

async function mappedValue(
  target: CompiledTarget,
  name: string,
  record: Row,
  variables: Variables,
): Promise<Value | undefined> {
  const field = target.fields?.find((candidate) => candidate.mapping.field === name);
  return field ? fieldValue(field, record, variables) : undefined;
}

/** What a mapped field would hold: one value, or the list of its items that have one. */
export async function fieldValue(field: CompiledField, record: Row, variables: Variables): Promise<Value | undefined> {
  const [only] = field.items;
  if (field.items.length === 1 && only && only.type === undefined) return only.evaluate(record, variables);
  const entries: Value[] = [];
  for (const item of field.items) {
    for (const value of listOf(await item.evaluate(record, variables))) {
      if (!isEmpty(value)) entries.push(item.type === undefined ? value : { value: textOf(value), type: item.type });
    }
  }
  return entries.length > 0 ? entries : undefined;
}

function textOf(value: Value): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function wantedValues(
  rung: CompiledRung,
  target: CompiledTarget,
  name: string,
  value: Value | undefined,
  entity: TargetEntity,
): readonly (string | number | boolean)[] {
  const field = fieldNamed(entity.fields, name);
  const items = isMultiField(field) ? multiValues(value).map((entry) => entry.value ?? '') : listOf(value);
  return items.flatMap((item) => {
    if (isEmpty(item)) return [];
    if (typeof item !== 'object') return [field.type === 'enum' ? canonical(field, item) : item];
    throw planErrors.question_not_scalar.error({
      rung: rung.rung.name,
      target: target.target.name,
      field: name,
      type: typeof item,
    });
  });
}

function choose(
  rung: CompiledRung,
  index: number,
  target: CompiledTarget,
  entity: TargetEntity,
  rows: readonly Row[],
): Match {
  const { name, many, warnMany } = rung.rung;
  const id = entity.description.id;
  const sorted = sortRows(rung, entity, rows);
  const [best] = sorted;
  const keys = sorted.map((row) => String(row[id]));
  if (sorted.length > 1 && many === 'error') {
    throw planErrors.many_rows.error({
      rung: name,
      target: target.target.name,
      count: sorted.length,
      rows: keys.slice(0, 10).join(', '),
    });
  }
  const named: NamedRows[] = [];
  if (sorted.length > 1 && warnMany !== undefined) named.push({ name: warnMany, rows: keys });
  if (index > 0 && target.fields && best) named.push({ name, rows: keys.slice(0, 1) });
  return { rung: name, rows: many === 'all' ? sorted : best ? [best] : [], named };
}

/** `order` decides; without one, newest and oldest go by the target's own key, which both vendors give in sequence. */
function sortRows(rung: CompiledRung, entity: TargetEntity, rows: readonly Row[]): readonly Row[] {
  const { order, many } = rung.rung;
  const byKey = { field: entity.description.id, descending: many === 'newest' };
  const keys = [...order, byKey];
  return [...rows].sort((a, b) => {
    for (const { field, descending } of keys) {
      const difference = compareValues(fieldNamed(entity.fields, field).type, a[field], b[field]);
      if (difference !== 0) return descending ? -difference : difference;
    }
    return 0;
  });
}

function compareValues(type: string, a: Value | undefined, b: Value | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  const [x, y] =
    type === 'datetime' || type === 'date' ? [Date.parse(String(a)), Date.parse(String(b))] : [Number(a), Number(b)];
  if (!Number.isNaN(x) && !Number.isNaN(y)) return x - y;
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
}
