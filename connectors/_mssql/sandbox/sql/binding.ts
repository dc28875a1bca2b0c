import { type Catalog, fold, type Table } from '../catalog.ts';
import { undeclaredVariable } from '../errors.ts';
import { type Bound, compose } from './bound.ts';
import type { Scope, SourceColumn } from './scope.ts';
import type { SqlType } from './sql-types.ts';
import { systemValues } from './system-values.ts';

/** What a login may not do. Names are folded: `patients`, `patients.snils`. */
export interface Rights {
  readonly readOnly: boolean;
  readonly denied: ReadonlySet<string>;
}

/** A common table expression while its statement is bound. */
export interface CommonSource {
  readonly sql: string;
  readonly columns: readonly Omit<SourceColumn, 'sql' | 'denied'>[];
}

/**
 * One statement on its way from T-SQL to SQLite: what it may see, and what it turned out to need.
 * Values reach SQLite as named parameters only, never as text of the statement.
 */
export interface Binding {
  readonly catalog: Catalog;
  readonly rights: Rights;
  readonly variables: ReadonlyMap<string, SqlType>;
  readonly commonTables: Map<string, CommonSource>;
  /** Names of SQLite parameters and where their values come from. */
  readonly needs: Map<string, Need>;
  /** The SQLite parameter of a need, by kind and name. */
  readonly parameters: Map<string, string>;
  /** `#t1`, `#t2`: every source of the statement has its own, so nothing is captured by accident. */
  nextAlias(): string;
}

export type Need =
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'system'; readonly name: string };

export function newBinding(catalog: Catalog, rights: Rights, variables: ReadonlyMap<string, SqlType>): Binding {
  let aliases = 0;
  return {
    catalog,
    rights,
    variables,
    commonTables: new Map(),
    needs: new Map(),
    parameters: new Map(),
    nextAlias: () => `"#t${++aliases}"`,
  };
}

export function bindVariable(binding: Binding, name: string): Bound {
  if (name.startsWith('@@')) {
    const system = bindSystemValue(binding, name.toUpperCase());
    if (system !== undefined) return system;
    throw undeclaredVariable(name);
  }
  const type = binding.variables.get(fold(name));
  if (type === undefined) throw undeclaredVariable(name);
  return compose(need(binding, { kind: 'variable', name: fold(name) }), type, [], true);
}

/** GETDATE, @@ROWCOUNT, DB_NAME …: one value per statement. */
export function bindSystemValue(binding: Binding, name: string): Bound | undefined {
  const value = systemValues[name];
  return value && compose(need(binding, { kind: 'system', name }), value.type, [], value.nullable === true);
}

function need({ needs, parameters }: Binding, wanted: Need): string {
  const key = `${wanted.kind} ${wanted.name}`;
  const known = parameters.get(key);
  if (known !== undefined) return `:${known}`;
  const parameter = `p${needs.size + 1}`;
  needs.set(parameter, wanted);
  parameters.set(key, parameter);
  return `:${parameter}`;
}

export const isDenied = (rights: Rights, table: Table, column?: string): boolean =>
  !table.system && rights.denied.has(fold(column === undefined ? table.name : `${table.name}.${column}`));

/** Where a piece of a query stands, which decides what may appear in it. */
export interface Place {
  readonly binding: Binding;
  readonly scope: Scope;
  readonly clause: 'select' | 'from' | 'where' | 'on' | 'group' | 'having' | 'order' | 'set' | 'values';
  readonly insideAggregate: boolean;
}
