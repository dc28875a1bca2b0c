import { fold, quoteName, type Table } from '../catalog.ts';
import { invalidObject, notInSandbox, permissionDenied, SqlError } from '../errors.ts';
import { bindApply } from './bind-apply.ts';
import { bindCondition, bindExpression } from './bind-expression.ts';
import { bindQuery, type Output, outputName } from './bind-query.ts';
import { type Binding, isDenied } from './binding.ts';
import { type ColumnUse, quoteText } from './bound.ts';
import { commonType, convertSql } from './emit.ts';
import type { Scope, Source, SourceColumn } from './scope.ts';
import type { TableSource } from './syntax.ts';

export interface BoundFrom {
  /** ` FROM …`, or nothing. */
  readonly sql: string;
  readonly scope: Scope;
  /** Columns of surrounding queries it reads. */
  readonly uses: readonly ColumnUse[];
}

/** What grows while FROM is read from left to right. */
export interface FromState {
  readonly binding: Binding;
  readonly parent: Scope | undefined;
  readonly sources: Source[];
  readonly uses: ColumnUse[];
}

export function bindFrom(
  binding: Binding,
  from: readonly TableSource[],
  parent: Scope | undefined,
  grouping: ReadonlySet<string>,
): BoundFrom {
  const state: FromState = { binding, parent, sources: [], uses: [] };
  // a, b LEFT JOIN c is (a × b) LEFT JOIN c, as ON cannot see a; for RIGHT and FULL that would not hold.
  const parts = from.map((source, index) => {
    if (from.length > 1 && has(source, isTurnedJoin))
      throw notInSandbox('a comma beside RIGHT or FULL JOIN', source.line);
    return `${index === 0 ? '' : ' JOIN '}${bindSource(state, source)}`;
  });
  const scope: Scope = { parent, sources: state.sources, grouping };
  return { sql: parts.length === 0 ? '' : ` FROM ${parts.join('')}`, scope, uses: state.uses };
}

const isTurnedJoin = (source: TableSource): boolean =>
  source.kind === 'join' && (source.join === 'right' || source.join === 'full');
const isApply = (source: TableSource): boolean => source.kind === 'apply';

function has(source: TableSource, wanted: (one: TableSource) => boolean): boolean {
  if (wanted(source)) return true;
  return (source.kind === 'join' || source.kind === 'apply') && (has(source.left, wanted) || has(source.right, wanted));
}

const joins = { inner: 'JOIN', left: 'LEFT JOIN', right: 'RIGHT JOIN', full: 'FULL JOIN', cross: 'JOIN' } as const;

function bindSource(state: FromState, source: TableSource): string {
  switch (source.kind) {
    case 'table':
      return bindTable(state, source.name, source.alias);
    case 'derived': {
      const query = bindQuery(state.binding, source.query, state.parent, true);
      state.uses.push(...query.uses);
      return addDerived(state, source.alias, source.columns, query.columns, `(${query.sql})`);
    }
    case 'values':
      return bindValues(state, source);
    case 'apply':
      if (has(source, isTurnedJoin)) throw notInSandbox('APPLY beside RIGHT or FULL JOIN', source.line);
      return `${bindSource(state, source.left)} ${bindApply(state, source)}`;
    case 'join':
      return bindJoin(state, source);
  }
}

function bindJoin(state: FromState, source: Extract<TableSource, { kind: 'join' }>): string {
  if (has(source, isTurnedJoin) && has(source, isApply)) {
    throw notInSandbox('APPLY beside RIGHT or FULL JOIN', source.line);
  }
  const first = state.sources.length;
  const left = bindSource(state, source.left);
  const nested = source.right.kind === 'join' || source.right.kind === 'apply';
  if (nested && has(source.right, isApply)) throw notInSandbox('APPLY inside a nested join', source.line);
  const right = bindSource(state, source.right);
  const joined = `${left} ${joins[source.join]} ${nested ? `(${right})` : right}`;
  if (source.on === undefined) return joined;
  const scope: Scope = { parent: state.parent, sources: state.sources.slice(first), grouping: new Set() };
  const on = bindCondition({ binding: state.binding, scope, clause: 'on', insideAggregate: false }, source.on);
  state.uses.push(...on.uses.filter((use) => use.scope !== scope));
  return `${joined} ON ${on.sql}`;
}

export function addSource(state: FromState, source: Source): void {
  const taken = state.sources.some((one) => fold(one.alias) === fold(source.alias) && one.schema === source.schema);
  if (taken) {
    throw new SqlError(
      1013,
      `The objects "${source.alias}" and "${source.alias}" in the FROM clause have the same exposed names. Use correlation names to distinguish them.`,
    );
  }
  state.sources.push(source);
}

