import Sqlite from 'better-sqlite3';
import type { Catalog, Key, Table } from './catalog.ts';
import { overflow, SqlError } from './errors.ts';

export const isBusy = (error: unknown): boolean =>
  error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY');

/** SQLITE_BUSY_SNAPSHOT: the snapshot a transaction reads is no longer the latest, so it may not write. */
export const isStaleSnapshot = (error: unknown): boolean =>
  error instanceof Sqlite.SqliteError && error.code === 'SQLITE_BUSY_SNAPSHOT';

/** What SQL Server would have said. A fault of our own is told as such, to whoever can mend it. */
export function asSqlError(error: unknown, catalog: Catalog): SqlError {
  if (error instanceof SqlError) return error;
  if (!(error instanceof Sqlite.SqliteError)) {
    return new SqlError(50_000, `The sandbox failed: ${String(error)}`, { severity: 17 });
  }
  if (error.code === 'SQLITE_CONSTRAINT_NOTNULL') return notNull(error.message, catalog);
  if (error.code === 'SQLITE_CONSTRAINT_UNIQUE' || error.code === 'SQLITE_CONSTRAINT_PRIMARYKEY') {
    return notUnique(error.message, catalog);
  }
  if (error.message === 'integer overflow') return overflow('bigint');
  return new SqlError(50_000, `The sandbox could not run its own translation: ${error.message}`, { severity: 17 });
}

/** `NOT NULL constraint failed: dbo.receptions.ID` */
function notNull(message: string, catalog: Catalog): SqlError {
  const place = message.slice(message.indexOf(': ') + 2);
  const table = catalog.tables.find((one) => place.startsWith(`${unquoted(one)}.`));
  const column = table === undefined ? place : place.slice(unquoted(table).length + 1);
  return new SqlError(
    515,
    `Cannot insert the value NULL into column '${column}', table '${catalog.database}.dbo.${table?.name ?? ''}'; column does not allow nulls. INSERT fails.`,
    { state: 2 },
  );
}

const unquoted = ({ sql }: Table): string => sql.slice(1, -1).replaceAll('""', '"');

/** `UNIQUE constraint failed: index 'PK_x'`, or the columns of the key: `dbo.receptions.ID, dbo.receptions.Day`. */
function notUnique(message: string, catalog: Catalog): SqlError {
  const named = /index '(.*)'$/.exec(message)?.[1];
  const columns = message.slice(message.indexOf(': ') + 2).split(', ');
  for (const table of catalog.tables) {
    const key = table.keys.find((one) =>
      named === undefined ? isOver(one, table, columns) : indexName(table, one) === named,
    );
    if (key !== undefined) return duplicate(table, key);
  }
  return new SqlError(2627, `Violation of a unique key: ${message}.`, { severity: 14 });
}

const isOver = (key: Key, table: Table, columns: readonly string[]): boolean =>
  key.columns.length === columns.length &&
  key.columns.every((column, index) => `${unquoted(table)}.${column}` === columns[index]);

/** The name of a key in SQLite, whose index names are unique in the whole file. */
export const indexName = (table: Table, key: Key): string => `${unquoted(table)}.${key.name}`;

function duplicate(table: Table, key: Key): SqlError {
  const object = `dbo.${table.name}`;
  if (key.kind === 'primary') {
    return new SqlError(
      2627,
      `Violation of PRIMARY KEY constraint '${key.name}'. Cannot insert duplicate key in object '${object}'.`,
      { severity: 14 },
    );
  }
  return new SqlError(2601, `Cannot insert duplicate key row in object '${object}' with unique index '${key.name}'.`, {
    severity: 14,
  });
}
