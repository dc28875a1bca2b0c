import type { SqlType } from './sql-types.ts';

/** The tree of a T-SQL batch. `line` is where it starts, for errors. */
export type Name = readonly string[];

export type Expression =
  | { readonly kind: 'integer' | 'decimal' | 'float'; readonly text: string; readonly line: number }
  | { readonly kind: 'text'; readonly text: string; readonly national: boolean; readonly line: number }
  | { readonly kind: 'binary'; readonly text: string; readonly line: number }
  | { readonly kind: 'null'; readonly line: number }
  | { readonly kind: 'variable'; readonly name: string; readonly line: number }
  | { readonly kind: 'column'; readonly name: Name; readonly line: number }
  | { readonly kind: 'unary'; readonly operator: '-' | '+' | '~'; readonly operand: Expression; readonly line: number }
  | {
      readonly kind: 'arithmetic';
      readonly operator: '+' | '-' | '*' | '/' | '%' | '&' | '|' | '^';
      readonly left: Expression;
      readonly right: Expression;
      readonly line: number;
    }
  | {
      readonly kind: 'case';
      readonly input: Expression | undefined;
      readonly branches: readonly { readonly when: Expression; readonly result: Expression }[];
      readonly otherwise: Expression | undefined;
      readonly line: number;
    }
  | {
      readonly kind: 'convert';
      readonly to: SqlType;
      readonly value: Expression;
      readonly style: Expression | undefined;
      /** TRY_CAST, TRY_CONVERT: NULL instead of an error. */
      readonly tolerant: boolean;
      readonly line: number;
    }
  | Call
  | { readonly kind: 'subquery'; readonly query: Query; readonly line: number }
  | Condition;

/** What may stand in WHERE, ON, HAVING, WHEN. */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression; readonly line: number }
  | { readonly kind: 'not'; readonly operand: Expression; readonly line: number }
  | {
      readonly kind: 'compare';
      readonly operator: '=' | '<>' | '<' | '>' | '<=' | '>=';
      readonly left: Expression;
      readonly right: Expression;
      readonly line: number;
    }
  | {
      readonly kind: 'between';
      readonly negated: boolean;
      readonly operand: Expression;
      readonly low: Expression;
      readonly high: Expression;
      readonly line: number;
    }
  | {
      readonly kind: 'in';
      readonly negated: boolean;
      readonly operand: Expression;
      readonly choices: readonly Expression[] | Query;
      readonly line: number;
    }
  | {
      readonly kind: 'like';
      readonly negated: boolean;
      readonly operand: Expression;
      readonly pattern: Expression;
      readonly escape: Expression | undefined;
      readonly line: number;
    }
  | { readonly kind: 'isNull'; readonly negated: boolean; readonly operand: Expression; readonly line: number }
  | { readonly kind: 'exists'; readonly query: Query; readonly line: number };

export interface Call {
  readonly kind: 'call';
  /** Upper case. */
  readonly name: string;
  readonly arguments: readonly Expression[];
  /** COUNT(*) */
  readonly star: boolean;
  readonly distinct: boolean;
  readonly over: Window | undefined;
  readonly line: number;
}

export interface Window {
  readonly partition: readonly Expression[];
  readonly order: readonly Order[];
}

export interface Order {
  readonly value: Expression;
  readonly descending: boolean;
}

export interface Query {
  readonly body: QueryBody;
  readonly order: readonly Order[];
  readonly offset: Expression | undefined;
  readonly fetch: Expression | undefined;
  /** FOR XML PATH(''): the rows as one text. With TYPE it is xml, whose `.value()` undoes the escaping. */
  readonly xml: 'text' | 'typed' | undefined;
  readonly line: number;
}

export type QueryBody =
  | Select
  | {
      readonly kind: 'union' | 'unionAll' | 'except' | 'intersect';
      readonly left: QueryBody;
      readonly right: QueryBody;
      readonly line: number;
    };

export interface Select {
  readonly kind: 'select';
  readonly distinct: boolean;
  readonly top: Expression | undefined;
  readonly items: readonly SelectItem[];
  readonly from: readonly TableSource[];
  readonly where: Expression | undefined;
  readonly group: readonly Expression[];
  readonly having: Expression | undefined;
  readonly line: number;
}

