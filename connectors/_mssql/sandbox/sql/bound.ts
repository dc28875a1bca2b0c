import type { SqlType } from './sql-types.ts';
import type { Scope } from './scope.ts';

/** An expression whose names and types are known, and its translation. */
export interface Bound {
  /** SQLite's expression for it. */
  readonly sql: string;
  readonly type: SqlType;
  readonly nullable: boolean;
  /** The bare word NULL, which takes any type. */
  readonly untyped: boolean;
  /** Columns it reads outside of aggregates, for the rules of GROUP BY and of outer references. */
  readonly uses: readonly ColumnUse[];
  readonly hasAggregate: boolean;
  readonly hasWindow: boolean;
  readonly hasSubquery: boolean;
}

export interface ColumnUse {
  readonly scope: Scope;
  /** As SQL Server shows it in error 8120: `Receptions.ID`. */
  readonly name: string;
}

type Traits = Pick<Bound, 'uses' | 'hasAggregate' | 'hasWindow' | 'hasSubquery'>;

export const traitsOf = (parts: readonly Bound[]): Traits => ({
  uses: parts.flatMap((part) => part.uses),
  hasAggregate: parts.some((part) => part.hasAggregate),
  hasWindow: parts.some((part) => part.hasWindow),
  hasSubquery: parts.some((part) => part.hasSubquery),
});

/** An expression made of others. It is NULL only if one of them can be, unless `nullable` says otherwise. */
export function compose(sql: string, type: SqlType, parts: readonly Bound[], nullable?: boolean): Bound {
  return {
    sql,
    type,
    nullable: nullable ?? parts.some((part) => part.nullable),
    untyped: false,
    ...traitsOf(parts),
  };
}

export const literal = (sql: string, type: SqlType): Bound => compose(sql, type, [], false);

export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`;
