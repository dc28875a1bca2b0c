import type { Connection } from './database.ts';
import type { Compiled, DataStatement } from './sql/bind-statement.ts';
import type { Rights } from './sql/binding.ts';
import { parseBatch } from './sql/parse-statement.ts';
import type { SqliteValue, SqlType } from './sql/sql-types.ts';
import type { Statement } from './sql/syntax.ts';

type Prepared = ReturnType<typeof prepare>;

/** Texts of this length and more are data rather than questions, and do not come twice. */
const LONGEST_KEPT = 65_536;
const MOST_KEPT = 64;

/** What all sessions worked out about texts they are sent again and again: a server calls it the plan cache. */
export class PlanCache {
  readonly #parsed = new Map<string, readonly Statement[]>();
  readonly #compiled = new WeakMap<DataStatement, { readonly key: string; readonly compiled: Compiled }>();

  parse(sql: string): readonly Statement[] {
    const known = this.#parsed.get(sql);
    if (known !== undefined) return known;
    const statements = parseBatch(sql);
    if (sql.length >= LONGEST_KEPT) return statements;
    const [oldest] = this.#parsed.keys();
    if (this.#parsed.size >= MOST_KEPT && oldest !== undefined) this.#parsed.delete(oldest);
    this.#parsed.set(sql, statements);
    return statements;
  }

  /** `key` says what the work depends on beside the statement. */
  compile(statement: DataStatement, key: string, make: () => Compiled): Compiled {
    const known = this.#compiled.get(statement);
    if (known?.key === key) return known.compiled;
    const compiled = make();
    this.#compiled.set(statement, { key, compiled });
    return compiled;
  }
}

/** The statements one connection has ready. */
export class PreparedStatements {
  readonly #prepared = new WeakMap<Compiled, Prepared>();

  of(connection: Connection, compiled: Compiled): Prepared {
    const known = this.#prepared.get(compiled);
    if (known !== undefined) return known;
    const prepared = prepare(connection, compiled.sql);
    this.#prepared.set(compiled, prepared);
    return prepared;
  }
}

function prepare(connection: Connection, sql: string) {
  return connection.prepare<[Record<string, SqliteValue>], SqliteValue[]>(sql);
}

/** The types of the variables a statement may name: another type is another statement. */
export function typesKey(types: ReadonlyMap<string, SqlType>): string {
  let key = '';
  for (const [name, { name: type, length, precision, scale }] of types)
    key += `${name} ${type} ${length} ${precision} ${scale};`;
  return key;
}

/** Another login may see and do other things. */
export function rightsKey({ readOnly, denied }: Rights): string {
  return `${readOnly} ${[...denied].sort().join()}`;
}
