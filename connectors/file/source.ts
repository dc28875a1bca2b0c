import type { Cursor, Field, Host, ReadRequest, Row, Source, SourceBatch } from '../../engine/index.ts';
import { fileErrors } from './errors.ts';
import { jsonlColumns } from './jsonl.ts';
import { columnsOf, rowsOf, versionOf } from './table.ts';
import type { TableFile } from './table.ts';
import { keyOf } from './target.ts';
import { cursorAfter, cursorWithin, isInside, later, planRead, stampOf } from './window.ts';
import type { ReadPlan, Stamp } from './window.ts';

/** Reads a file from its beginning to its end, in the order of its rows. */
export function fileSource(table: TableFile, key: readonly string[] | undefined, host: Host): Source {
  return {
    async describe(signal) {
      return { fields: await fieldsOf(table, signal), ...(key && { key }) };
    },
    read: (request) => read(table, request, host),
    ...(key && { fetch: (keys, signal) => fetch(table, key, keys, signal) }),
  };
}

/** Columns and types: cells of CSV are text, JSON values are what the first rows show. */
export async function fieldsOf(table: TableFile, signal: AbortSignal): Promise<readonly Field[]> {
  if (table.format === 'jsonl') return jsonlColumns(rowsOf(table, signal));
  return (await columnsOf(table, signal)).map((name) => ({ name, type: 'text' }));
}

async function* read(table: TableFile, request: ReadRequest, host: Host): AsyncGenerator<SourceBatch> {
  await checkRequest(table, request);
  const now = host.now();
  const version = await versionOf(table);
  const plan = planRead(request, version, now);
  if (plan.clockBehind) host.warn(fileErrors.clock_behind.error({ file: table.file }));

  let { seen, skip: delivered } = plan;
  let left = request.limit ?? Infinity;
  let rows: Row[] = [];
  const batch = (cursor: Cursor): SourceBatch => ({ rows, ...(plan.keepsCursor && { cursor }) });

  for await (const { row, index, stamp } of rowsInside(table, plan, request.signal, host)) {
    if (rows.length === request.batch || left === 0) {
      yield batch(cursorWithin(plan, delivered, seen, version));
      if (left === 0) return;
      rows = [];
    }
    rows.push(row);
    left--;
    delivered = index;
    seen = later(seen, stamp);
  }
  if (rows.length > 0) yield batch(cursorAfter(seen, now));
}

interface InsideRow {
  readonly row: Row;
  /** The row's number in the file, from 1. */
  readonly index: number;
  readonly stamp: Stamp | undefined;
}

async function* rowsInside(
  table: TableFile,
  plan: ReadPlan,
  signal: AbortSignal,
  host: Host,
): AsyncGenerator<InsideRow> {
  const { field } = plan;
  const unreadable = { rows: 0, line: 0 };
  let index = 0;
  for await (const { row, line } of rowsOf(table, signal)) {
    signal.throwIfAborted();
    if (++index <= plan.skip) continue;
    const stamp = field === undefined ? undefined : stampOf(row[field]);
    if (stamp === undefined && unreadable.rows++ === 0) unreadable.line = line;
    if (isInside(plan, stamp)) yield { row, index, stamp };
  }
  if (field === undefined || unreadable.rows === 0) return;
  host.warn(fileErrors.unreadable_stamp.error({ file: table.file, field, ...unreadable }));
}

async function checkRequest(table: TableFile, { window, since, until, signal }: ReadRequest): Promise<void> {
  const { file } = table;
  if (window === undefined) {
    if (since === undefined && until === undefined) return;
    throw fileErrors.no_cursor.error({ file, form: '{ field: changedAt, first: all }' });
  }
  if (table.format === 'jsonl') return;
  const columns = await columnsOf(table, signal);
  if (columns.includes(window.field)) return;
  throw fileErrors.no_column.error({ file, column: window.field });
}

async function fetch(
  table: TableFile,
  key: readonly string[],
  keys: readonly Row[],
  signal: AbortSignal,
): Promise<readonly Row[]> {
  const nameOf = (row: Row): string => JSON.stringify(key.map((column) => keyOf(row, column) ?? ''));
  const wanted = new Set(keys.map(nameOf));
  const rows: Row[] = [];
  if (wanted.size === 0) return rows;
  for await (const { row } of rowsOf(table, signal)) if (wanted.has(nameOf(row))) rows.push(row);
  return rows;
}
