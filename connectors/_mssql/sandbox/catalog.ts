import type { Expression, KeyDeclaration } from './sql/syntax.ts';
import { type SqlType, ROWVERSION } from './sql/sql-types.ts';

/** The tables of the data base as T-SQL declared them; SQLite knows storage classes only. */
export interface Column {
  readonly name: string;
  readonly type: SqlType;
  readonly nullable: boolean;
  readonly identity: { readonly seed: number; readonly step: number } | undefined;
  readonly default: Expression | undefined;
}

export interface Table {
  readonly schema: string;
  readonly name: string;
  /** Its name in SQLite, quoted. */
  readonly sql: string;
  readonly columns: readonly Column[];
  readonly keys: readonly Key[];
  /** Belongs to `sys` or INFORMATION_SCHEMA: read only, always permitted. */
  readonly system: boolean;
}

export interface Key extends KeyDeclaration {
  readonly name: string;
}

/** Names are compared as the collation does: without case, Cyrillic included. */
export const fold = (name: string): string => name.toLowerCase();

const DEFAULT_SCHEMA = 'dbo';
const systemSchemas = new Set(['sys', 'information_schema']);

export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

export const tableKey = (schema: string, name: string): string => `${fold(schema)}.${fold(name)}`;

/** `dbo.a` → schema and table. undefined: another data base or server, which this one does not have. */
export function splitName(name: readonly string[], database: string): { schema: string; table: string } | undefined {
  const [table = '', schema = '', catalog = '', server = ''] = [...name].reverse();
  if (server !== '' || (catalog !== '' && fold(catalog) !== fold(database))) return undefined;
  return { schema: schema === '' ? DEFAULT_SCHEMA : schema, table };
}

export const columnOf = (table: Table, name: string): Column | undefined =>
  table.columns.find((column) => fold(column.name) === fold(name));

export const rowversionOf = (table: Table): Column | undefined =>
  table.columns.find((column) => column.type.name === ROWVERSION.name);

/** All tables of one data base. Changed by DDL only; readers hold the table they found. */
export class Catalog {
  readonly database: string;
  readonly #tables = new Map<string, Table>();
  #version = 0;

  constructor(database: string) {
    this.database = database;
  }

  find(name: readonly string[]): Table | undefined {
    const parts = splitName(name, this.database);
    return parts && this.#tables.get(tableKey(parts.schema, parts.table));
  }

  /** Grows with every DDL: what was worked out before may be wrong. */
  get version(): number {
    return this.#version;
  }

  set(table: Table): void {
    this.#version++;
    this.#tables.set(tableKey(table.schema, table.name), table);
  }

  remove(table: Table): void {
    this.#version++;
    this.#tables.delete(tableKey(table.schema, table.name));
  }

  /** In order of creation, without the system's own. */
  get tables(): readonly Table[] {
    return [...this.#tables.values()].filter((table) => !table.system);
  }
}

export const isSystemSchema = (schema: string): boolean => systemSchemas.has(fold(schema));
