import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Host, Row, Source, SourceBatch } from '../../engine/index.ts';
import { columnIn } from './catalogue.ts';
import type { Catalogue } from './catalogue.ts';
import { cursorColumn, planRead } from './cursor.ts';
import type { CursorColumn } from './cursor.ts';
import type { Database } from './dialect.ts';
import { errors } from './errors.ts';
import { readPages, readStream } from './pages.ts';
import type { TablePages } from './pages.ts';
import { behind, equal, named, orderBy, page, placed, tableRef, where } from './select.ts';
import type { Order } from './select.ts';
import type { Filter } from './settings.ts';
import { rowKey } from './table.ts';
import type { Column, Table } from './table.ts';
import type { Bounds, PlacedRow } from './walk.ts';
import { compiledRaw } from './writer.ts';

export interface TableSetting {
  readonly table: string;
  readonly filter: Filter;
}

/** Which rows of which table, by which key and along which column. */
interface Reading {
  readonly database: Database;
  readonly table: Table;
  readonly filter: Filter;
  /** Empty where rows have none. */
  readonly key: readonly Column[];
  readonly cursor: CursorColumn | undefined;
}

/** A table or view: in pages along its key, in one stream where it has none. */
export function tableSource(database: Database, catalogue: Catalogue, host: Host, setting: TableSetting): Source {
  const reading = async (field: string | undefined, signal: AbortSignal): Promise<Reading> => {
    signal.throwIfAborted();
    // Anew for each read: between two of them people change their tables.
    const table = await catalogue.read(setting.table, signal);
    if (!table) throw catalogue.unknown(setting.table);
    for (const name of Object.keys(setting.filter)) columnIn(table, name);
    const key = (rowKey(table)?.columns ?? []).map((name) => columnIn(table, name));
    const cursor = field === undefined ? undefined : cursorColumn(database.dialect, columnIn(table, field));
    return { database, table, filter: setting.filter, key, cursor };
  };
  return {
    async describe(signal) {
      const { table, key } = await reading(undefined, signal);
      const fields = table.columns.map((column) => database.dialect.fieldOf(column));
      return { fields, ...(key.length > 0 && { key: key.map(({ name }) => name) }) };
    },
    async *read(request): AsyncGenerator<SourceBatch, void, void> {
      const read = await reading(request.window?.field, request.signal);
      if (read.key.length > 0) {
        yield* readPages(pagesOf(read), request, host);
        return;
      }
      const plan = planRead(request, read.cursor, await database.about(request.signal), host);
      const statement = compiledRaw(database.dialect, streamQuery(read, plan.bounds));
      yield* readStream(database.stream(statement, request.batch, request.signal), request, read.cursor, plan);
    },
    fetch: async (keys, signal) => await fetchRows(await reading(undefined, signal), setting.table, keys, signal),
  };
}

function pagesOf(read: Reading): TablePages {
  const { database, table, key, cursor } = read;
  const others = key.filter(({ name }) => name !== cursor?.column.name);
  const order: Order = cursor ? { columns: [cursor.column, ...others], cursor: cursor.column } : { columns: key };
  const rows = async (query: RawBuilder<unknown>, signal: AbortSignal): Promise<readonly PlacedRow[]> => {
    const found = await database.run(compiledRaw(database.dialect, query), signal);
    return found.rows.map((row) => placedRow(read, row));
  };
  const paged = (bounds: Bounds, by: Order, after: PlacedRow['key'] | undefined, count: number) => {
    const conditions = [...within(read, bounds), ...behind(database.dialect, by, after)];
    return page(database.dialect, table, table.columns, conditions, by, count);
  };
  return {
    cursor,
    now: async (signal) => await database.about(signal),
    scan: async (bounds, after, count, signal) => await rows(paged(bounds, { columns: key }, after, count), signal),
    tail: async (bounds, after, count, signal) =>
      await rows(paged(bounds, order, after && order.columns.map(({ name }) => after.row[name] ?? ''), count), signal),
  };
}

function placedRow({ key, cursor }: Reading, row: Row): PlacedRow {
  const at = cursor && row[cursor.column.name];
  return { row, key: key.map(({ name }) => row[name] ?? ''), ...(at !== undefined && { at }) };
}

function within({ database: { dialect }, table, filter, cursor }: Reading, { from, until }: Bounds) {
  const conditions = Object.entries(filter).map(([name, values]) => {
    const column = columnIn(table, name);
    return sql`${sql.id(name)} IN (${sql.join(values.map((value) => dialect.bound(column, value)))})`;
  });
  if (!cursor) return conditions;
  const { column } = cursor;
  const by: Order = { columns: [column], cursor: column };
  const held = placed(dialect, by, column);
  if (from !== undefined) conditions.push(sql`${held} >= ${placed(dialect, by, column, from)}`);
  if (until !== undefined) conditions.push(sql`${held} < ${placed(dialect, by, column, until)}`);
  return conditions;
}

/** All rows of a table without a key. */
function streamQuery(read: Reading, bounds: Bounds): RawBuilder<unknown> {
  const { database, table, cursor } = read;
  const order = cursor ? orderBy(database.dialect, { columns: [cursor.column], cursor: cursor.column }) : sql``;
  return sql`SELECT ${named(table.columns)} FROM ${tableRef(table)}${where(within(read, bounds))}${order}`;
}

async function fetchRows(
  { database, table, key }: Reading,
  name: string,
  keys: readonly Row[],
  signal: AbortSignal,
): Promise<readonly Row[]> {
  if (key.length === 0) throw errors.no_key.error({ table: name });
  const rows: Row[] = [];
  const step = Math.min(500, Math.floor(database.dialect.parameterLimit / key.length));
  for (let start = 0; start < keys.length; start += step) {
    const any = keys.slice(start, start + step).map((wanted) => {
      const equals = key.map((column) => equal(database.dialect, column, wanted[column.name] ?? ''));
      return sql`(${sql.join(equals, sql` AND `)})`;
    });
    const query = sql`SELECT ${named(table.columns)} FROM ${tableRef(table)} WHERE ${sql.join(any, sql` OR `)}`;
    rows.push(...(await database.run(compiledRaw(database.dialect, query), signal)).rows);
  }
  return rows;
}
