import type { FoundRow, Question, Wanted } from '../../engine/index.ts';
import { comparable, comparablesOf, satisfies } from './compare.ts';
import type { Param, Params } from './command.ts';
import { optionId } from './options.ts';
import type { PortalField, Schema } from './schema.ts';

/**
 * Questions that can be asked together: they want the same of all fields but one, and differ in the values of that
 * one. `{CONTACT_ID: 5, CATEGORY_ID: 0}` and `{CONTACT_ID: 7, CATEGORY_ID: 0}` fold over CONTACT_ID.
 */
export interface Fold {
  readonly schema: Schema;
  /** Undefined: nothing but emptiness is asked for, and one command asks for all of it. */
  readonly over: PortalField | undefined;
  /** What every question of the fold wants beside it. */
  readonly rest: ReadonlyMap<PortalField, Wanted>;
  /** Values of `over`, once each, as the portal takes them. */
  readonly values: readonly string[];
  readonly members: readonly Member[];
  /** Every question of the fold wants rows after this one. */
  readonly above: string;
}

export interface Member {
  /** Place among the questions of the call. */
  readonly index: number;
  readonly wanted: ReadonlyMap<PortalField, Wanted>;
  /** Only rows after this one; '0' for all. */
  readonly above: string;
}

/** The question with fields looked up and options by id. Throws a PipeError for what the portal does not have. */
export function resolve(schema: Schema, question: Question, index: number): Member {
  const entries = Object.entries(question.by);
  if (entries.length === 0) throw new Error('a question without fields');
  const wanted = new Map(entries.map(([name, one]) => [schema.field(name), one] as const));
  const { above = '0' } = question;
  return { index, above, wanted: new Map([...wanted].map(([field, one]) => [field, withOptionIds(field, one)])) };
}

function withOptionIds(field: PortalField, wanted: Wanted): Wanted {
  if ('empty' in wanted || field.type !== 'enum') return wanted;
  return { anyOf: wanted.anyOf.map((one) => optionId(field, one)) };
}

/** As few folds as the questions allow. */
export function fold(schema: Schema, members: readonly Member[]): readonly Fold[] {
  const alike = Map.groupBy(members, ({ wanted, above }) => `${above} ${shapeOf(wanted)}`);
  return [...alike.values()].flatMap((group) => {
    const over = foldField(group);
    const folds = Map.groupBy(group, ({ wanted }) => restKey(wanted, over));
    return [...folds.values()].map((same) => makeFold(schema, over, same));
  });
}

function shapeOf(wanted: Member['wanted']): string {
  return JSON.stringify(byName(wanted).map(([name, one]) => [name, 'empty' in one]));
}

/** In one order, whichever the question has: equal wants have equal text. */
function byName(wanted: Member['wanted']): readonly (readonly [string, Wanted])[] {
  return [...wanted].map(([{ name }, one]) => [name, one] as const).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** A phone or mail has a search of its own; else the field that varies most is the one to fold over. */
function foldField(group: readonly Member[]): PortalField | undefined {
  const asked = [...(group[0]?.wanted ?? [])].flatMap(([field, one]) => ('empty' in one ? [] : [field]));
  const searched = asked.find(isSearched);
  if (searched) return searched;
  const variety = (field: PortalField): number => new Set(group.flatMap((member) => valuesOf(member, field))).size;
  return asked.sort((a, b) => variety(b) - variety(a))[0];
}

export function isSearched({ type }: PortalField): boolean {
  return type === 'phones' || type === 'emails';
}

function restKey(wanted: Member['wanted'], over: PortalField | undefined): string {
  return JSON.stringify(byName(wanted).filter(([name]) => name !== over?.name));
}

function makeFold(schema: Schema, over: PortalField | undefined, members: readonly Member[]): Fold {
  const rest = new Map([...(members[0]?.wanted ?? [])].filter(([field]) => field !== over));
  const values = over ? new Set(members.flatMap((member) => valuesOf(member, over))) : [];
  return { schema, over, rest, values: [...values], members, above: members[0]?.above ?? '0' };
}

function valuesOf({ wanted }: Member, field: PortalField): readonly string[] {
  const one = wanted.get(field);
  return one === undefined || 'empty' in one ? [] : one.anyOf.map((value) => filterValue(field, value));
}

/** User fields of type boolean are filtered by 1 and 0, flags of type char by Y and N. */
function filterValue(field: PortalField, value: string | number | boolean): string {
  if (field.type === 'boolean') return comparable(field, value);
  if (typeof value === 'boolean') return value ? 'Y' : 'N';
  return String(value);
}

/** The filter for what all questions of the fold want. Phones and mails cannot be filtered reliably: they are checked. */
export function restFilter({ rest }: Fold): Params {
  const filter: Record<string, Param> = {};
  for (const [field, one] of rest) {
    if (isSearched(field)) continue;
    if ('empty' in one) filter[`=${field.name}`] = '';
    else filter[`@${field.name}`] = one.anyOf.map((value) => filterValue(field, value));
  }
  return filter;
}

/** Whether the row came through the filter of these values, compared as loosely as the portal does (DL-3). */
export function isHonoured({ over, rest }: Fold, values: readonly string[], row: FoundRow): boolean {
  if (over && !satisfies(over, row.values[over.name], { anyOf: values }, true)) return false;
  return [...rest].every(([field, one]) => isSearched(field) || satisfies(field, row.values[field.name], one, true));
}

/** The questions of the fold that a row answers. */
export function indexMembers({ over, members }: Fold): (row: FoundRow) => readonly Member[] {
  if (!over) return (row) => members.filter((member) => answers(member, row));
  const byValue = new Map<string, Set<Member>>();
  for (const member of members) {
    for (const value of valuesOf(member, over)) {
      const form = comparable(over, value);
      byValue.set(form, (byValue.get(form) ?? new Set()).add(member));
    }
  }
  return (row) => {
    const forms = comparablesOf(over, row.values[over.name]);
    const candidates = new Set(forms.flatMap((form) => [...(byValue.get(form) ?? [])]));
    return [...candidates].filter((member) => answers(member, row));
  };
}

function answers({ wanted, above }: Member, row: FoundRow): boolean {
  if (Number(row.key) <= Number(above)) return false;
  return [...wanted].every(([field, one]) => satisfies(field, row.values[field.name], one, false));
}

/** The questions that hang on these values of the fold. */
export function askedBy({ over, members }: Fold, values: readonly string[]): readonly Member[] {
  if (!over) return members;
  const asked = new Set(values);
  return members.filter((member) => valuesOf(member, over).some((value) => asked.has(value)));
}
