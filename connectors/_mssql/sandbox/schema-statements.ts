import {
  type Column,
  columnOf,
  fold,
  isSystemSchema,
  type Key,
  quoteName,
  splitName,
  type Table,
  tableKey,
} from './catalog.ts';
import type { Database } from './database.ts';
import { invalidColumn, invalidObject, notInSandbox, SqlError, statementPermissionDenied } from './errors.ts';
import type { Rights } from './sql/binding.ts';
import { keySql, sortKey } from './sql/emit.ts';
import { storage } from './sql/sql-types.ts';
import type { ColumnDeclaration, KeyDeclaration, Statement } from './sql/syntax.ts';
import { indexName } from './sqlite-errors.ts';

export type SchemaStatement = Extract<
  Statement,
  { kind: 'createTable' | 'createIndex' | 'addColumns' | 'dropColumn' | 'dropTable' | 'dropIndex' | 'truncate' }
>;

/** Changes declarations. Throws SQLITE_BUSY while another session has an open write. */
export function runSchemaStatement(database: Database, rights: Rights, statement: SchemaStatement): void {
  switch (statement.kind) {
    case 'createTable':
      if (rights.readOnly) throw statementPermissionDenied('CREATE TABLE', database.catalog.database);
      return createTable(database, statement);
    case 'dropTable':
      for (const name of statement.tables) database.drop(alterable(database, rights, name, 3701));
      return;
    case 'createIndex':
      return addKey(database, alterable(database, rights, statement.table, 1088), statement.key);
    case 'dropIndex':
      return dropIndex(database, alterable(database, rights, statement.table, 3701), statement.index);
    case 'addColumns':
      return addColumns(database, alterable(database, rights, statement.table, 4902), statement.columns);
    case 'dropColumn':
      return dropColumn(database, alterable(database, rights, statement.table, 4902), statement.column);
    case 'truncate': {
      const table = alterable(database, rights, statement.table, 4701);
      database.declare(table, [`DELETE FROM ${table.sql}`]);
      database.resetIdentity(table);
    }
  }
}

/** Without rights an object looks as if it were not there. */
function alterable(database: Database, rights: Rights, name: readonly string[], error: number): Table {
  const table = database.catalog.find(name);
  if (table !== undefined && !table.system && !rights.readOnly) return table;
  const object = name.join('.');
  throw error === 3701
    ? new SqlError(
        3701,
        `Cannot drop the table '${object}', because it does not exist or you do not have permission.`,
        { severity: 11, state: 5 },
      )
    : new SqlError(
        error,
        `Cannot find the object "${object}" because it does not exist or you do not have permissions.`,
      );
}

function createTable(
  database: Database,
  { table: name, columns, keys }: Extract<SchemaStatement, { kind: 'createTable' }>,
): void {
  const parts = splitName(name, database.catalog.database);
  if (parts === undefined || fold(parts.schema) !== 'dbo') {
    throw isSystemSchema(parts?.schema ?? '') ? invalidObject(name.join('.')) : notInSandbox('a schema other than dbo');
  }
  if (parts.table.startsWith('#')) throw notInSandbox('a temporary table');
  const table: Table = {
    schema: 'dbo',
    name: parts.table,
    sql: quoteName(tableKey('dbo', parts.table)),
    system: false,
    columns: columns.map((column) => ({ ...column, nullable: column.nullable && !isPrimary(keys, column) })),
    keys: keys.map((key) => named(key, parts.table)),
  };
  checkTable(database, table);
  const declared = table.columns.map(columnSql);
  const indexes = table.keys.map((key) => indexSql(table, key));
  database.declare(table, [`CREATE TABLE ${table.sql} (${declared.join(', ')})`, ...indexes]);
}

const isPrimary = (keys: readonly KeyDeclaration[], column: ColumnDeclaration): boolean =>
  keys.some((key) => key.kind === 'primary' && key.columns.some((one) => fold(one) === fold(column.name)));

/** SQL Server appends a random number to names it makes; these are the same in every run. */
function named(key: KeyDeclaration, table: string): Key {
  const prefix = key.kind === 'primary' ? 'PK' : key.kind === 'unique' ? 'UQ' : 'IX';
  return { ...key, name: key.name ?? `${prefix}_${table}${key.kind === 'primary' ? '' : `_${key.columns.join('_')}`}` };
}

