import type { Row } from '../../../engine/index.ts';

/** All professions of a doctor in one text, in an order of their own (T9). */
export function specialityOf(professions: readonly Row[]): string | undefined {
  const names = professions.map((row) => String(row['profession'] ?? '')).filter((name) => name !== '');
  return names.length === 0 ? undefined : names.sort().join(', ');
}