export type SelectItem =
  | { readonly kind: 'star'; readonly of: Name }
  | { readonly kind: 'value'; readonly value: Expression; readonly alias: string | undefined };

export type TableSource =
  | { readonly kind: 'table'; readonly name: Name; readonly alias: string | undefined; readonly line: number }
  | {
      readonly kind: 'derived';
      readonly query: Query;
      readonly alias: string;
      readonly columns: readonly string[];
      readonly line: number;
    }
  | {
      readonly kind: 'values';
      readonly rows: readonly (readonly Expression[])[];
      readonly alias: string;
      readonly columns: readonly string[];
      readonly line: number;
    }
  | {
      readonly kind: 'join';
      readonly join: 'inner' | 'left' | 'right' | 'full' | 'cross';
      readonly left: TableSource;
      readonly right: TableSource;
      readonly on: Expression | undefined;
      readonly line: number;
    }
  | {
      readonly kind: 'apply';
      readonly outer: boolean;
      readonly left: TableSource;
      readonly right: TableSource;
      readonly line: number;
    };

export interface CommonTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly query: Query;
  readonly line: number;
}

export interface ColumnDeclaration {
  readonly name: string;
  readonly type: SqlType;
  readonly nullable: boolean;
  readonly identity: { readonly seed: number; readonly step: number } | undefined;
  readonly default: Expression | undefined;
}

export interface KeyDeclaration {
  readonly name: string | undefined;
  readonly kind: 'primary' | 'unique' | 'index';
  readonly columns: readonly string[];
}

export type IsolationLevel = 'read uncommitted' | 'read committed' | 'repeatable read' | 'serializable' | 'snapshot';

export type Statement =
  | { readonly kind: 'query'; readonly with: readonly CommonTable[]; readonly query: Query; readonly line: number }
  | {
      readonly kind: 'insert';
      readonly table: Name;
      readonly columns: readonly string[];
      readonly output: readonly SelectItem[];
      /** `undefined` stands for DEFAULT. */
      readonly rows: readonly (readonly (Expression | undefined)[])[] | Query | 'defaults';
      readonly line: number;
    }
  | {
      readonly kind: 'update';
      readonly with: readonly CommonTable[];
      readonly table: Name;
      readonly set: readonly { readonly column: string; readonly value: Expression | undefined }[];
      readonly from: readonly TableSource[];
      readonly where: Expression | undefined;
      readonly line: number;
    }
  | {
      readonly kind: 'delete';
      readonly with: readonly CommonTable[];
      readonly table: Name;
      readonly from: readonly TableSource[];
      readonly where: Expression | undefined;
      readonly line: number;
    }
  | {
      readonly kind: 'createTable';
      readonly table: Name;
      readonly columns: readonly ColumnDeclaration[];
      readonly keys: readonly KeyDeclaration[];
      readonly line: number;
    }
  | {
      readonly kind: 'createIndex';
      readonly table: Name;
      readonly key: KeyDeclaration;
      readonly line: number;
    }
  | {
      readonly kind: 'addColumns';
      readonly table: Name;
      readonly columns: readonly ColumnDeclaration[];
      readonly line: number;
    }
  | { readonly kind: 'dropColumn'; readonly table: Name; readonly column: string; readonly line: number }
  | { readonly kind: 'dropTable'; readonly tables: readonly Name[]; readonly line: number }
  | { readonly kind: 'dropIndex'; readonly index: string; readonly table: Name; readonly line: number }
  | { readonly kind: 'truncate'; readonly table: Name; readonly line: number }
  | { readonly kind: 'begin' | 'commit' | 'rollback'; readonly line: number }
  | { readonly kind: 'declare'; readonly variables: readonly VariableDeclaration[]; readonly line: number }
  | { readonly kind: 'assign'; readonly variable: string; readonly value: Expression; readonly line: number }
  | { readonly kind: 'isolation'; readonly level: IsolationLevel; readonly line: number }
  | { readonly kind: 'option'; readonly name: string; readonly value: string; readonly line: number }
  | { readonly kind: 'identityInsert'; readonly table: Name; readonly on: boolean; readonly line: number }
  | { readonly kind: 'use'; readonly database: string; readonly line: number };

export interface VariableDeclaration {
  readonly name: string;
  readonly type: SqlType;
  readonly value: Expression | undefined;
  readonly output: boolean;
}
