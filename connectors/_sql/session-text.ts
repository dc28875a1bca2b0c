import type { Template } from '../../engine/index.ts';

/** Another session of the data base, by its number there and what else is known of it: login, program, what it does. */
export function sessionText(id: string, known: readonly string[]): Template {
  const more = known.length > 0 ? ` (${known.join(', ')})` : '';
  return { en: `session ${id}${more}`, ru: `сеанс ${id}${more}` };
}
