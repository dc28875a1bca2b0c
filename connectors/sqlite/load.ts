import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import { PipeError } from '../../engine/index.ts';
import type { LoadCounts } from '../../engine/index.ts';
import type { Dialect, LoadAttempt, LoadTarget, TableLoad } from '../_sql/dialect.ts';
import { named, tableRef } from '../_sql/select.ts';
import { compiledRaw } from '../_sql/writer.ts';
import type { SqliteSession } from './database.ts';
import { wrapped } from './driver-errors.ts';
import { encoderOf } from './encode.ts';
import type { Bindable } from './encode.ts';
import type { Handle } from './open-file.ts';

/** Rows after which the process looks at what else it has to do: some 10 ms. */
const rowsAtOnce = 1000;

/**
 * One prepared upsert for every row: within a process that is as fast as anything, and names the row that is to blame.
 * What it did to a row is told by whether the key was there and whether it changed a row.
 */
export async function load(dialect: Dialect, session: SqliteSession, part: TableLoad): Promise<LoadAttempt> {
  const { handle, signal } = session;
  const upsertOne = upserter(dialect, handle, part);
  const loaded = { created: 0, updated: 0, unchanged: 0 };
  for (const [row, values] of part.rows.entries()) {
    if (row % rowsAtOnce === rowsAtOnce - 1) {
      await setImmediate();
      signal.throwIfAborted();
    }
    try {
      loaded[upsertOne(values)] += 1;
    } catch (thrown) {
      const error = wrapped(thrown, handle.name);
      if (error instanceof PipeError && error.kind === 'data') return { ok: false, error, row };
      throw error;
    }
  }
  return { ok: true, loaded };
}

function upserter(
  dialect: Dialect,
  handle: Handle,
  part: TableLoad,
): (values: TableLoad['rows'][number]) => keyof LoadCounts {
  const exists = handle.prepare(compiledRaw(dialect, existsQuery(part)).sql).pluck();
  const upsert = handle.prepare(compiledRaw(dialect, upsertQuery(part)).sql);
  const encode = part.columns.map(({ column }) => encoderOf(column));
  const keyAt = part.key.map(({ name }) => part.columns.findIndex(({ column }) => column.name === name));
  return (values) => {
    const cells = encode.map((encodeOne, index) => encodeOne(values[index] ?? null));
    const key = keyAt.map((at): Bindable => cells[at] ?? null);
    const wasThere = exists.get(...key) !== undefined;
    const { changes } = upsert.run(...cells);
    return wasThere ? (changes > 0 ? 'updated' : 'unchanged') : 'created';
  };
}

function existsQuery({ table, key }: TableLoad): RawBuilder<unknown> {
  const equals = key.map(({ name }) => sql`${sql.id(name)} = ${null}`);
  return sql`SELECT 1 FROM ${tableRef(table)} WHERE ${sql.join(equals, sql` AND `)}`;
}

/** A row that would stay as it is is not written. https://www.sqlite.org/lang_upsert.html */
function upsertQuery({ table, key, columns }: TableLoad): RawBuilder<unknown> {
  const all = columns.map(({ column }) => column);
  const isKey = (name: string): boolean => key.some((column) => column.name === name);
  const changing = columns.filter(({ column, write }) => write !== 'create' && !isKey(column.name));
  const values = sql.join(all.map(() => sql`${null}`));
  const insert = sql`INSERT INTO ${tableRef(table)} AS ${sql.id(old)} (${named(all)}) VALUES (${values}) ON CONFLICT (${named(key)})`;
  if (changing.length === 0) return sql`${insert} DO NOTHING`;
  const set = changing.map((target) => sql`${sql.id(target.column.name)} = ${valueAfter(target)}`);
  // A column may call texts equal that are not: COLLATE NOCASE.
  const differs = changing.map(
    (target) => sql`${sql.id(old, target.column.name)} COLLATE BINARY IS NOT ${valueAfter(target)}`,
  );
  return sql`${insert} DO UPDATE SET ${sql.join(set)} WHERE ${sql.join(differs, sql` OR `)}`;
}

/** What the row in the table is called in the upsert. */
const old = 'pipe_old';

function valueAfter({ column: { name }, write }: LoadTarget): RawBuilder<unknown> {
  const held = sql.id(old, name);
  const given = sql.id('excluded', name);
  switch (write) {
    case 'always':
      return sql`${given}`;
    case 'notNull':
      return sql`coalesce(${given}, ${held})`;
    case 'fill':
      return sql`coalesce(${held}, ${given})`;
    case 'create':
      return sql`${held}`;
    default:
      return write satisfies never;
  }
}
