import { ambiguousColumn, columnPermissionDenied, invalidColumn, unboundIdentifier } from '../errors.ts';
import { fold } from '../catalog.ts';
import { type Bound, compose } from './bound.ts';
import type { SqlType } from './sql-types.ts';
import type { Name } from './syntax.ts';

/** A column some source of FROM offers. */
export interface SourceColumn {
  readonly name: string;
  readonly type: SqlType;
  readonly nullable: boolean;
  readonly identity: boolean;
  readonly sql: string;
  /** Set where the login may not read it: what to put into error 230. */
  readonly denied: { readonly table: string; readonly database: string } | undefined;
}

export interface Source {
  /** What a column of it is qualified with: the alias, else the table's name. */
  readonly alias: string;
  /** Without an alias, `dbo.Receptions.ID` is allowed too. */
  readonly schema: string | undefined;
  readonly columns: readonly SourceColumn[];
}

/** The sources one SELECT reads; a subquery's scope has the surrounding one as parent. */
export interface Scope {
  readonly parent: Scope | undefined;
  readonly sources: readonly Source[];
  /** SQL of the GROUP BY expressions: reading one of these is not a use of a single row's column. */
  readonly grouping: ReadonlySet<string>;
}

export function resolveColumn(scope: Scope, name: Name): Bound {
  const { level, source, column } = findColumn(scope, name);
  return columnUse(level, source, column);
}

interface FoundColumn {
  /** The scope it belongs to: this one or one around it. */
  readonly level: Scope;
  readonly source: Source;
  readonly column: SourceColumn;
}

/** The innermost scope that knows the name decides. Errors 207, 209, 4104. */
export function findColumn(scope: Scope, name: Name): FoundColumn {
  const column = name.at(-1) ?? '';
  const qualifier = name.slice(0, -1);
  for (let level: Scope | undefined = scope; level !== undefined; level = level.parent) {
    const sources = level.sources.filter((source) => isQualifiedBy(source, qualifier));
    const found = sources.flatMap((source) =>
      source.columns.filter((one) => fold(one.name) === fold(column)).map((one) => ({ source, one })),
    );
    if (found.length > 1) throw ambiguousColumn(column);
    const [match] = found;
    if (match !== undefined) return { level, source: match.source, column: match.one };
    if (qualifier.length > 0 && sources.length > 0) throw invalidColumn(column);
  }
  throw qualifier.length === 0 ? invalidColumn(column) : unboundIdentifier(name.join('.'));
}

export function columnUse(scope: Scope, source: Source, column: SourceColumn): Bound {
  if (column.denied !== undefined) {
    throw columnPermissionDenied(column.name, column.denied.table, column.denied.database);
  }
  const bound = compose(column.sql, column.type, [], column.nullable);
  if (scope.grouping.has(column.sql)) return bound;
  return { ...bound, uses: [{ scope, name: `${source.alias}.${column.name}` }] };
}

function isQualifiedBy(source: Source, qualifier: Name): boolean {
  const [table, schema] = [...qualifier].reverse();
  if (table === undefined) return true;
  if (fold(table) !== fold(source.alias)) return false;
  return schema === undefined || (source.schema !== undefined && fold(schema) === fold(source.schema));
}

export const sourcesNamed = (scope: Scope, qualifier: Name): readonly Source[] =>
  scope.sources.filter((source) => isQualifiedBy(source, qualifier));
