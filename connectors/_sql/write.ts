import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import { PipeError } from '../../engine/index.ts';
import type { Outcome, Write, WriteValues } from '../../engine/index.ts';
import { columnIn, keyOf } from './catalogue.ts';
import type { Dialect, Result, Session } from './dialect.ts';
import { errors } from './errors.ts';
import { inSavepoint } from './savepoint.ts';
import { equal, named, tableRef, where } from './select.ts';
import { keyText, keyValues, rowKey, shown } from './table.ts';
import type { Column, Table } from './table.ts';
import { compiledRaw } from './writer.ts';

/** One after the other in the session's transaction; a refused one leaves nothing behind, the others stay. */
export async function writeAll(
  dialect: Dialect,
  session: Session,
  tables: ReadonlyMap<string, Table>,
  writes: readonly Write[],
): Promise<readonly Outcome[]> {
  const one = async (write: Write): Promise<Outcome> => await writeOne(dialect, session, tables, write);
  if (writes.length > 1) {
    try {
      return await inSavepoint(session, async () => {
        const outcomes: Outcome[] = [];
        for (const write of writes) outcomes.push(await one(write));
        return outcomes;
      });
    } catch (thrown) {
      // One of them is refused: each behind a savepoint of its own then.
      if (!isRefusal(thrown)) throw thrown;
    }
  }
  const outcomes: Outcome[] = [];
  for (const write of writes) outcomes.push(await refusable(session, async () => await one(write)));
  return outcomes;
}

async function refusable(session: Session, write: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await inSavepoint(session, write);
  } catch (thrown) {
    if (isRefusal(thrown)) return { ok: false, applied: 'no', error: thrown };
    throw thrown;
  }
}

/** What another write might not meet; everything else ends the transaction. */
function isRefusal(thrown: unknown): thrown is PipeError {
  return thrown instanceof PipeError && (thrown.kind === 'data' || thrown.kind === 'input');
}

async function writeOne(
  dialect: Dialect,
  session: Session,
  tables: ReadonlyMap<string, Table>,
  write: Write,
): Promise<Outcome> {
  const table = tables.get(write.entity);
  if (!table) throw errors.table_unknown.error({ table: write.entity });
  switch (write.operation) {
    case 'create':
      return { ok: true, key: await create(dialect, session, table, write.values) };
    case 'update':
      return await changed(session, dialect, table, write.key, updateOf(dialect, table, write.values));
    case 'delete':
      return await changed(session, dialect, table, write.key, sql`DELETE FROM ${tableRef(table)}`);
    case 'rows':
      throw errors.lists_none.error({ list: write.list });
    default:
      return write satisfies never;
  }
}

async function create(dialect: Dialect, session: Session, table: Table, values: WriteValues): Promise<string> {
  const given = assigned(dialect, table, values);
  const key = rowKey(table);
  const keyColumns = (key?.columns ?? []).map((name) => columnIn(table, name));
  const into = sql`INSERT INTO ${tableRef(table)} (${named(given.map(({ column }) => column))})`;
  const returning = dialect.returning && key ? sql` RETURNING ${named(keyColumns)}` : sql``;
  const insert = sql`${into} VALUES (${sql.join(given.map(({ value }) => value))})${returning}`;
  const result = await session.run(compiledRaw(dialect, insert));
  return key ? (keyText(key, { ...numbered(keyColumns, result), ...presentKey(values), ...result.rows[0] }) ?? '') : '';
}

function presentKey(values: WriteValues): Record<string, NonNullable<WriteValues[string]>> {
  return Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
}

function numbered(
  [column, more]: readonly Column[],
  { insertedId }: Result,
): Record<string, NonNullable<typeof insertedId>> {
  return column?.hasDefault && !more && insertedId !== undefined ? { [column.name]: insertedId } : {};
}

/** Undefined where there is nothing to set: then it is only looked whether the row is there. */
function updateOf(dialect: Dialect, table: Table, values: WriteValues): RawBuilder<unknown> | undefined {
  const given = assigned(dialect, table, values);
  if (given.length === 0) return undefined;
  const set = given.map(({ column, value }) => sql`${sql.id(column.name)} = ${value}`);
  return sql`UPDATE ${tableRef(table)} SET ${sql.join(set)}`;
}

async function changed(
  session: Session,
  dialect: Dialect,
  table: Table,
  key: string,
  change: RawBuilder<unknown> | undefined,
): Promise<Outcome> {
  const own = keyOf(table);
  const values = keyValues(own, key);
  const gone: Outcome = { ok: false, applied: 'no', error: errors.row_gone.error({ table: shown(table) }) };
  if (!values) return gone;
  const conditions = own.columns.map((name, index) => equal(dialect, columnIn(table, name), values[index] ?? ''));
  const statement = change ?? sql`SELECT 1 AS ${sql.id('one')} FROM ${tableRef(table)}`;
  const { rows, affected } = await session.run(compiledRaw(dialect, sql`${statement}${where(conditions)}`));
  return (change ? affected : rows.length) > 0 ? { ok: true, key } : gone;
}

function assigned(
  dialect: Dialect,
  table: Table,
  values: WriteValues,
): readonly { readonly column: Column; readonly value: RawBuilder<unknown> }[] {
  return Object.entries(values).map(([name, value]) => {
    const column = columnIn(table, name);
    return { column, value: dialect.bound(column, value) };
  });
}
