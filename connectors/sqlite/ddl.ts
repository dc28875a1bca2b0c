import type { Field } from '../../engine/index.ts';
import type { DdlWords, NewColumn } from '../_sql/dialect.ts';
import type { Column, TableName } from '../_sql/table.ts';
import { exactType, jsonType, kindOf } from './column-kind.ts';

/** A column keeps what is written to it in full: SQLite has no lengths and no precisions. */
export function typeOf({ type, multiple }: Field): string {
  if (multiple === true) return jsonType;
  switch (type) {
    case 'integer':
      return 'INTEGER';
    case 'number':
      return exactType;
    case 'boolean':
      return 'BOOLEAN';
    case 'date':
      return 'DATE';
    case 'datetime':
      return 'DATETIME';
    case 'phones':
    case 'emails':
    case 'json':
      return jsonType;
    case 'text':
    case 'id':
    case 'enum':
      return 'TEXT';
    default:
      return type satisfies never;
  }
}

/** Nothing is ever widened: either the column takes the values of the field as it stands, or it is of another kind. */
export function widened(column: Column, field: Field): 'fits' | undefined {
  const wanted = kindOf(typeOf(field));
  const held = kindOf(column.type);
  const takes: Readonly<Record<typeof held, readonly (typeof held)[]>> = {
    text: ['text', 'integer', 'exact', 'boolean', 'date', 'datetime', 'json'],
    any: ['text', 'integer', 'exact', 'boolean', 'date', 'datetime', 'json'],
    bytes: ['text', 'integer', 'exact', 'boolean', 'date', 'datetime', 'json'],
    integer: ['integer', 'exact', 'boolean'],
    number: ['integer', 'exact', 'boolean'],
    exact: ['integer', 'exact', 'boolean'],
    boolean: ['boolean'],
    date: ['date'],
    datetime: ['datetime', 'date'],
    json: ['json'],
  };
  return takes[held].includes(wanted) ? 'fits' : undefined;
}

/** The statement that made a table is kept as it was written, with its comments: there the titles stand. */
export const ddl: DdlWords = {
  createTable(name, columns, key) {
    const lines = [
      ...columns.map((column) => `${definition(column)},${comment(column)}`),
      `PRIMARY KEY (${key.map(quoted).join(', ')})`,
    ];
    return `CREATE TABLE ${table(name)} (\n  ${lines.join('\n  ')}\n)`;
  },
  addColumn: (name, column) => `ALTER TABLE ${table(name)} ADD COLUMN ${definition(column)}${comment(column)}`,
  // Not reached: `widened` never names a type.
  widenColumn: (name, column) => `SELECT ${quoted(column.name)} FROM ${table(name)} LIMIT 0`,
};

function definition({ name, type, notNull }: NewColumn): string {
  return `${quoted(name)} ${type}${notNull ? ' NOT NULL' : ''}`;
}

function comment({ title }: NewColumn): string {
  return title === undefined ? '' : ` /* ${title.replaceAll('*/', '* /').replaceAll(/\s+/g, ' ')} */`;
}

function table({ schema, name }: TableName): string {
  return schema === undefined ? quoted(name) : `${quoted(schema)}.${quoted(name)}`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
