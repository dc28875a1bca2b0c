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
  readonly required: Set<string>;
  /** By column: the fields of which streams lack something without it. */
  readonly optional: Map<string, Lack[]>;
}

interface Lack {
  readonly stream: string;
  readonly fields: string;
}

/** Every table and column these streams read and the login cannot, by name. */
export async function checkTables(
  client: SqlClient,
  streams: readonly Stream[],
  signal: AbortSignal,
): Promise<readonly CheckResult[]> {
  if (streams.length === 0) return [];
  const needs = needsOf(new Set(streams));
  const readable = await askColumns(client, needs.keys(), signal);
  return [...needs].map(([table, need]) => checkTable(table, need, readable.get(table)));
}

function needsOf(streams: Iterable<Stream>): ReadonlyMap<string, Need> {
  const needs = new Map<string, Need>();
  const needOf = (table: string): Need => {
    const need = needs.get(table) ?? { required: new Set(), optional: new Map() };
    needs.set(table, need);
    return need;
  };
  for (const stream of streams) {
    for (const [table, columns] of Object.entries(stream.required)) {
      for (const column of columns) needOf(table).required.add(column);
    }
    for (const [table, columns] of optionalColumns(stream)) {
      const { optional } = needOf(table);
      for (const [column, fields] of Object.entries(columns)) {
        optional.set(column, [...(optional.get(column) ?? []), { stream: stream.name, fields }]);
      }
    }
  }
  return needs;
}

function checkTable(table: string, need: Need, readable: ReadonlySet<Value> = new Set()): CheckResult {
  const { required, optional } = need;
  const what = whatTable(table);
  if (required.size > 0 && readable.size === 0) return cannotRead(what, errors.tables_missing.error({ table }));
  const missing = [...required].filter((column) => !readable.has(column));
  if (missing.length > 0) return cannotRead(what, errors.columns_missing.error({ table, columns: missing.join(', ') }));
  const lacking = [...optional].filter(([column]) => !readable.has(column));
  const count = new Set([...required, ...optional.keys()]).size - lacking.length;
  const fact = { en: `${count} columns can be read`, ru: `читаются столбцы: ${count}` };
  if (lacking.length === 0) return { what, ok: true, fact };
  const columns = lacking.map(([column]) => column).join(', ');
  const lacks = lacksOf(lacking.flatMap(([, lack]) => lack));
  return { what, ok: true, fact, error: errors.columns_not_there.error({ table, columns, lacks }) };
}

/** `patients (city, inn), receptions (patient.phone)` */
function lacksOf(lacks: readonly Lack[]): string {
  return [...Map.groupBy(lacks, ({ stream }) => stream)]
    .map(([stream, of]) => `${stream} (${[...new Set(of.map(({ fields }) => fields))].join(', ')})`)
    .join(', ');
}
