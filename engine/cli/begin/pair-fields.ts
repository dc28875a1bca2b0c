import type { EntityDescription, Field, FieldType } from '../../connector.ts';
import { folded, likeness } from './words.ts';

/** A column of the source, the field of the target it goes into, and the expression that makes one of the other. */
export interface Pair {
  readonly column: Field;
  readonly field: Field;
  readonly expression: string;
}

/** Fields that a mapping may write, each by one name. */
export function writable({ fields, id, tag }: EntityDescription, isTable: boolean): readonly Field[] {
  const names = new Set(fields.map(({ name }) => name));
  return fields.filter(({ name, title, readOnly }) => {
    // A field that goes by its code too is there twice, titled as it is called.
    const isAlias = !isTable && title !== undefined && title !== name && names.has(title);
    const isMark = name === tag?.origin || name === tag?.key;
    return readOnly !== true && !isAlias && !isMark && (isTable || name !== id);
  });
}

/** What is called alike first, then what means the same; each column and each field once. */
export function pairFields(columns: readonly Field[], fields: readonly Field[]): readonly Pair[] {
  const pairs: Pair[] = [];
  const hasFirstName = fields.some(({ name }) => folded(name) === 'firstname');
  // Beside a field for the first name, `name` is the whole of it.
  const isPart = (column: Field, { name }: Field): boolean =>
    hasFirstName && name === 'name' && ['name', 'firstname', 'имя'].includes(folded(column.name));
  for (const wanted of [2, 1] as const) {
    for (const field of fields) {
      if (pairs.some((pair) => pair.field === field)) continue;
      const column = columns.find(
        (one) =>
          likeness(one, field) === wanted &&
          !isPart(one, field) &&
          !pairs.some((pair) => pair.column === one) &&
          conversion(one, field) !== undefined,
      );
      const expression = column && conversion(column, field);
      if (column && expression !== undefined) pairs.push({ column, field, expression });
    }
  }
  return fields.flatMap((field) => pairs.filter((pair) => pair.field === field));
}

/** An expression for `field` over `column`; undefined: nobody knows how. */
export function conversion(column: Field, field: Field): string | undefined {
  const name = reference(column.name);
  const value = column.multiple && !field.multiple ? listed(name, column, field) : name;
  return value === undefined ? undefined : conversions[field.type](value, column, field);
}

function listed(name: string, column: Field, field: Field): string | undefined {
  return column.type === 'text' && field.type === 'text' ? `$join(${name}, ", ")` : undefined;
}

type Convert = (value: string, column: Field, field: Field) => string | undefined;

const only =
  (...types: readonly FieldType[]): Convert =>
  (value, { type }) =>
    types.includes(type) ? value : undefined;

const asNumber: Convert = (value, { type }) =>
  type === 'integer' || type === 'number' ? value : type === 'text' || type === 'id' ? `$number(${value})` : undefined;

/** What is a key or a choice of another system means nothing in this one. */
const conversions: Readonly<Record<FieldType, Convert>> = {
  text: (value, { type }) => {
    if (type === 'phones' || type === 'emails') return `${value}[0].value`;
    return type === 'json' ? undefined : value;
  },
  integer: asNumber,
  number: asNumber,
  boolean: only('boolean'),
  date: (value, { type }) =>
    type === 'date' ? value : type === 'datetime' || type === 'text' ? `$date(${value})` : undefined,
  datetime: (value, { type, naive }, field) => {
    if (type !== 'datetime') return undefined;
    return naive && !field.naive ? `$localTime(${value}, $params.timezone)` : value;
  },
  id: () => undefined,
  enum: () => undefined,
  phones: (value, { type }) => (type === 'phones' ? value : type === 'text' ? `$phone(${value})` : undefined),
  emails: only('emails', 'text'),
  json: only('json'),
};

const words = new Set(['and', 'or', 'in', 'true', 'false', 'null', 'function']);

/** A column within an expression. */
export function reference(name: string): string {
  return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) && !words.has(name) ? name : `\`${name}\``;
}
