import type { Row } from '../../engine/index.ts';
import { checkpointTable } from '../_sql/checkpoint.ts';
import type { Session } from '../_sql/dialect.ts';
import type { Column, Table, TableName } from '../_sql/table.ts';
import { mysqlErrors } from './errors.ts';
import { quotedText } from './literal.ts';

/** What a statement that makes or changes the column has to say of it as well. */
export interface MysqlColumn extends Column {
  /** Of text: character set and collation, `utf8mb4` and `utf8mb4_general_ci`. */
  readonly charset?: string;
  readonly collation?: string;
  /** The default as SQL. */
  readonly defaultSql?: string;
  /** The data base numbers it. */
  readonly numbered: boolean;
  /** Stands in an index: its type may not become one without a length. */
  readonly indexed: boolean;
}

export interface MysqlTable extends Table {
  readonly columns: readonly MysqlColumn[];
  readonly engine: string;
}

/** Ours is what `readTable` gave: `_sql` hands tables and columns on as they are. */
export function isOurs(column: Column): column is MysqlColumn {
  return 'numbered' in column && 'indexed' in column;
}

/** https://dev.mysql.com/doc/refman/8.0/en/storage-engines.html */
export function hasTransactions(engine: string): boolean {
  return !/^(MyISAM|MRG_MyISAM|Aria|MEMORY|CSV|ARCHIVE)$/i.test(engine);
}

export async function readTable(
  run: Session['run'],
  { schema = '', name }: TableName,
): Promise<MysqlTable | undefined> {
  const at = { schema: quotedText(schema), name: quotedText(name) };
  const ask = async (sql: string): Promise<readonly Row[]> => (await run({ sql, parameters: [] })).rows;
  const columns = await ask(columnsQuery(at));
  if (columns.length === 0) return undefined;
  const parts = await ask(indexQuery(at));
  const json = new Set((await ask(jsonQuery(at))).map((row) => String(row['name'])));
  const engine = String(columns[0]?.['engine'] ?? '');
  if (name === checkpointTable && !hasTransactions(engine))
    throw mysqlErrors.checkpoint_engine.error({ table: name, engine });
  const indexes = indexesOf(parts);
  const indexed = new Set(parts.map((row) => String(row['column'])));
  const described = columns.map((row) => columnOf(row, json, indexed));
  const numbered = described.filter((column) => column.numbered).map((column) => column.name);
  const keys = loadKeys(indexes, numbered);
  const keysMeet = keys.length === 0 && indexes.filter(({ unique, whole }) => unique && whole).length > 1;
  return {
    schema,
    name,
    engine,
    columns: described,
    primaryKey: indexes.find((index) => index.name === 'PRIMARY')?.columns ?? [],
    keys,
    ...(keysMeet && { keysMeet }),
  };
}

interface At {
  readonly schema: string;
  readonly name: string;
}

const columnsQuery = ({ schema, name }: At): string => `SELECT c.COLUMN_NAME AS name, c.COLUMN_TYPE AS type,
  c.IS_NULLABLE AS nullable, c.COLUMN_DEFAULT AS fallback, c.EXTRA AS extra, c.COLUMN_COMMENT AS comment,
  c.CHARACTER_SET_NAME AS charset, c.COLLATION_NAME AS collation, t.ENGINE AS engine, VERSION() AS version
FROM information_schema.COLUMNS AS c
INNER JOIN information_schema.TABLES AS t ON t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME
WHERE c.TABLE_SCHEMA = ${schema} AND c.TABLE_NAME = ${name}
ORDER BY c.ORDINAL_POSITION`;

const indexQuery = ({ schema, name }: At): string => `SELECT INDEX_NAME AS name, COLUMN_NAME AS \`column\`,
  NON_UNIQUE AS several, SUB_PART AS part
FROM information_schema.STATISTICS
WHERE TABLE_SCHEMA = ${schema} AND TABLE_NAME = ${name}
ORDER BY INDEX_NAME, SEQ_IN_INDEX`;

/**
 * MariaDB's JSON is longtext with a check; MySQL, whose catalogue has no such columns, reads a question without
 * answer. https://mariadb.com/docs/server/reference/sql-structure/comment-syntax
 */
const jsonQuery = ({ schema, name }: At): string => `SELECT CONSTRAINT_NAME AS name
FROM information_schema.CHECK_CONSTRAINTS
WHERE CONSTRAINT_SCHEMA = ${schema} AND CHECK_CLAUSE LIKE 'json_valid(%'
  /*M! AND TABLE_NAME = ${name} AND LEVEL = 'Column' */ /*!80000 AND FALSE */`;

interface Index {
  readonly name: string;
  readonly columns: readonly string[];
  readonly unique: boolean;
  /** Of whole columns: not of their beginnings, nor of expressions. */
  readonly whole: boolean;
}

function indexesOf(parts: readonly Row[]): readonly Index[] {
  const names = [...new Set(parts.map((row) => String(row['name'])))];
  return names.map((name) => {
    const own = parts.filter((row) => row['name'] === name);
    return {
      name,
      columns: own.map((row) => String(row['column'] ?? '')),
      unique: Number(own[0]?.['several']) === 0,
      whole: own.every((row) => row['column'] !== undefined && row['part'] === undefined),
    };
  });
}

/**
 * ON DUPLICATE KEY UPDATE updates the row any unique key finds. So a load tells rows apart by a key only where no other
 * one could find a row: beside it there may be a number the data base gives, which a load leaves alone.
 */
function loadKeys(indexes: readonly Index[], numbered: readonly string[]): readonly (readonly string[])[] {
  const unique = indexes.filter((index) => index.unique);
  const set = (columns: readonly string[]): string => JSON.stringify(columns.toSorted());
  const isNumber = ({ columns }: Index): boolean => columns.length === 1 && numbered.includes(columns[0] ?? '');
  const keys = unique.filter(
    (key) => key.whole && unique.every((other) => set(other.columns) === set(key.columns) || isNumber(other)),
  );
  return [...new Map(keys.map(({ columns }) => [set(columns), columns])).values()];
}

function columnOf(row: Row, json: ReadonlySet<string>, indexed: ReadonlySet<string>): MysqlColumn {
  const name = String(row['name']);
  const extra = String(row['extra'] ?? '').toLowerCase();
  const type = String(row['type']);
  const fallback = defaultOf(row, extra);
  const numbered = extra.includes('auto_increment');
  const comment = String(row['comment'] ?? '');
  return {
    name,
    type: json.has(name) && type.toLowerCase() === 'longtext' ? 'json' : type,
    nullable: row['nullable'] === 'YES',
    hasDefault: fallback !== undefined || numbered,
    generated: /(stored|virtual) generated|invisible/.test(extra),
    ...(comment !== '' && { comment }),
    ...(typeof row['charset'] === 'string' && { charset: row['charset'] }),
    ...(typeof row['collation'] === 'string' && { collation: row['collation'] }),
    ...(fallback !== undefined && { defaultSql: fallback }),
    numbered,
    indexed: indexed.has(name),
  };
}

/** MariaDB keeps the default as SQL, MySQL as text unless it is an expression. */
function defaultOf(row: Row, extra: string): string | undefined {
  const fallback = row['fallback'];
  if (fallback === undefined || fallback === 'NULL') return undefined;
  if (/MariaDB/.test(String(row['version'])) || extra.includes('default_generated')) return String(fallback);
  return quotedText(String(fallback));
}
