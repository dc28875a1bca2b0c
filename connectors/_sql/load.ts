import { PipeError } from '../../engine/index.ts';
import type { AtomicResult, Load, LoadCounts } from '../../engine/index.ts';
import { columnIn } from './catalogue.ts';
import type { Dialect, LoadAttempt, Session, TableLoad } from './dialect.ts';
import { errors } from './errors.ts';
import { inSavepoint } from './savepoint.ts';
import { shown } from './table.ts';
import type { Table } from './table.ts';

export const nothingLoaded: LoadCounts = { created: 0, updated: 0, unchanged: 0 };

type Loaded = Pick<AtomicResult, 'loaded' | 'refused'>;

/** Throws what is wrong with the load as a whole, before a transaction begins. */
export function checkLoad(table: Table, { key, columns }: Load): void {
  for (const { name } of columns) columnIn(table, name);
  const isKey = (names: readonly string[]): boolean =>
    names.length === key.length && names.every((name) => key.includes(name));
  if (!table.keys.some(isKey)) throw errors.key_unknown.error({ table: shown(table), columns: key.join(', ') });
}

/**
 * All rows in one go. Where the data base refuses one of them, what was done goes back to the savepoint and the rows
 * are tried in halves, so that the row to blame stands alone and the others stay.
 */
export async function load(dialect: Dialect, session: Session, table: Table, given: Load): Promise<Loaded> {
  const refused: { index: number; error: PipeError }[] = [];
  const columns = given.columns.map(({ name, write }) => ({ column: columnIn(table, name), write }));
  const key = given.key.map((name) => columnIn(table, name));
  const attempt = async (rows: TableLoad['rows']): Promise<LoadAttempt> =>
    await tryLoad(dialect, session, { table, key, columns, rows });
  const inHalves = async (indexes: readonly number[]): Promise<LoadCounts> => {
    if (indexes.length === 0) return nothingLoaded;
    const whole = indexes.length === given.rows.length;
    const done = await attempt(whole ? given.rows : indexes.flatMap((index) => [given.rows[index] ?? []]));
    if (done.ok) return done.loaded;
    const blamed = indexes.length === 1 ? indexes[0] : done.row === undefined ? undefined : indexes[done.row];
    if (blamed !== undefined) refused.push({ index: blamed, error: done.error });
    const rest = indexes.filter((index) => index !== blamed);
    const middle = Math.ceil(rest.length / 2);
    return sum(await inHalves(rest.slice(0, middle)), await inHalves(rest.slice(middle)));
  };
  const loaded = await inHalves(keyed(given, refused));
  return { loaded, refused: refused.toSorted((a, b) => a.index - b.index) };
}

async function tryLoad(dialect: Dialect, session: Session, part: TableLoad): Promise<LoadAttempt> {
  let attempt: LoadAttempt | undefined;
  try {
    return await inSavepoint(session, async () => {
      attempt = await dialect.load(session, part);
      if (!attempt.ok) throw attempt.error;
      return attempt;
    });
  } catch (thrown) {
    if (!(thrown instanceof PipeError) || thrown.kind !== 'data') throw thrown;
    return attempt ?? { ok: false, error: thrown };
  }
}

/** A row without a key would be another row each time. */
function keyed({ key, columns, rows }: Load, refused: { index: number; error: PipeError }[]): readonly number[] {
  const places = key.map((name) => ({ name, at: columns.findIndex((column) => column.name === name) }));
  return rows.flatMap((row, index) => {
    const lacks = places.find(({ at }) => (row[at] ?? null) === null);
    if (!lacks) return [index];
    refused.push({ index, error: errors.value_missing.error({ column: lacks.name }) });
    return [];
  });
}

function sum(a: LoadCounts, b: LoadCounts): LoadCounts {
  return {
    created: a.created + b.created,
    updated: a.updated + b.updated,
    unchanged: a.unchanged + b.unchanged,
  };
}