function checkTable(database: Database, table: Table): void {
  if (database.catalog.find([table.schema, table.name]) !== undefined) {
    throw new SqlError(2714, `There is already an object named '${table.name}' in the database.`, { state: 6 });
  }
  const seen = new Set<string>();
  for (const { name } of table.columns) {
    if (seen.has(fold(name))) {
      throw new SqlError(
        2705,
        `Column names in each table must be unique. Column name '${name}' in table '${table.name}' is specified more than once.`,
        { state: 3 },
      );
    }
    seen.add(fold(name));
  }
  const special = (what: string, found: readonly Column[]) => {
    if (found.length > 1)
      throw new SqlError(
        2738,
        `A table can only have one ${what} column. Because table '${table.name}' already has one, the column '${found[1]?.name ?? ''}' cannot be added.`,
        { state: 2 },
      );
  };
  special(
    'timestamp',
    table.columns.filter((column) => column.type.name === 'timestamp'),
  );
  special(
    'identity',
    table.columns.filter((column) => column.identity !== undefined),
  );
  for (const key of table.keys) checkKey(table, key);
}

function checkKey(table: Table, key: Key): void {
  for (const name of key.columns) {
    const column = columnOf(table, name);
    if (column === undefined) {
      throw new SqlError(1911, `Column name '${name}' does not exist in the target table or view.`);
    }
    sortKey({
      ...column,
      sql: '',
      untyped: false,
      uses: [],
      hasAggregate: false,
      hasWindow: false,
      hasSubquery: false,
    });
  }
}

/** No column is SQLite's row id, which would make a value up where NULL is given. */
const columnSql = (column: Column): string =>
  `${quoteName(column.name)} ${storage(column.type)}${column.nullable ? '' : ' NOT NULL'}`;

/** Texts are unique, and looked up, as the collation compares them. */
function indexSql(table: Table, key: Key): string {
  const columns = key.columns.map((name) => {
    const column = columnOf(table, name);
    if (column === undefined) throw invalidColumn(name);
    return keySql({ sql: quoteName(column.name), type: column.type, untyped: false });
  });
  const unique = key.kind === 'index' ? '' : 'UNIQUE ';
  return `CREATE ${unique}INDEX ${quoteName(indexName(table, key))} ON ${table.sql} (${columns.join(', ')})`;
}

function addKey(database: Database, table: Table, declared: KeyDeclaration): void {
  const key = named(declared, table.name);
  checkKey(table, key);
  if (table.keys.some((one) => fold(one.name) === fold(key.name))) {
    throw new SqlError(
      1913,
      `The operation failed because an index or statistics with name '${key.name}' already exists on table '${table.name}'.`,
    );
  }
  database.declare({ ...table, keys: [...table.keys, key] }, [indexSql(table, key)]);
}

function dropIndex(database: Database, table: Table, name: string): void {
  const key = table.keys.find((one) => fold(one.name) === fold(name) && one.kind !== 'primary');
  if (key === undefined) {
    throw new SqlError(
      3701,
      `Cannot drop the index '${table.name}.${name}', because it does not exist or you do not have permission.`,
      { severity: 11, state: 6 },
    );
  }
  database.declare({ ...table, keys: table.keys.filter((one) => one !== key) }, [
    `DROP INDEX ${quoteName(indexName(table, key))}`,
  ]);
}

function addColumns(database: Database, table: Table, columns: readonly ColumnDeclaration[]): void {
  const ddl: string[] = [];
  for (const column of columns) {
    if (columnOf(table, column.name) !== undefined) {
      throw new SqlError(
        2705,
        `Column names in each table must be unique. Column name '${column.name}' in table '${table.name}' is specified more than once.`,
        { state: 3 },
      );
    }
    // SQLite cannot add a column that existing rows would need a computed value for.
    if (!column.nullable) throw notInSandbox('ADD of a NOT NULL, IDENTITY or rowversion column');
    ddl.push(`ALTER TABLE ${table.sql} ADD COLUMN ${quoteName(column.name)} ${storage(column.type)}`);
  }
  database.declare({ ...table, columns: [...table.columns, ...columns] }, ddl);
}

function dropColumn(database: Database, table: Table, name: string): void {
  const column = columnOf(table, name);
  if (column === undefined) {
    throw new SqlError(
      4924,
      `ALTER TABLE DROP COLUMN failed because column '${name}' does not exist in table '${table.name}'.`,
    );
  }
  if (table.keys.some((key) => key.columns.some((one) => fold(one) === fold(name)))) {
    throw new SqlError(5074, `The index on column '${name}' is dependent on it.`);
  }
  const columns = table.columns.filter((one) => one !== column);
  database.declare({ ...table, columns }, [`ALTER TABLE ${table.sql} DROP COLUMN ${quoteName(column.name)}`]);
}
