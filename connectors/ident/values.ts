import type { Row, Value } from '../../engine/index.ts';

/** A row without what there is not: null never enters. */
export function present(row: Readonly<Record<string, Value | undefined>>): Row {
  const kept: Record<string, Value> = {};
  // Several times for each row of a stream: entries would be made of each field first.
  for (const name of Object.keys(row)) {
    const value = row[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}

/** Registrars leave fields blank rather than empty. */
export function filled(value: Value | undefined): Value | undefined {
  return typeof value === 'string' && value.trim() === '' ? undefined : value;
}

/** Whole ten-thousandths, the unit of `money`: sums of them stay exact. */
export function tenThousandths(amount: Value | undefined): number {
  return Math.round(Number(amount ?? 0) * 10_000);
}

export function amountOf(whole: number): number {
  return whole / 10_000;
}
