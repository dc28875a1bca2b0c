import type { FieldOption } from '../../engine/index.ts';
import { errors } from './errors.ts';
import type { PortalField } from './schema.ts';

/** The id of an option given by id or by text. Without options (a book that could not be read) it is taken as given. */
export function optionId(field: PortalField, given: string | number | boolean): string {
  const wanted = String(given);
  const options = field.options ?? [];
  if (options.length === 0 || options.some(({ id }) => id === wanted)) return wanted;
  const called = options.filter(({ text }) => text === wanted);
  const [only] = called;
  // "New" is a stage of every funnel: only its id says which one is meant.
  if (only !== undefined && called.length === 1) return only.id;
  throw errors.unknown_option.error({
    value: wanted.slice(0, 60),
    field: field.name,
    options: listed(called, options),
  });
}

function listed(called: readonly FieldOption[], options: readonly FieldOption[]): string {
  const shown = called.length > 0 ? called : options;
  const names = shown.slice(0, 30).map(({ id, text }) => `${id} (${text})`);
  return names.join(', ') + (shown.length > names.length ? ', …' : '');
}
