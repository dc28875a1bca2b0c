import type { MultiFieldType } from './fields.ts';
import type { Stored } from './values.ts';

/** One phone, mail, site… with an id of its own, counted over the whole portal (reference §5.4, §11.5.9). */
export interface MultiValue {
  readonly id: number;
  readonly type: MultiFieldType;
  readonly valueType: string;
  readonly value: string;
}

/** A record as kept. Rows are never changed in place: a change is a new row with the same id. */
export interface Row {
  readonly id: number;
  readonly values: Readonly<Record<string, Stored>>;
  readonly multi: readonly MultiValue[];
}

/** What a field of this row holds; phones and mails hold the texts of their values. */
export function storedOf(row: Row, name: string): Stored {
  if (name === 'ID') return row.id;
  const value = row.values[name];
  if (value !== undefined) return value;
  if (row.multi.length === 0) return null;
  const texts = row.multi.filter(({ type }) => type === name).map((multi) => multi.value);
  return texts.length > 0 ? texts : null;
}

const layouts = new Map<string, Row['values']>();

/**
 * The same values in an object laid out at once. One that grew key by key is a hash table to V8, and a million of those
 * do not fit: the parser of JSON makes the first of each kind, and the rest are clones of it.
 */
export function compactValues(values: Row['values']): Row['values'] {
  const names = Object.keys(values);
  const kind = names.join();
  const layout = layouts.get(kind) ?? layoutOf(names);
  layouts.set(kind, layout);
  const compact: Record<string, Stored> = { ...layout };
  for (const name of names) compact[name] = values[name] ?? null;
  return compact;
}

function layoutOf(names: readonly string[]): Row['values'] {
  return JSON.parse(`{${names.map((name) => `${JSON.stringify(name)}:null`).join()}}`) as Row['values'];
}
