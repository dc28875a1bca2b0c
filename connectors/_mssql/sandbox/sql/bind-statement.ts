import { fold, type Table } from '../catalog.ts';
import { notInSandbox } from '../errors.ts';
import { namedOutputs } from './bind-from.ts';
import { bindQuery, type Output } from './bind-query.ts';
import { bindDelete, bindInsert, bindUpdate } from './bind-write.ts';
import type { Binding, Need } from './binding.ts';
import type { CommonTable, Statement } from './syntax.ts';

/** A statement SQLite can run, and what its result is in T-SQL. */
export interface Compiled {
  readonly sql: string;
  readonly needs: ReadonlyMap<string, Need>;
  readonly columns: readonly Output[];
  /** Set for INSERT, UPDATE, DELETE. */
  readonly written: Table | undefined;
}

export type DataStatement = Extract<Statement, { kind: 'query' | 'insert' | 'update' | 'delete' }>;

export function compile(
  binding: Binding,
  statement: DataStatement,
  identityInsert: (table: Table) => boolean,
): Compiled {
  const prefix = 'with' in statement ? bindCommonTables(binding, statement.with) : '';
  if (statement.kind === 'query') {
    const { sql, columns } = bindQuery(binding, statement.query, undefined, false);
    return { sql: prefix + sql, needs: binding.needs, columns, written: undefined };
  }
  const write =
    statement.kind === 'insert'
      ? bindInsert(binding, statement, identityInsert)
      : statement.kind === 'update'
        ? bindUpdate(binding, statement)
        : bindDelete(binding, statement);
  return { sql: prefix + write.sql, needs: binding.needs, columns: write.columns, written: write.table };
}

function bindCommonTables(binding: Binding, tables: readonly CommonTable[]): string {
  const parts = tables.map((table, index) => {
    if (mentions(table.query, fold(table.name))) throw notInSandbox('a recursive common table expression', table.line);
    const query = bindQuery(binding, table.query, undefined, true);
    const name = `"#c${index + 1}"`;
    const columns = namedOutputs(table.name, table.columns, query.columns);
    binding.commonTables.set(fold(table.name), { sql: name, columns });
    return `${name} AS (${query.sql})`;
  });
  return parts.length === 0 ? '' : `WITH ${parts.join(', ')} `;
}

/** Does a tree name this table anywhere? A tree is plain data, so a walk over all of it is enough. */
function mentions(tree: unknown, name: string): boolean {
  if (Array.isArray(tree)) return tree.some((part) => mentions(part, name));
  if (typeof tree !== 'object' || tree === null) return false;
  if ('kind' in tree && tree.kind === 'table' && 'name' in tree && Array.isArray(tree.name)) {
    if (tree.name.length === 1 && fold(String(tree.name[0])) === name) return true;
  }
  return Object.values(tree).some((part) => mentions(part, name));
}
