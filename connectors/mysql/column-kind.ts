import type { FieldType } from '../../engine/index.ts';

/** What a type of MySQL holds, as far as values are written and read differently. */
export type Kind =
  | 'integer'
  | 'decimal'
  | 'double'
  | 'boolean'
  | 'bits'
  | 'text'
  | 'bytes'
  | 'date'
  | 'datetime'
  | 'timestamp'
  | 'time'
  | 'json';

/** BOOLEAN is a name for tinyint(1): https://dev.mysql.com/doc/refman/8.0/en/numeric-type-syntax.html */
export function kindOf(type: string): Kind {
  const whole = type.toLowerCase();
  if (/^(tinyint|bit)\(1\)$/.test(whole)) return whole.startsWith('bit') ? 'bits' : 'boolean';
  return kinds.get(/^\w+/.exec(whole)?.[0] ?? '') ?? 'text';
}

const kinds: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ...(['tinyint', 'smallint', 'mediumint', 'int', 'integer', 'bigint', 'year'] as const).map((name): [string, Kind] => [
    name,
    'integer',
  ]),
  ['decimal', 'decimal'],
  ['numeric', 'decimal'],
  ['float', 'double'],
  ['double', 'double'],
  ['real', 'double'],
  ['bit', 'bits'],
  ...(['binary', 'varbinary', 'tinyblob', 'blob', 'mediumblob', 'longblob'] as const).map((name): [string, Kind] => [
    name,
    'bytes',
  ]),
  ['date', 'date'],
  ['datetime', 'datetime'],
  ['timestamp', 'timestamp'],
  ['time', 'time'],
  ['json', 'json'],
]);

const fieldTypes: Readonly<Record<Kind, FieldType>> = {
  integer: 'integer',
  decimal: 'number',
  double: 'number',
  boolean: 'boolean',
  bits: 'integer',
  text: 'text',
  bytes: 'text',
  date: 'date',
  datetime: 'datetime',
  timestamp: 'datetime',
  time: 'text',
  json: 'json',
};

export function fieldTypeOf(type: string): FieldType {
  return type.toLowerCase() === 'bit(1)' ? 'boolean' : fieldTypes[kindOf(type)];
}
