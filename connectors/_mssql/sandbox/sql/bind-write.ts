import { type Column, columnOf, fold, quoteName, rowversionOf, type Table } from '../catalog.ts';
import { invalidColumn, invalidObject, permissionDenied, SqlError } from '../errors.ts';
import { bindCondition, bindExpression } from './bind-expression.ts';
import { bindFrom, bindValueRows, type FromState, tableSource } from './bind-from.ts';
import { bindQuery, type BoundQuery, type Output, outputName, outputValue } from './bind-query.ts';
import type { Binding, Place } from './binding.ts';
import { type Bound, quoteText } from './bound.ts';
import { assignSql } from './emit.ts';
import { resolveColumn, type Scope, type Source } from './scope.ts';
import type { Expression, SelectItem, Statement, TableSource } from './syntax.ts';

/** A statement that changes rows. With `columns` it returns some too (OUTPUT). */
export interface BoundWrite {
  readonly sql: string;
  readonly columns: readonly Output[];
  readonly table: Table;
}

type Insert = Extract<Statement, { kind: 'insert' }>;
type Update = Extract<Statement, { kind: 'update' }>;
type Delete = Extract<Statement, { kind: 'delete' }>;

const noScope = (): Scope => ({ parent: undefined, sources: [], grouping: new Set() });
const valuesPlace = (binding: Binding): Place => ({
  binding,
  scope: noScope(),
  clause: 'values',
  insideAggregate: false,
});

function writableTable(binding: Binding, name: readonly string[], action: 'INSERT' | 'UPDATE' | 'DELETE'): Table {
  const table = binding.catalog.find(name);
  if (table === undefined) throw invalidObject(name.join('.'));
  if (table.system || binding.rights.readOnly) throw permissionDenied(action, table.name, binding.catalog.database);
  return table;
}

/** @param identityInsert whether SET IDENTITY_INSERT is ON for the table. */
export function bindInsert(binding: Binding, insert: Insert, identityInsert: (table: Table) => boolean): BoundWrite {
  const table = writableTable(binding, insert.table, 'INSERT');
  const given = insertedColumns(table, insert.columns);
  checkIdentity(table, given, identityInsert(table), insert.columns.length > 0);
  const source = insertSource(binding, insert, given);
  const values = table.columns.map((column) => {
    const index = given.indexOf(column);
    const output = source?.columns[index];
    if (index >= 0 && output !== undefined && column.type.name !== 'timestamp') {
      return assignSql(outputValue(output, outputName(index)), column.type);
    }
    return generated(binding, table, column);
  });
  const names = table.columns.map((column) => quoteName(column.name)).join(', ');
  const from = source === undefined ? '' : ` FROM (${source.sql})`;
  const returned = insert.output.flatMap((item) => outputItem(binding, table, item));
  const list = returned.map(({ value }, index) => `${value.sql} AS ${outputName(index)}`).join(', ');
  return {
    table,
    sql: `INSERT INTO ${table.sql} (${names}) SELECT ${values.join(', ')}${from} WHERE 1${list === '' ? '' : ` RETURNING ${list}`}`,
    columns: returned.map(({ name, value, identity }) => ({ ...value, name, identity })),
  };
}

function insertedColumns(table: Table, names: readonly string[]): readonly Column[] {
  if (names.length === 0) return table.columns.filter((column) => column.identity === undefined);
  const seen = new Set<string>();
  return names.map((name) => {
    const column = columnOf(table, name);
    if (column === undefined) throw invalidColumn(name);
    if (seen.has(fold(name))) throw specifiedTwice(name);
    seen.add(fold(name));
    return column;
  });
}

const specifiedTwice = (name: string): SqlError =>
  new SqlError(
    264,
    `The column name '${name}' is specified more than once in the SET clause or column list of an INSERT. A column cannot be assigned more than one value in the same clause. Modify the clause to make sure that a column is updated only once. If this statement updates or inserts columns into a view, column aliasing can conceal the duplication in your code.`,
  );

function checkIdentity(table: Table, given: readonly Column[], allowed: boolean, listed: boolean): void {
  const identity = given.find((column) => column.identity !== undefined);
  if (identity !== undefined && listed && !allowed) {
    throw new SqlError(
      544,
      `Cannot insert explicit value for identity column in table '${table.name}' when IDENTITY_INSERT is set to OFF.`,
    );
  }
}

