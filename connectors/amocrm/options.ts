import type { FieldOption } from '../../engine/index.ts';
import { errors } from './errors.ts';

/** The id of an option given by its id or by its exact text: the vendor takes nothing else (reference 4). */
export function optionId(field: string, options: readonly FieldOption[], given: string | number | boolean): string {
  const wanted = String(given);
  if (options.some(({ id }) => id === wanted)) return wanted;
  const [only, another] = options.filter(({ text }) => text === wanted);
  if (only !== undefined && another === undefined) return only.id;
  throw errors.unknown_option.error({ value: wanted.slice(0, 60), field, options: listed(options) });
}

function listed(options: readonly FieldOption[]): string {
  const names = options.slice(0, 30).map(({ text }) => text);
  return names.join(', ') + (options.length > names.length ? ', …' : '');
}
