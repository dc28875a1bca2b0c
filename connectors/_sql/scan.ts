import type { FoundRow, Value } from '../../engine/index.ts';
import { columnIn, keyOf } from './catalogue.ts';
import type { Database } from './dialect.ts';
import { columnsToRead, foundRow } from './find.ts';
import { behind, page } from './select.ts';
import type { Table } from './table.ts';
import { compiledRaw } from './writer.ts';

const rowsPerPage = 5000;

/** Every row in the order of its key, which nothing changes: a page each, nothing stays open between two. */
export async function* scan(
  database: Database,
  table: Table,
  fields: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<readonly FoundRow[], void, void> {
  const key = keyOf(table);
  const columns = columnsToRead(table, key, fields);
  const order = { columns: key.columns.map((name) => columnIn(table, name)) };
  let after: readonly Value[] | undefined;
  for (;;) {
    signal.throwIfAborted();
    const query = page(database.dialect, table, columns, behind(database.dialect, order, after), order, rowsPerPage);
    const { rows } = await database.run(compiledRaw(database.dialect, query), signal);
    const found = rows.flatMap((row) => foundRow(key, columns, row) ?? []);
    if (found.length > 0) yield found;
    const last = rows.at(-1);
    if (!last || rows.length < rowsPerPage) return;
    after = key.columns.map((name) => last[name] ?? '');
  }
}