function bindTable(state: FromState, name: readonly string[], alias: string | undefined): string {
  const { binding } = state;
  const common = name.length === 1 ? binding.commonTables.get(fold(name[0] ?? '')) : undefined;
  const sqlAlias = binding.nextAlias();
  if (common !== undefined) {
    const columns = common.columns.map((column, index) => ({
      ...column,
      sql: `${sqlAlias}.${outputName(index)}`,
      denied: undefined,
    }));
    addSource(state, { alias: alias ?? name[0] ?? '', schema: undefined, columns });
    return `${common.sql} AS ${sqlAlias}`;
  }
  const table = findTable(binding, name);
  addSource(state, tableSource(binding, table, alias, sqlAlias));
  return `${table.system ? visibleRows(binding, table) : table.sql} AS ${sqlAlias}`;
}

/** Error 208 for a table that is not there, 229 for one the login may not read. */
export function findTable(binding: Binding, name: readonly string[]): Table {
  const table = binding.catalog.find(name);
  if (table === undefined) throw invalidObject(name.join('.'));
  if (isDenied(binding.rights, table)) throw permissionDenied('SELECT', table.name, binding.catalog.database);
  return table;
}

export function tableSource(binding: Binding, table: Table, alias: string | undefined, sqlAlias: string): Source {
  const columns = table.columns.map((column): SourceColumn => {
    const denied = isDenied(binding.rights, table, column.name);
    return {
      name: column.name,
      type: column.type,
      nullable: column.nullable,
      identity: column.identity !== undefined,
      sql: `${sqlAlias}.${quoteName(column.name)}`,
      denied: denied ? { table: table.name, database: binding.catalog.database } : undefined,
    };
  });
  return { alias: alias ?? table.name, schema: alias === undefined ? table.schema : undefined, columns };
}

/** A login does not see in `sys` and INFORMATION_SCHEMA what it may not read. */
function visibleRows({ rights }: Binding, table: Table): string {
  const hidden = [...rights.denied].filter((name) => !name.includes('.'));
  if (hidden.length === 0) return table.sql;
  return `(SELECT * FROM ${table.sql} WHERE ifnull("#of", '') NOT IN (${hidden.map(quoteText).join(', ')}))`;
}

export function addDerived(
  state: FromState,
  alias: string,
  names: readonly string[],
  outputs: readonly Output[],
  sql: string,
): string {
  const sqlAlias = state.binding.nextAlias();
  const columns = namedOutputs(alias, names, outputs).map((column, index) => ({
    ...column,
    sql: `${sqlAlias}.${outputName(index)}`,
    denied: undefined,
  }));
  addSource(state, { alias, schema: undefined, columns });
  return `${sql} AS ${sqlAlias}`;
}

/** Columns of a derived table need names, each of its own: errors 8155, 8156, 8158, 8159. */
export function namedOutputs(alias: string, names: readonly string[], outputs: readonly Output[]): readonly Output[] {
  if (names.length > 0 && names.length !== outputs.length) {
    const [number, relation] = names.length > outputs.length ? [8158, 'fewer'] : [8159, 'more'];
    throw new SqlError(number, `'${alias}' has ${relation} columns than were specified in the column list.`);
  }
  const seen = new Set<string>();
  return outputs.map((output, index) => {
    const name = names[index] ?? output.name;
    if (name === '')
      throw new SqlError(8155, `No column name was specified for column ${index + 1} of '${alias}'.`, { state: 2 });
    if (seen.has(fold(name)))
      throw new SqlError(8156, `The column '${name}' was specified multiple times for '${alias}'.`);
    seen.add(fold(name));
    return { ...output, name };
  });
}

function bindValues(state: FromState, source: Extract<TableSource, { kind: 'values' }>): string {
  const { outputs, sql } = bindValueRows(state, state.parent, source);
  return addDerived(state, source.alias, source.columns, outputs, `(${sql})`);
}

/** `VALUES (a, b), (c, d)`; each column has the type its values meet in. */
export function bindValueRows(
  state: FromState,
  parent: Scope | undefined,
  source: Extract<TableSource, { kind: 'values' }>,
): { readonly outputs: readonly Output[]; readonly sql: string } {
  const scope: Scope = { parent, sources: [], grouping: new Set() };
  const place = { binding: state.binding, scope, clause: 'values', insideAggregate: false } as const;
  const rows = source.rows.map((row) => row.map((value) => bindExpression(place, value)));
  const width = rows[0]?.length ?? 0;
  if (rows.some((row) => row.length !== width)) {
    throw new SqlError(10709, 'The number of columns for each row in a table value constructor must be the same.', {
      severity: 16,
      line: source.line,
    });
  }
  state.uses.push(...rows.flatMap((row) => row.flatMap((value) => value.uses)));
  const types = Array.from({ length: width }, (_, index) => commonType(rows.flatMap((row) => row[index] ?? [])));
  const outputs = types.map((type, index) => ({
    name: '',
    type,
    nullable: rows.some((row) => row[index]?.nullable ?? true),
    identity: false,
    untyped: false,
  }));
  const tuples = rows.map(
    (row) => `(${row.map((value, index) => convertSql(value, types[index] ?? value.type)).join(', ')})`,
  );
  // A common table names the columns: those of a bare VALUES depend on what is in its rows.
  const names = types.map((_, index) => outputName(index)).join(', ');
  return { outputs, sql: `WITH "#v"(${names}) AS (VALUES ${tuples.join(', ')}) SELECT ${names} FROM "#v"` };
}