const MOST_ROWS = 1000;

/** Rows to insert as a query whose columns are those given, in their order; undefined for DEFAULT VALUES. */
function insertSource(binding: Binding, insert: Insert, given: readonly Column[]): BoundQuery | undefined {
  if (insert.rows === 'defaults') return undefined;
  if ('body' in insert.rows) {
    refuseRowversion(given, () => false);
    const query = bindQuery(binding, insert.rows, undefined, false);
    checkCount(query.columns.length, given.length, 'SELECT');
    return query;
  }
  const { rows } = insert;
  if (rows.length > MOST_ROWS) {
    throw new SqlError(
      10738,
      'The number of row value expressions in the INSERT statement exceeds the maximum allowed number of 1000 row values.',
      { severity: 15, line: insert.line },
    );
  }
  for (const row of rows) checkCount(row.length, given.length, 'VALUES');
  refuseRowversion(given, (index) => rows.every((row) => row[index] === undefined));
  const complete = rows.map((row) => row.map((value, index) => value ?? defaultOf(given[index])));
  const values: Extract<TableSource, { kind: 'values' }> = {
    kind: 'values',
    rows: complete,
    alias: '',
    columns: [],
    line: insert.line,
  };
  const state: FromState = { binding, parent: undefined, sources: [], uses: [] };
  const { outputs, sql } = bindValueRows(state, undefined, values);
  return { sql, columns: outputs, uses: [], atMostOneRow: rows.length === 1 };
}

const defaultOf = (column: Column | undefined): Expression => column?.default ?? { kind: 'null', line: 1 };

function refuseRowversion(given: readonly Column[], isDefault: (index: number) => boolean): void {
  const index = given.findIndex((column) => column.type.name === 'timestamp');
  if (index < 0 || isDefault(index)) return;
  throw new SqlError(
    273,
    'Cannot insert an explicit value into a timestamp column. Use INSERT with a column list to exclude the timestamp column, or insert a DEFAULT into the timestamp column.',
  );
}

function checkCount(values: number, columns: number, source: 'SELECT' | 'VALUES'): void {
  if (values === columns) return;
  const [relation, number] =
    columns > values ? ['more', source === 'SELECT' ? 120 : 109] : ['fewer', source === 'SELECT' ? 121 : 110];
  const what = source === 'SELECT' ? 'items in the SELECT list' : 'values specified in the VALUES clause';
  throw new SqlError(
    number,
    source === 'SELECT'
      ? `The select list for the INSERT statement contains ${relation === 'more' ? 'fewer' : 'more'} items than the insert list. The number of SELECT values must match the number of INSERT columns.`
      : `There are ${relation} columns in the INSERT statement than ${what}. The number of values in the VALUES clause must match the number of columns specified in the INSERT statement.`,
    { severity: 15 },
  );
}

/** The value of a column an INSERT does not name. */
function generated(binding: Binding, table: Table, column: Column): string {
  if (column.type.name === 'timestamp') return 'tsql_next_rowversion()';
  if (column.identity !== undefined) return `tsql_next_identity(${quoteText(table.sql)})`;
  return assignSql(bindExpression(valuesPlace(binding), defaultOf(column)), column.type);
}

function outputItem(
  binding: Binding,
  table: Table,
  item: SelectItem,
): { name: string; value: Bound; identity: boolean }[] {
  const source = tableSource(binding, table, undefined, table.sql);
  // RETURNING knows the columns of the table only by their bare names.
  const columns = source.columns.map((column) => ({ ...column, sql: quoteName(column.name) }));
  const scope: Scope = { ...noScope(), sources: [{ ...source, columns }] };
  const names =
    item.kind === 'star' ? columns.map((column) => column.name) : item.value.kind === 'column' ? item.value.name : [];
  return names.map((name) => ({
    name: item.kind === 'value' ? (item.alias ?? name) : name,
    value: resolveColumn(scope, [name]),
    identity: columnOf(table, name)?.identity !== undefined,
  }));
}

/**
 * UPDATE and DELETE, with or without FROM, are done by row id: the rows are found by a SELECT over FROM and WHERE as
 * any other, so that joins, APPLY and subqueries mean the same everywhere.
 */
