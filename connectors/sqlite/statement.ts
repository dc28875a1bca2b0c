import type { Row, Value } from '../../engine/index.ts';
import type { Result, Statement } from '../_sql/dialect.ts';
import type { Column } from '../_sql/table.ts';
import { decoderOf } from './decode.ts';
import { untyped } from './encode.ts';
import type { Bindable } from './encode.ts';
import type { Handle } from './open-file.ts';

/** Runs it to its end at once: SQLite works within this process. */
export function runOn(handle: Handle, { sql, parameters }: Statement): Result {
  const statement = handle.prepare(sql);
  const given = parameters.map(bindable);
  if (!statement.reader) {
    const { changes, lastInsertRowid } = statement.safeIntegers().run(...given);
    return { rows: [], affected: changes, insertedId: idOf(lastInsertRowid) };
  }
  const found = statement
    .raw()
    .safeIntegers()
    .all(...given);
  const rowOf = rowReader(statement.columns());
  return { rows: found.map(rowOf), affected: found.length };
}

/** Rows in pages, as the reader asks for them. */
export function* pagesOn(handle: Handle, { sql, parameters }: Statement, pageRows: number): Generator<readonly Row[]> {
  const statement = handle.prepare(sql);
  const rowOf = rowReader(statement.columns());
  let page: Row[] = [];
  for (const raw of statement
    .raw()
    .safeIntegers()
    .iterate(...parameters.map(bindable))) {
    page.push(rowOf(raw));
    if (page.length < pageRows) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

/** What a query would give, by SQLite's own account; the type is empty where a column is an expression. */
export function columnsOn(handle: Handle, { sql }: Statement): readonly Column[] {
  return handle
    .prepare(sql)
    .columns()
    .map(({ name, type }) => ({ name, type: type ?? '', nullable: true, hasDefault: false, generated: false }));
}

function rowReader(columns: readonly { readonly name: string; readonly type: string | null }[]): (raw: unknown) => Row {
  const read = columns.map(({ name, type }) => ({ name, decode: decoderOf(type) }));
  return (raw) => {
    const cells: readonly unknown[] = Array.isArray(raw) ? raw : [];
    const row: Record<string, Value> = {};
    for (const [index, { name, decode }] of read.entries()) {
      const value = decode(cells[index]);
      if (value !== undefined) row[name] = value;
    }
    return row;
  };
}

function bindable(parameter: unknown): Bindable {
  if (parameter === null || parameter === undefined) return null;
  if (typeof parameter === 'bigint' || Buffer.isBuffer(parameter)) return parameter;
  return untyped(parameter as Value);
}

function idOf(rowid: number | bigint): Value {
  return Number.isSafeInteger(Number(rowid)) ? Number(rowid) : String(rowid);
}
