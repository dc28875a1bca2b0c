import type { CheckResult, Value } from '../../engine/index.ts';
import { cannotRead } from '../_check/results.ts';
import { whatTable } from '../_mssql/check.ts';
import type { SqlClient } from '../_mssql/client.ts';
import { errors } from './errors.ts';
import { optionalColumns } from './stream.ts';
import type { Stream } from './stream.ts';
import { askColumns } from './visible-columns.ts';

/** What the streams of a pipeline need of a table together. */
interface Need {
  readonly required: ReadonlySet<string>;
  /** With what rows lack without it. */
  readonly optional: ReadonlyMap<string, string>;
}

/** Every table and column these streams read and the login cannot, by name. */
export async function checkTables(
  client: SqlClient,
  streams: readonly Stream[],
  signal: AbortSignal,
): Promise<readonly CheckResult[]> {
  if (streams.length === 0) return [];
  const readable = await askColumns(client, signal);
  return [...needsOf(streams)].map(([table, need]) => checkTable(table, need, readable.get(table)));
}

function needsOf(streams: readonly Stream[]): ReadonlyMap<string, Need> {
  const needs = new Map<string, { required: Set<string>; optional: Map<string, string> }>();
  const needOf = (table: string) => {
    const need = needs.get(table) ?? { required: new Set<string>(), optional: new Map<string, string>() };
    needs.set(table, need);
    return need;
  };
  for (const stream of streams) {
    for (const [table, columns] of Object.entries(stream.required)) {
      for (const column of columns) needOf(table).required.add(column);
    }
    for (const [table, columns] of optionalColumns(stream)) {
      for (const [column, lack] of Object.entries(columns))
        needOf(table).optional.set(column, `${stream.name}: ${lack}`);
    }
  }
  return needs;
}

function checkTable(
  table: string,
  { required, optional }: Need,
  readable: ReadonlySet<Value> = new Set(),
): CheckResult {
  const what = whatTable(table);
  if (required.size > 0 && readable.size === 0) return cannotRead(what, errors.tables_missing.error({ table }));
  const missing = [...required].filter((column) => !readable.has(column));
  if (missing.length > 0) return cannotRead(what, errors.columns_missing.error({ table, columns: missing.join(', ') }));
  const lacking = [...optional].filter(([column]) => !required.has(column) && !readable.has(column));
  const count = new Set([...required, ...optional.keys()]).size - lacking.length;
  const fact = { en: `${count} columns can be read`, ru: `читаются столбцы: ${count}` };
  if (lacking.length === 0) return { what, ok: true, fact };
  const columns = lacking.map(([column]) => column).join(', ');
  const lacks = [...new Set(lacking.map(([, lack]) => lack))].join('; ');
  return { what, ok: true, fact, error: errors.columns_not_there.error({ table, columns, lacks }) };
}
