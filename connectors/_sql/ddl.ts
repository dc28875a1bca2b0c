import { PipeError } from '../../engine/index.ts';
import type { Field, TableChange, Tables, WantedTable } from '../../engine/index.ts';
import type { Catalogue } from './catalogue.ts';
import type { Database, Dialect, NewColumn } from './dialect.ts';
import { errors } from './errors.ts';
import { shown, tableName } from './table.ts';
import type { Column, Table, TableName } from './table.ts';

export function tablesOf(database: Database, catalogue: Catalogue): Tables {
  return {
    async plan(wanted, signal) {
      const table = await catalogue.read(wanted.entity, signal);
      return planTable(database.dialect, wanted, table);
    },
    async change(changes, signal) {
      for (const { sql } of changes) {
        try {
          await database.run({ sql, parameters: [] }, signal);
        } catch (thrown) {
          if (!(thrown instanceof PipeError) || thrown.code !== errors.exists.code) throw thrown;
        }
      }
      catalogue.forget();
    },
  };
}

/** What makes `wanted` of a table that is there, or of none. */
export function planTable(dialect: Dialect, wanted: WantedTable, table: Table | undefined): readonly TableChange[] {
  checkNames(dialect, wanted.columns);
  const name = tableName(wanted.entity, dialect.defaultSchema);
  checkLength(dialect, name.name);
  if (!table) return newTable(dialect, wanted, name);
  checkKey(wanted, table);
  return wanted.columns.flatMap((field) => changesOf(dialect, wanted, table, field));
}

function checkNames(dialect: Dialect, columns: readonly Field[]): void {
  const seen = new Map<string, string>();
  for (const { name } of columns) {
    checkLength(dialect, name);
    const folded = dialect.folded(name);
    const other = seen.get(folded);
    if (other !== undefined) throw errors.names_fold.error({ one: other, other: name, product: dialect.product });
    seen.set(folded, name);
  }
}

function checkLength({ nameLimit: { limit, unit }, product }: Dialect, name: string): void {
  const length = unit === 'bytes' ? Buffer.byteLength(name) : [...name].length;
  if (length > limit) throw errors.name_long.error({ name, limit, unit, product });
}

function checkKey({ key }: WantedTable, table: Table): void {
  const isKey = (columns: readonly string[]): boolean =>
    columns.length === key.length && key.every((name) => columns.includes(name));
  if (!table.keys.some(isKey)) throw errors.key_unknown.error({ table: shown(table), columns: key.join(', ') });
}

function newTable(dialect: Dialect, { entity, key, columns }: WantedTable, name: TableName): readonly TableChange[] {
  const lacking = key.find((part) => !columns.some((column) => column.name === part));
  if (lacking !== undefined) throw errors.column_unknown.error({ column: lacking, table: entity });
  const made = columns.map((field) => newColumn(dialect, field, key.includes(field.name)));
  const create: TableChange = { kind: 'create-table', entity, sql: dialect.ddl.createTable(name, made, key) };
  return [create, ...made.flatMap((column) => comment(dialect, entity, name, column))];
}

function newColumn(dialect: Dialect, field: Field, inKey: boolean): NewColumn {
  const { name, title } = field;
  return { name, type: dialect.typeOf(field, inKey), notNull: inKey, ...(title !== undefined && { title }) };
}

function comment(dialect: Dialect, entity: string, name: TableName, column: NewColumn): readonly TableChange[] {
  if (column.title === undefined || !dialect.ddl.comment) return [];
  return [{ kind: 'comment', entity, column: column.name, sql: dialect.ddl.comment(name, column) }];
}

function changesOf(dialect: Dialect, wanted: WantedTable, table: Table, field: Field): readonly TableChange[] {
  const { entity, ddl } = wanted;
  const column =
    table.columns.find(({ name }) => name === field.name) ??
    table.columns.find(({ name }) => dialect.folded(name) === dialect.folded(field.name));
  if (column && column.name !== field.name)
    throw errors.names_fold.error({ one: column.name, other: field.name, product: dialect.product });
  if (ddl === 'create') {
    if (!column) throw errors.column_unknown.error({ column: field.name, table: entity });
    return [];
  }
  if (column)
    return [...widening(dialect, entity, table, column, field), ...retitled(dialect, entity, table, column, field)];
  const made = newColumn(dialect, field, false);
  const add: TableChange = {
    kind: 'add-column',
    entity,
    column: made.name,
    type: made.type,
    sql: dialect.ddl.addColumn(table, made),
  };
  return [add, ...comment(dialect, entity, table, made)];
}

function widening(
  dialect: Dialect,
  entity: string,
  table: Table,
  column: Column,
  field: Field,
): readonly TableChange[] {
  const wider = dialect.widened(column, field);
  if (wider === 'fits') return [];
  if (!wider) {
    const wanted = field.multiple === true ? `${field.type}, multiple` : field.type;
    throw errors.column_kind.error({ column: column.name, table: entity, type: column.type, wanted });
  }
  const sql = dialect.ddl.widenColumn(table, column, wider.type);
  return [{ kind: 'widen-column', entity, column: column.name, before: column.type, type: wider.type, sql }];
}

function retitled(
  dialect: Dialect,
  entity: string,
  table: Table,
  column: Column,
  { title }: Field,
): readonly TableChange[] {
  if (title === undefined || title === column.comment) return [];
  return comment(dialect, entity, table, { name: column.name, type: column.type, notNull: !column.nullable, title });
}
