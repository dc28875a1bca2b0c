import { MysqlAdapter, MysqlIntrospector, MysqlQueryCompiler } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Host, Value } from '../../engine/index.ts';
import type { Dialect, Session } from '../_sql/dialect.ts';
import { errors } from '../_sql/errors.ts';
import type { Column } from '../_sql/table.ts';
import { sqlWriter } from '../_sql/writer.ts';
import { isOurs, readTable } from './catalogue.ts';
import { fieldTypeOf, kindOf } from './column-kind.ts';
import type { Kind } from './column-kind.ts';
import { columnOf } from './config.ts';
import { ddl, paddingCollation, typeOf, widened } from './ddl.ts';
import { plain } from './encode.ts';
import { literal, literalOf, quotedText } from './literal.ts';
import { createLoader } from './load.ts';
import type { MysqlResult, MysqlSession } from './session.ts';

export function mysqlDialect(database: string, host: Host): Dialect {
  const load = createLoader(host);
  let keyCollation: string | undefined;
  return {
    product: 'MySQL',
    writer: sqlWriter({
      createAdapter: () => new MysqlAdapter(),
      createIntrospector: (db) => new MysqlIntrospector(db),
      createQueryCompiler: () => new MysqlQueryCompiler(),
    }),
    // Values stand in the text.
    parameterLimit: 20_000,
    returning: false,
    backslashEscapes: true,
    columnOf,
    folded,
    // https://dev.mysql.com/doc/refman/8.0/en/identifier-length.html
    nameLimit: { limit: 64, unit: 'characters' },
    defaultSchema: database,
    // A table is read before one is made, so that by then it is known.
    async readTable(run, name) {
      keyCollation ??= await keyCollationOf(run);
      return await readTable(run, name);
    },
    fieldOf: (column) => ({
      name: column.name,
      type: fieldTypeOf(column.type),
      // A TIMESTAMP is an instant, a DATETIME what some clock showed: https://dev.mysql.com/doc/refman/8.0/en/datetime.html
      ...(kindOf(column.type) === 'datetime' && { naive: true }),
      optional: column.nullable,
      ...(!column.nullable && !column.hasDefault && { required: true }),
      ...(column.generated && { readOnly: true }),
      ...(column.comment !== undefined && { title: column.comment }),
    }),
    async describeQuery(run, query) {
      const result = await run({ ...query, sql: `SELECT * FROM (\n${query.sql}\n) AS q LIMIT 0` }).catch(unnamed);
      return 'columns' in result ? (result as MysqlResult).columns : [];
    },
    bound: (column, value) => literal(literalOf(column)(value)),
    unbound: (value) => literal(unbound(value)),
    // One more than BIGINT UNSIGNED holds: a literal may be that long.
    highestInteger: '18446744073709551616',
    cursorKind: ({ type }) => cursorKinds[kindOf(type)],
    inlineRows,
    typeOf: (field, inKey) => typeOf(field, inKey, keyCollation),
    widened,
    ddl,
    load: async (session, part) => await load(mysqlSession(session), part),
  };
}

/**
 * Of keys we make: MariaDB's https://mariadb.com/kb/en/supported-character-sets-and-collations/ or MySQL 8's
 * https://dev.mysql.com/doc/refman/8.0/en/charset-unicode-sets.html, neither of which the other has.
 */
async function keyCollationOf(run: Session['run']): Promise<string> {
  const named = ['utf8mb4_nopad_bin', 'utf8mb4_0900_bin'];
  const sql = `SELECT COLLATION_NAME AS name FROM information_schema.COLLATIONS WHERE COLLATION_NAME IN ('${named.join("', '")}')`;
  const known = new Set((await run({ sql, parameters: [] })).rows.map((row) => row['name']));
  return named.find((name) => known.has(name)) ?? paddingCollation;
}

/** Two columns of one name cannot stand in a query within another. */
function unnamed(thrown: unknown): never {
  if (thrown instanceof Error && 'code' in thrown && thrown.code === errors.exists.code)
    throw errors.column_name.error({ position: '?' }, { cause: thrown });
  throw thrown;
}

/** Names of columns are compared without case, and Latin letters without accents. */
function folded(name: string): string {
  return name.replaceAll(/\p{Script=Latin}/gu, (letter) => letter.normalize('NFD').slice(0, 1)).toLowerCase();
}

function unbound(value: Value): string {
  if (typeof value === 'number') return String(value);
  return typeof value === 'boolean' ? (value ? 'TRUE' : 'FALSE') : quotedText(plain(value));
}

const cursorKinds: Readonly<Partial<Record<Kind, 'naive' | 'instant' | 'date' | 'integer'>>> = {
  integer: 'integer',
  date: 'date',
  datetime: 'naive',
  timestamp: 'instant',
};

/** Without the column's own character set and collation a comparison of two texts is refused, or does without the index. */
function inlineRows(columns: readonly Column[], rows: readonly (readonly Value[])[]): RawBuilder<unknown> {
  const writers = columns.map((column) => ({ write: literalOf(column), cast: castOf(column) }));
  const lines = rows.map((values, n) => {
    const cells = writers.map(({ write, cast }, index) => `${cast(write(values[index] ?? null))} AS \`v${index}\``);
    return `SELECT ${[`${n} AS \`n\``, ...cells].join(', ')}`;
  });
  return literal(`(${lines.join(' UNION ALL ')})`);
}

function castOf(column: Column): (text: string) => string {
  const cast = casts[kindOf(column.type)];
  if (cast !== undefined) return (text) => `CAST(${text} AS ${cast})`;
  const { charset, collation } = isOurs(column) ? column : {};
  if (charset === undefined || collation === undefined) return (text) => text;
  return (text) => `CONVERT(${text} USING ${charset}) COLLATE ${collation}`;
}

const casts: Readonly<Partial<Record<Kind, string>>> = {
  date: 'DATE',
  datetime: 'DATETIME(6)',
  timestamp: 'DATETIME(6)',
  time: 'TIME(6)',
};

function mysqlSession(session: Session): MysqlSession {
  if ('send' in session && 'packetBytes' in session) return session as MysqlSession;
  throw new TypeError('a session of another data base');
}
