import { SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler, sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Value } from '../../engine/index.ts';
import type { Dialect, Session, Statement } from '../_sql/dialect.ts';
import type { Column } from '../_sql/table.ts';
import { sqlWriter } from '../_sql/writer.ts';
import { readTable } from './catalogue.ts';
import { fieldTypeOf, kindOf } from './column-kind.ts';
import type { SqliteSession } from './database.ts';
import { ddl, typeOf, widened } from './ddl.ts';
import { encoderOf, untyped } from './encode.ts';
import { load } from './load.ts';

/** `describe`: columns of a query by the handle that reads. */
export function sqliteDialect(describe: (query: Statement) => Promise<readonly Column[]>): Dialect {
  const dialect: Dialect = {
    product: 'SQLite',
    writer: sqlWriter({
      createAdapter: () => new SqliteAdapter(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    }),
    // https://www.sqlite.org/limits.html#max_variable_number
    parameterLimit: 32_000,
    returning: true,
    backslashEscapes: false,
    columnOf: (field) => field.toLowerCase(),
    folded: (name) => name.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()),
    nameLimit: { limit: 1_000_000, unit: 'bytes' },
    defaultSchema: undefined,
    readTable,
    fieldOf: (column) => ({
      name: column.name,
      type: fieldTypeOf(column.type),
      optional: column.nullable,
      ...(!column.nullable && !column.hasDefault && { required: true }),
      ...(column.generated && { readOnly: true }),
    }),
    describeQuery: (_run, query) => describe(query),
    bound: (column, value) => parameter(encoderOf(column)(value)),
    unbound: (value) => parameter(untyped(value)),
    highestInteger: '9223372036854775807',
    cursorKind,
    inOrder,
    since: (column, value) => parameter(isTime(column) ? String(value).replace('T', ' ') : encoderOf(column)(value)),
    inlineRows,
    typeOf,
    widened,
    ddl,
    load: (session, part) => load(dialect, sqliteSession(session), part),
  };
  return dialect;
}

function parameter(value: unknown): RawBuilder<unknown> {
  return sql`${value}`;
}

/** Times stand as text more often than not. */
function cursorKind({ type }: Column): ReturnType<Dialect['cursorKind']> {
  const kind = kindOf(type);
  if (kind === 'integer' || kind === 'date') return kind;
  return kind === 'datetime' || kind === 'text' ? 'naive' : undefined;
}

function isTime(column: Column): boolean {
  return cursorKind(column) === 'naive';
}

/**
 * Texts of one time differ: `2026-03-01 10:00:00` of CURRENT_TIMESTAMP, `2026-03-01T10:00:00.000Z` of programs, with an
 * offset of others. SQLite reads them all; what it cannot read comes last, and so with every read.
 * https://www.sqlite.org/lang_datefunc.html
 */
function inOrder(column: Column, operand: RawBuilder<unknown>): RawBuilder<unknown> {
  if (!isTime(column)) return operand;
  const instant = sql`strftime('%Y-%m-%dT%H:%M:%f', ${operand}, 'auto')`;
  return sql`CASE WHEN ${operand} IS NOT NULL THEN coalesce(${instant}, '9999-12-31T23:59:59.999') END`;
}

/** Without a type of their own they are compared as the column they meet. */
function inlineRows(columns: readonly Column[], rows: readonly (readonly Value[])[]): RawBuilder<unknown> {
  const encode = columns.map(encoderOf);
  const names = ['n', ...columns.map((_, index) => `v${index}`)].map((name) => sql.id(name));
  const lines = rows.map((values, n) => {
    const cells = encode.map((encodeOne, index) => parameter(encodeOne(values[index] ?? null)));
    return sql`(${sql.join([sql.lit(n), ...cells])})`;
  });
  return sql`(WITH ${sql.id('r')} (${sql.join(names)}) AS (VALUES ${sql.join(lines)}) SELECT * FROM ${sql.id('r')})`;
}

function sqliteSession(session: Session): SqliteSession {
  if ('handle' in session && 'signal' in session) return session as SqliteSession;
  throw new TypeError('a session of another data base');
}
