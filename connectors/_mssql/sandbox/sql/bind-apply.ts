import { addSource, bindValueRows, type FromState, namedOutputs } from './bind-from.ts';
import { bindQuery, type Output, outputName } from './bind-query.ts';
import { notInSandbox } from '../errors.ts';
import type { ColumnUse } from './bound.ts';
import type { Scope } from './scope.ts';
import { family } from './sql-types.ts';
import type { TableSource } from './syntax.ts';

/**
 * CROSS and OUTER APPLY. SQLite's joins cannot look to their left, but the arguments of a table-valued function can:
 * the right side is computed per row of the left as one JSON array of rows, and `json_each` spreads it again.
 * So every form T-SQL allows there (TOP, ORDER BY, GROUP BY, several rows) means what it means in T-SQL.
 * JSON keeps 64-bit integers, floats (17 digits) and texts exactly; binary values travel as hexadecimal.
 */
export function bindApply(state: FromState, source: Extract<TableSource, { kind: 'apply' }>): string {
  const { right, outer } = source;
  if (right.kind !== 'derived' && right.kind !== 'values') throw notInSandbox('APPLY of a table or join', source.line);
  const left: Scope = { parent: state.parent, sources: [...state.sources], grouping: new Set() };
  const query =
    right.kind === 'derived' ? bindQuery(state.binding, right.query, left, true) : bindRows(state, left, right);
  state.uses.push(...query.uses.filter((use) => use.scope !== left));

  const alias = state.binding.nextAlias();
  const columns = namedOutputs(right.alias, right.columns, query.columns).map((column, index) => ({
    ...column,
    nullable: column.nullable || outer,
    sql: unpack(column, `(${alias}."value" ->> ${index})`),
    denied: undefined,
  }));
  addSource(state, { alias: right.alias, schema: undefined, columns });
  const row = query.columns.map((column, index) => pack(column, outputName(index))).join(', ');
  const rows = `(SELECT json_group_array(json_array(${row})) FROM (${query.sql}))`;
  return `${outer ? 'LEFT JOIN' : 'JOIN'} json_each(${rows}) AS ${alias}`;
}

function bindRows(
  state: FromState,
  left: Scope,
  right: Extract<TableSource, { kind: 'values' }>,
): { columns: readonly Output[]; sql: string; uses: readonly ColumnUse[] } {
  const inner: FromState = { ...state, uses: [] };
  const { outputs, sql } = bindValueRows(inner, left, right);
  return { columns: outputs, sql, uses: inner.uses };
}

const pack = (column: Output, sql: string): string =>
  family(column.type) === 'binary' ? `CASE WHEN ${sql} IS NOT NULL THEN hex(${sql}) END` : sql;

const unpack = (column: Output, sql: string): string => (family(column.type) === 'binary' ? `unhex(${sql})` : sql);
