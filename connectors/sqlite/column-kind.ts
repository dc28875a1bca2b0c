import type { FieldType } from '../../engine/index.ts';

/** What we take a declared type for; SQLite itself only knows how it converts (`affinity`). */
export type Kind = 'text' | 'integer' | 'number' | 'exact' | 'boolean' | 'date' | 'datetime' | 'json' | 'bytes' | 'any';

/**
 * Of a column of ours for numbers. A column of NUMERIC or REAL makes a double of `12345678901234567.89`; a type with
 * BLOB in its name converts nothing: what a double holds is stored as a number, longer decimals as the text they are.
 * https://www.sqlite.org/datatype3.html#determination_of_column_affinity
 */
export const exactType = 'DECIMAL BLOB';

/** Text, where `JSON` alone would be NUMERIC to SQLite. */
export const jsonType = 'JSON TEXT';

export function kindOf(declared: string): Kind {
  const type = declared.toUpperCase().replace(/\(.*$/, '').trim();
  if (type === exactType) return 'exact';
  if (type.includes('JSON')) return 'json';
  if (type.startsWith('BOOL')) return 'boolean';
  if (/^(DATETIME|TIMESTAMP)/.test(type)) return 'datetime';
  if (type.startsWith('DATE')) return 'date';
  if (type.includes('INT')) return 'integer';
  if (/CHAR|CLOB|TEXT/.test(type)) return 'text';
  if (type.includes('BLOB')) return 'bytes';
  return /REAL|FLOA|DOUB|NUM|DEC|MONEY/.test(type) ? 'number' : 'any';
}

/** SQLite turns text that looks like a number into one here. */
export function makesNumbers(declared: string): boolean {
  const type = declared.toUpperCase();
  if (type.trim() === '') return false;
  return type.includes('INT') || !/CHAR|CLOB|TEXT|BLOB/.test(type);
}

const fieldTypes: Readonly<Record<Kind, FieldType>> = {
  text: 'text',
  integer: 'integer',
  number: 'number',
  exact: 'number',
  boolean: 'boolean',
  date: 'date',
  datetime: 'datetime',
  json: 'json',
  bytes: 'text',
  any: 'text',
};

export function fieldTypeOf(declared: string): FieldType {
  return fieldTypes[kindOf(declared)];
}
