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
