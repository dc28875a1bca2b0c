import type { PipeError } from '../../engine/index.ts';
import type { Database } from './dialect.ts';
import { errors } from './errors.ts';
import { rowKey, shown, tableName } from './table.ts';
import type { Column, RowKey, Table } from './table.ts';

/** Tables as the data base described them last; one catalogue for each connection. */
export interface Catalogue {
  /** Throws `sql.table_unknown` when there is none. */
  of(entity: string, signal: AbortSignal): Promise<Table>;
  /** Read anew. */
  read(entity: string, signal: AbortSignal): Promise<Table | undefined>;
  /** The error of a table that is not there. */
  unknown(entity: string): PipeError;
  forget(): void;
}

export function createCatalogue(database: Database): Catalogue {
  const known = new Map<string, Promise<Table | undefined>>();
  const read = (entity: string, signal: AbortSignal): Promise<Table | undefined> => {
    const { dialect } = database;
    const name = tableName(entity, dialect.defaultSchema);
    const reading = dialect.readTable(async (statement) => await database.run(statement, signal), name);
    known.set(entity, reading);
    // Not remembered where it cannot be known, or is not there: it may come to be.
    const forget = (): boolean => known.get(entity) === reading && known.delete(entity);
    reading.then((table) => table ?? forget(), forget);
    return reading;
  };
  const unknown = (table: string): PipeError => database.missing?.() ?? errors.table_unknown.error({ table });
  return {
    read,
    async of(entity, signal) {
      signal.throwIfAborted();
      const table = await (known.get(entity) ?? read(entity, signal));
      if (!table) throw unknown(entity);
      return table;
    },
    unknown,
    forget: () => known.clear(),
  };
}

export function columnIn(table: Table, name: string): Column {
  const found = table.columns.find((column) => column.name === name);
  if (!found) throw errors.column_unknown.error({ column: name, table: shown(table) });
  return found;
}

export function keyOf(table: Table): RowKey {
  const key = rowKey(table);
  if (!key) throw errors.no_key.error({ table: shown(table) });
  return key;
}
