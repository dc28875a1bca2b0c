import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Dialect, DdlWords, NewColumn } from '../_sql/dialect.ts';
import { named, tableRef } from '../_sql/select.ts';
import type { Column, TableName } from '../_sql/table.ts';
import { describeQuery, readTable } from './catalogue.ts';
import { bare, checkedText, encoderOf, fieldOf, isJson, isList, typeOf, widened } from './column-types.ts';
import { columnOf } from './config.ts';
import { load } from './load.ts';
import { statementOf, writer } from './writer.ts';

export function postgresDialect(defaultSchema: string): Dialect {
  return {
    product: 'PostgreSQL',
    writer,
    // The protocol counts parameters in 16 bits.
    parameterLimit: 65_535,
    returning: true,
    columnOf,
    folded: (name) => name.toLowerCase(),
    nameLimit: { limit: 63, unit: 'bytes' },
    defaultSchema,
    backslashEscapes: false,
    readTable,
    fieldOf,
    describeQuery: async (run, { sql: text }) => await describeQuery(run, text),
    bound: (column, value) => cast(value === null ? null : checkedText(column, value), column.type),
    unbound: (value) => {
      if (typeof value === 'number') return cast(String(value), Number.isSafeInteger(value) ? 'bigint' : 'numeric');
      return typeof value === 'boolean' ? cast(String(value), 'boolean') : sql`${encoderOf('text')(value)}`;
    },
    highestInteger: '9223372036854775807',
    cursorKind: ({ type }) => cursorKinds[bare(type)],
    inlineRows,
    typeOf,
    widened,
    ddl,
    load,
  };
}

const cursorKinds: Readonly<Record<string, ReturnType<Dialect['cursorKind']>>> = {
  smallint: 'integer',
  integer: 'integer',
  bigint: 'integer',
  date: 'date',
  'timestamp without time zone': 'naive',
  'timestamp with time zone': 'instant',
};

/** Without the length: what is too long or too large is to be refused, not cut. */
function cast(text: string | null, type: string): RawBuilder<unknown> {
  return sql`${text}::${sql.raw(compared(type))}`;
}

/** A bigint beside an integer column is compared as one, and is no error where the column could not hold it. */
function compared(type: string): string {
  const name = bare(type);
  return name === 'smallint' || name === 'integer' ? 'bigint' : name;
}

/** One list for each column: the text of the statement is the same for any number of rows. */
const inlineRows: Dialect['inlineRows'] = (columns, rows) => {
  const list = (column: Column, index: number): RawBuilder<unknown> => {
    const values = rows.map((row) => checkedText(column, row[index] ?? ''));
    const type = isJson(column.type) || isList(column.type) ? 'text' : compared(column.type);
    return sql`${values}::${sql.raw(type)}[]`;
  };
  const lists = [sql`${rows.map((_, index) => index)}::integer[]`, ...columns.map(list)];
  const names = ['n', ...columns.map((_, index) => `v${index}`)].map((name) => sql.id(name));
  return sql`(SELECT * FROM unnest(${sql.join(lists)}) AS u (${sql.join(names)}))`;
};

function written(statement: RawBuilder<unknown>): string {
  return statementOf(statement).sql;
}

function defined({ name, type, notNull }: NewColumn): RawBuilder<unknown> {
  return sql`${sql.id(name)} ${sql.raw(type)}${sql.raw(notNull ? ' NOT NULL' : '')}`;
}

const ddl: DdlWords = {
  createTable(name: TableName, columns, key) {
    const names = key.map((column) => sql.id(column));
    const parts = [...columns.map(defined), sql`PRIMARY KEY (${sql.join(names)})`];
    return written(sql`CREATE TABLE IF NOT EXISTS ${tableRef(name)} (${sql.join(parts)})`);
  },
  addColumn: (name, column) => written(sql`ALTER TABLE ${tableRef(name)} ADD COLUMN IF NOT EXISTS ${defined(column)}`),
  widenColumn(name, column, type) {
    const own = named([column]);
    return written(
      sql`ALTER TABLE ${tableRef(name)} ALTER COLUMN ${own} TYPE ${sql.raw(type)} USING ${own}::${sql.raw(type)}`,
    );
  },
  comment: (name, { name: column, title = '' }) =>
    written(sql`COMMENT ON COLUMN ${tableRef(name)}.${sql.id(column)} IS ${sql.lit(title)}`),
};