function findRows(
  binding: Binding,
  { table: name, from, where, line }: Pick<Update, 'table' | 'from' | 'where' | 'line'>,
  action: 'UPDATE' | 'DELETE',
): {
  readonly table: Table;
  readonly place: Place;
  readonly fromSql: string;
  readonly whereSql: string;
  readonly rowId: string;
} {
  const sources: readonly TableSource[] = from.length > 0 ? from : [{ kind: 'table', name, alias: undefined, line }];
  const target = targetOf(sources, name);
  if (target === undefined) throw invalidObject(name.join('.'));
  const table = writableTable(binding, target.name, action);
  const bound = bindFrom(binding, sources, undefined, new Set());
  const source = bound.scope.sources.find((one) => fold(one.alias) === fold(target.alias ?? target.name.at(-1) ?? ''));
  if (source === undefined) throw invalidObject(name.join('.'));
  const place: Place = { binding, scope: bound.scope, clause: 'where', insideAggregate: false };
  const condition = where && bindCondition(place, where);
  return {
    table,
    place,
    fromSql: bound.sql,
    whereSql: condition === undefined ? '' : ` WHERE ${condition.sql}`,
    rowId: `${aliasOf(source)}._rowid_`,
  };
}

/** The alias of a source in SQLite: what its columns are qualified with. */
const aliasOf = (source: Source): string => source.columns[0]?.sql.split('.')[0] ?? '';

function targetOf(
  sources: readonly TableSource[],
  name: readonly string[],
): Extract<TableSource, { kind: 'table' }> | undefined {
  const tables = sources.flatMap(tablesOf);
  const wanted = fold(name.at(-1) ?? '');
  return (
    tables.find((one) => one.alias !== undefined && name.length === 1 && fold(one.alias) === wanted) ??
    tables.find((one) => fold(one.name.at(-1) ?? '') === wanted)
  );
}

function tablesOf(source: TableSource): readonly Extract<TableSource, { kind: 'table' }>[] {
  if (source.kind === 'table') return [source];
  return source.kind === 'join' || source.kind === 'apply' ? [...tablesOf(source.left), ...tablesOf(source.right)] : [];
}

export function bindUpdate(binding: Binding, update: Update): BoundWrite {
  const { table, place, fromSql, whereSql, rowId } = findRows(binding, update, 'UPDATE');
  const seen = new Set<string>();
  const changes = update.set.map(({ column: name, value }) => {
    const column = updatableColumn(table, name);
    if (seen.has(fold(name))) throw specifiedTwice(name);
    seen.add(fold(name));
    const bound = bindExpression({ ...place, clause: 'set' }, value ?? defaultOf(column));
    return { column, sql: assignSql(bound, column.type) };
  });
  const list = changes.map(({ sql }, index) => `${sql} AS ${outputName(index)}`);
  const set = changes.map(({ column }, index) => `${quoteName(column.name)} = "#new".${outputName(index)}`);
  const rowversion = rowversionOf(table);
  if (rowversion !== undefined) set.push(`${quoteName(rowversion.name)} = tsql_next_rowversion()`);
  const found = `SELECT ${rowId} AS "#row", ${list.join(', ')}${fromSql}${whereSql}`;
  return {
    table,
    columns: [],
    sql: `UPDATE ${table.sql} SET ${set.join(', ')} FROM (${found}) AS "#new" WHERE ${table.sql}._rowid_ = "#new"."#row"`,
  };
}

function updatableColumn(table: Table, name: string): Column {
  const column = columnOf(table, name);
  if (column === undefined) throw invalidColumn(name);
  if (column.type.name === 'timestamp') throw new SqlError(272, 'Cannot update a timestamp column.');
  if (column.identity !== undefined) throw new SqlError(8102, `Cannot update identity column '${column.name}'.`);
  return column;
}

export function bindDelete(binding: Binding, statement: Delete): BoundWrite {
  const { table, fromSql, whereSql, rowId } = findRows(binding, statement, 'DELETE');
  return {
    table,
    columns: [],
    sql: `DELETE FROM ${table.sql} WHERE _rowid_ IN (SELECT ${rowId}${fromSql}${whereSql})`,
  };
}
