import type { EntityDescription, Question, Row, Value, Wanted } from '../connector.ts';
import type { CompiledField, CompiledRung, CompiledTarget, Variables } from '../transform/compiled.ts';
import { typeName } from '../transform/values.ts';
import type { NamedRows } from './change.ts';
import { planErrors } from './errors.ts';
import { fieldsFor, fieldValue } from './mapped-fields.ts';
import type { References } from './mapped-fields.ts';
import { fieldNamed, satisfies } from './question.ts';
import type { Fields } from './question.ts';
import { canonical, isEmpty, isMultiField, listOf, multiValues } from './value.ts';

/** Answers one question about the target's entity; rejects when that cannot be said. */
export type Ask = (question: Question) => Promise<readonly Row[]>;

/** The entity a target writes to, described. */
export interface TargetEntity {
  readonly description: EntityDescription;
  readonly fields: Fields;
  /** With `fields: all`, what the records of the flow are known to have: where one lacks it, it has no value. */
  readonly recordFields?: ReadonlySet<string>;
}

/** The engine's own mark of what one record creates in one target: whose it is, and which record's (DL-12). */
export interface Tag {
  readonly field: string;
  readonly value: string;
  readonly originField: string;
  readonly origin: string;
}

/** What this installation knows of the rows of one record: the mark it leaves on what it creates, and where it wrote before. */
export interface OwnRows {
  readonly tag?: Tag;
  /** Keys of the rows the record was written to, newest first. */
  readonly links: readonly string[];
  /** Child lists that were not sent after their row was created, and what it was created with (DL-15). */
  readonly owed: readonly { readonly row: string; readonly list: string; readonly made: Row }[];
}

export interface Match {
  /** Name of the rung that decided; undefined: none matched. */
  readonly rung?: string;
  /** The matched rows, best first; more than one only with `many: all`. */
  readonly rows: readonly Row[];
  /** A rung refused all its rows: create though later rungs might match, or skip. */
  readonly refused?: 'create' | 'skip';
  readonly named: readonly NamedRows[];
  /** What the rungs asked, up to the one that decided. */
  readonly asked: readonly Question[];
  /** Keys of all rows that answered, accepted or not. */
  readonly met: ReadonlySet<string>;
}

/** What the ladder of one target of one record is climbed with, beside the answers. */
export interface Climb {
  readonly target: CompiledTarget;
  readonly entity: TargetEntity;
  readonly record: Row;
  readonly variables: Variables;
  readonly references: References;
  readonly own: OwnRows;
}

/** The ladder of a target (language.md §4.3): by → where → prefer → order → many, rung after rung. */
export async function matchTarget(climb: Climb, ask: Ask): Promise<Match> {
  const { target, entity, record, variables } = climb;
  const met = new Set<string>();
  const asked: Question[] = [];
  for (const [index, rung] of rungsOf(target, climb.own).entries()) {
    const question = await questionOf(rung, climb);
    if (!question) continue;
    asked.push(question);
    const answered = await ask(question);
    const found = rung.rung.byLink ? await stillOurs(answered, climb) : answered;
    if (found.length === 0) continue;
    for (const row of found) met.add(String(row[entity.description.id]));
    const accepted = await filterRows(found, rung.where, record, variables);
    if (accepted.length === 0) {
      if (rung.rung.refused === 'next') continue;
      return { rung: rung.rung.name, rows: [], refused: rung.rung.refused, named: [], asked, met };
    }
    const preferred = await filterRows(accepted, rung.prefer, record, variables);
    return { ...choose(rung, index, target, entity, preferred.length > 0 ? preferred : accepted), asked, met };
  }
  return { rows: [], named: [], asked, met };
}

/** What a record will ask first of all at a target; `unplanned`: targets whose rows nobody knows yet. */
export async function firstQuestion(climb: Climb, unplanned: ReadonlySet<string>): Promise<Question | undefined> {
  for (const rung of rungsOf(climb.target, climb.own)) {
    if (rung.byUses.some((name) => unplanned.has(name))) return undefined;
    const question = await questionOf(rung, climb);
    if (question) return question;
  }
  return undefined;
}

/** A target without key and match has the engine's own tag for its identity (language.md §3). */
function rungsOf(target: CompiledTarget, { tag }: OwnRows): readonly CompiledRung[] {
  if (target.rungs.length > 0 || !tag) return target.rungs;
  const { place } = target.target;
  const value = { kind: 'mapped' as const };
  const rung = { name: 'tag', place, by: [], refused: 'next' as const, order: [], many: 'newest' as const };
  return [{ rung, byUses: [], whereReads: [], by: [{ field: tag.field, place, value, evaluate: () => tag.value }] }];
}

/** DL-2: a link is a candidate, believed while its row carries our tag or answers another rung. */
async function stillOurs(linked: readonly Row[], climb: Climb): Promise<readonly Row[]> {
  const { tag } = climb.own;
  const others: Question[] = [];
  for (const rung of climb.target.rungs) {
    const question = rung.rung.byLink ? undefined : await questionOf(rung, climb);
    if (question) others.push(question);
  }
  return linked.filter(
    (row) =>
      (tag && row[tag.field] === tag.value) || others.some((question) => satisfies(climb.entity.fields, question, row)),
  );
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
async function questionOf(rung: CompiledRung, climb: Climb): Promise<Question | undefined> {
  const { target, entity, record, variables, own } = climb;
  if (rung.rung.byLink) {
    return own.links.length > 0 ? { by: { [entity.description.id]: { anyOf: own.links } } } : undefined;
  }
  const by: Record<string, Wanted> = {};
  for (const asked of rung.by) {
    if (asked.value.kind === 'empty') {
      by[asked.field] = { empty: true };
      continue;
    }
    const value = asked.evaluate ? await asked.evaluate(record, variables) : await mappedValue(climb, asked.field);
    const anyOf = wantedValues(rung, target, asked.field, value, entity);
    if (anyOf.length === 0) return undefined;
    by[asked.field] = { anyOf };
  }
  return { by };
}

async function mappedValue({ target, record, variables, references }: Climb, name: string): Promise<Value | undefined> {
  const isNamed = (candidate: CompiledField) => candidate.mapping.field === name;
  const field = target.fields?.find(isNamed) ?? fieldsFor(target, record).find(isNamed);
  return field ? fieldValue(field, record, variables, references) : undefined;
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
      kind: typeName(item),
    });
  });
}

function choose(
  rung: CompiledRung,
  index: number,
  target: CompiledTarget,
  entity: TargetEntity,
  rows: readonly Row[],
): Omit<Match, 'asked' | 'met'> {
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
  if (sorted.length > 1 && warnMany !== undefined) named.push({ name: warnMany, rows: keys, warn: true });
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
