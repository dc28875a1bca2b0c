import type { Query } from './client.ts';
import type { AccountField } from './fields.ts';
import type { Schema } from './schema.ts';

/** What the filter by a field is called, `filter[custom_fields_values][501]`; undefined: there is none, or not here. */
export function filterOf({ filters, kind }: Schema, field: AccountField): string | undefined {
  if (!filters) return undefined;
  if (field.filter !== undefined) return `filter[${field.filter}]`;
  // Elements of a list can be filtered by their id alone (reference 3.7).
  const isCustom = field.place.kind === 'custom' && kind.form !== 'element' && isSearched(field);
  return isCustom ? `filter[custom_fields_values][${field.place.id}]` : undefined;
}

/** Ranges of days are reported broken, and emptiness cannot be asked for (reference 5). */
export function isSearched({ type }: AccountField): boolean {
  return type === 'text' || type === 'number' || type === 'enum';
}

/** A flag is 1 or 0 there. */
export function filterQuery(name: string, { type }: AccountField, values: readonly string[]): Query {
  const sent = type === 'boolean' ? values.map((value) => (value === 'true' || value === '1' ? '1' : '0')) : values;
  return sent.map((value) => [sent.length > 1 ? `${name}[]` : name, value] as const);
}
