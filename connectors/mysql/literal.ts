import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Value } from '../../engine/index.ts';
import type { Column } from '../_sql/table.ts';
import { kindOf } from './column-kind.ts';
import type { Kind } from './column-kind.ts';
import { encoderOf } from './encode.ts';

/**
 * Values stand in the text of a statement: the driver would put them there as well, but takes every `?` of an author's
 * query for one of ours. Every session has NO_BACKSLASH_ESCAPES off and utf8mb4 on (`session.ts`), which makes this
 * escaping whole. https://dev.mysql.com/doc/refman/8.0/en/string-literals.html
 */
export function quotedText(text: string): string {
  return `'${text.replaceAll(/[\0\n\r\\']/g, (sign) => escapes[sign] ?? sign)}'`;
}

const escapes: Readonly<Record<string, string>> = {
  '\0': String.raw`\0`,
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
  '\\': String.raw`\\`,
  "'": String.raw`\'`,
};

export function quotedName(...parts: readonly string[]): string {
  return parts.map((part) => `\`${part.replaceAll('`', '``')}\``).join('.');
}

/** A value for this column, as it stands in a statement. */
export function literalOf(column: Pick<Column, 'name' | 'type'>): (value: Value | null) => string {
  const encode = encoderOf(column);
  const write = writers[kindOf(column.type)] ?? quotedText;
  return (value) => (value === null ? 'NULL' : write(encode(value)));
}

export function literal(text: string): RawBuilder<unknown> {
  return sql`${sql.raw(text)}`;
}

const bare = (text: string): string => text;

const writers: Readonly<Partial<Record<Kind, (text: string) => string>>> = {
  integer: bare,
  bits: bare,
  boolean: bare,
  decimal: bare,
  // An exponent makes it a double; MySQL compares the column with it as doubles.
  double: (text) => (/e/i.test(text) ? text : `${text}e0`),
  bytes: (text) => `X'${text}'`,
};
