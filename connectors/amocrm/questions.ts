import { phoneKey, type FoundRow, type Question, type Wanted } from '../../engine/index.ts';
import { satisfies } from './compare.ts';
import { errors } from './errors.ts';
import type { AccountField } from './fields.ts';
import { filterOf, isSearched } from './filters.ts';
import { optionId } from './options.ts';
import type { Schema } from './schema.ts';

/** A question with its fields looked up and options by id. */
export interface Member {
  /** Place among the questions of the call. */
  readonly index: number;
  readonly wanted: ReadonlyMap<AccountField, Wanted>;
  /** Only rows after this one. */
  readonly above: number | undefined;
}

/** Throws a PipeError for what the account does not have. */
export function resolve(schema: Schema, { by, above }: Question, index: number): Member {
  const wanted = Object.entries(by).map(([name, one]) => {
    const field = schema.field(name);
    return [field, withOptionIds(field, one)] as const;
  });
  return { index, wanted: new Map(wanted), above: above === undefined ? undefined : Number(above) };
}

function withOptionIds({ name, type, options = [] }: AccountField, wanted: Wanted): Wanted {
  if ('empty' in wanted || type !== 'enum') return wanted;
  return { anyOf: wanted.anyOf.map((one) => optionId(name, options, one)) };
}

/** How the rows that may answer a question are got at. */
export type Way =
  | { readonly kind: 'above' }
  | { readonly kind: 'ids'; readonly field: AccountField }
  /** Over the rows they are linked with. */
  | { readonly kind: 'links'; readonly field: AccountField }
  /** `beside`: a field whose filter goes with it. */
  | { readonly kind: 'filter'; readonly field: AccountField; readonly beside?: AccountField }
  /** `query=`: any field that holds the text (reference 5, 7). */
  | { readonly kind: 'search'; readonly field: AccountField };

/** The narrowest way there is. Throws `cannot_ask` where only the whole account could be read through. */
export function wayOf(schema: Schema, { wanted, above }: Member): Way {
  const asked = [...wanted].flatMap(([field, one]) => ('empty' in one ? [] : [field]));
  const byName = (name: string): AccountField | undefined =>
    asked.find((field) => field.place.kind === 'plain' && field.name === name);
  const id = byName('id');
  if (id) return { kind: 'ids', field: id };
  // No search index and no filter has to be trusted there (DL-12).
  if (above !== undefined) return { kind: 'above' };
  const owner = byName('entity_id');
  // Numbers of a contact and of a lead may be the same.
  const beside = byName('entity_type');
  if (owner && (beside || schema.kind.form === 'note'))
    return { kind: 'filter', field: owner, ...(beside && { beside }) };
  const link = asked.find(({ place, type }) => place.kind === 'links' && type === 'id');
  const custom = asked.find((field) => field.place.kind === 'custom' && isSearched(field));
  const communication = asked.find(({ type }) => type === 'phones' || type === 'emails');
  if (custom && filterOf(schema, custom) !== undefined) return { kind: 'filter', field: custom };
  if (link) return { kind: 'links', field: link };
  const searched = communication ?? custom ?? byName('name');
  if (searched) return { kind: 'search', field: searched };
  const fields = [...wanted.keys()].map(({ name }) => name).join(', ');
  throw errors.cannot_ask.error({ entity: schema.kind.name, fields });
}

export function valuesOf(members: readonly Member[], field: AccountField): readonly string[] {
  const values = members.flatMap(({ wanted }) => {
    const one = wanted.get(field);
    return one === undefined || 'empty' in one ? [] : one.anyOf.map(String);
  });
  return [...new Set(values)];
}

/**
 * What `query=` is given. Of a Russian phone its last ten digits: +7… and 8… are different to the system (reference 7).
 * Of an option its text, for that is what rows hold.
 */
export function searchText({ type, options = [] }: AccountField, value: string): string {
  if (type === 'enum') return options.find(({ id }) => id === value)?.text ?? value;
  if (type !== 'phones') return value.trim();
  const key = phoneKey(value);
  return /^\d+$/.test(key) ? key.slice(-10) : key;
}

export function isAnswer({ wanted, above }: Member, { key, values }: FoundRow): boolean {
  if (above !== undefined && !(Number(key) > above)) return false;
  return [...wanted].every(([field, one]) => satisfies(field, values[field.name], one));
}
