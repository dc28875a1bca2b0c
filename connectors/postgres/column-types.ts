import type { Field, FieldType, Value } from '../../engine/index.ts';
import { errors } from '../_sql/errors.ts';
import type { Column } from '../_sql/table.ts';

/** A type without its length, `character varying(50)` → `character varying`: a cast to it cuts and rounds nothing. */
export function bare(type: string): string {
  const name = type.replace(/\s*\(\s*\d+(\s*,\s*-?\d+)?\s*\)/, '');
  return name === 'character'
    ? 'bpchar'
    : name.replace(/^character\[\]/, 'bpchar[]').replace(/^bit\b(?! )/, 'bit varying');
}

const naive = 'timestamp without time zone';

const fieldTypes: Readonly<Record<string, FieldType>> = {
  smallint: 'integer',
  integer: 'integer',
  bigint: 'integer',
  numeric: 'number',
  real: 'number',
  'double precision': 'number',
  boolean: 'boolean',
  date: 'date',
  'timestamp without time zone': 'datetime',
  'timestamp with time zone': 'datetime',
  json: 'json',
  jsonb: 'json',
};

export function isList(type: string): boolean {
  return type.endsWith('[]');
}

export function isJson(type: string): boolean {
  return type === 'json' || type === 'jsonb';
}

export function fieldOf({ name, type, nullable, hasDefault, generated, comment }: Column): Field {
  const element = bare(type.replace(/(\[\])+$/, ''));
  return {
    name,
    type: fieldTypes[element] ?? 'text',
    ...(isList(type) && { multiple: true }),
    ...(element === naive && { naive: true }),
    optional: nullable,
    ...(!nullable && !hasDefault && { required: true }),
    ...(generated && { readOnly: true }),
    ...(comment !== undefined && { title: comment }),
  };
}

export function typeOf(field: Field): string {
  if (field.multiple === true) return 'jsonb';
  switch (field.type) {
    case 'text':
    case 'id':
    case 'enum':
      return 'text';
    case 'integer':
      return 'bigint';
    case 'number':
      return 'numeric';
    case 'boolean':
      return 'boolean';
    case 'date':
      return 'date';
    case 'datetime':
      return field.naive ? naive : 'timestamp with time zone';
    case 'phones':
    case 'emails':
    case 'json':
      return 'jsonb';
    default:
      return field.type satisfies never;
  }
}

const whole = ['smallint', 'integer', 'bigint'];
const broken = ['numeric', 'real', 'double precision'];
const stamps = ['timestamp without time zone', 'timestamp with time zone'];
/** Types people gave on purpose, whose text form is what comes: a value that is none is refused with its row. */
const closed = new Set([...whole, ...broken, ...stamps, 'boolean', 'date', 'json', 'jsonb', 'bytea']);

/** Which column takes the field as it is, which is to be widened; lengths people set on purpose stay. */
export function widened({ type }: Column, field: Field): 'fits' | { readonly type: string } | undefined {
  const held = bare(type);
  const wanted = typeOf(field);
  if (isList(held)) return field.multiple === true ? 'fits' : undefined;
  const isText = held === 'text' || held === 'character varying' || held === 'bpchar' || held === 'citext';
  if (isText || held === wanted) return 'fits';
  switch (wanted) {
    case 'text': {
      // Ids and options are texts of digits to us, and numbers to those who made the column.
      const isNumber = whole.includes(held) || broken.includes(held);
      if (isNumber) return field.type === 'text' ? { type: 'text' } : 'fits';
      return closed.has(held) ? undefined : 'fits';
    }
    case 'bigint':
      if (broken.includes(held)) return 'fits';
      return whole.includes(held) ? { type: wanted } : undefined;
    case 'numeric':
      if (broken.includes(held)) return 'fits';
      return whole.includes(held) ? { type: wanted } : undefined;
    case 'date':
      return stamps.includes(held) ? 'fits' : undefined;
    case naive:
    case 'timestamp with time zone':
      if (stamps.includes(held)) return 'fits';
      return held === 'date' ? { type: wanted } : undefined;
    default:
      return isJson(held) && wanted === 'jsonb' ? 'fits' : undefined;
  }
}

/** What values of a type look like: where one does not, PostgreSQL could not say which column it was for. */
const looks: Readonly<Record<string, RegExp>> = {
  smallint: /^\s*[+-]?\d+\s*$/,
  integer: /^\s*[+-]?\d+\s*$/,
  bigint: /^\s*[+-]?\d+\s*$/,
  numeric: /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$|^NaN$/i,
  'double precision': /^\s*[+-]?(\d+\.?\d*|\.\d+|inf(inity)?)(e[+-]?\d+)?\s*$|^NaN$/i,
  boolean: /^\s*(t(r(u(e)?)?)?|f(a(l(s(e)?)?)?)?|y(e(s)?)?|no?|on|of(f)?|0|1)\s*$/i,
  date: /^\s*(\d{4,}-\d\d?-\d\d?|-?infinity)/,
  'timestamp without time zone': /^\s*(\d{4,}-\d\d?-\d\d?|-?infinity)/,
  'timestamp with time zone': /^\s*(\d{4,}-\d\d?-\d\d?|-?infinity)/,
  uuid: /^[\s{]*[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}[\s}]*$/i,
};

/** The value in the text its column reads; throws `sql.value_type` where it certainly is none. */
export function checkedText(column: Column, value: Value): string {
  const text = encoderOf(column.type)(value);
  const look = looks[bare(column.type)];
  if (text.includes('\0') || !text.isWellFormed() || (look && !look.test(text)))
    throw errors.value_type.error({ column: column.name, type: column.type });
  return text;
}

/** How values are written for a column of this type. */
export function encoderOf(type: string): (value: Value) => string {
  if (isJson(type)) return (value) => JSON.stringify(value);
  if (isList(type)) return listText;
  return plainText;
}

function plainText(value: Value): string {
  if (typeof value === 'string') return value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO */
function listText(value: Value): string {
  if (!Array.isArray(value)) return typeof value === 'string' && value.startsWith('{') ? value : listText([value]);
  const parts: readonly Value[] = value;
  return `{${parts.map((part) => (Array.isArray(part) ? listText(part) : inQuotes(plainText(part)))).join(',')}}`;
}

function inQuotes(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
