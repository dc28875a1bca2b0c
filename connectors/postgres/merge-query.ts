import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { LoadTarget, TableLoad } from '../_sql/dialect.ts';
import { named, tableRef } from '../_sql/select.ts';
import { bare } from './column-types.ts';

/**
 * Brings the rows of a stage into the table and counts `created` and `written`. Rows that hold the same are not
 * written. `insert` leaves telling them to ON CONFLICT, which locks each; `compare` joins first, which is faster where
 * most hold the same and slower where most do not.
 */
export function mergeQuery(stage: string, part: TableLoad, way: 'compare' | 'insert'): RawBuilder<unknown> {
  const { table, key, columns } = part;
  const names = columns.map(({ column }) => column);
  const chosen = sql.join(names.map(({ name }) => sql.id('s', name)));
  const from = sql`SELECT ${chosen} FROM ${sql.id(stage)} AS s${way === 'compare' ? differing(part) : sql``}`;
  const conflict = sql`ON CONFLICT (${named(key)}) ${resolution(part)}`;
  const put = sql`INSERT INTO ${tableRef(table)} AS t (${named(names)}) ${from} ${conflict}`;
  if (table.partitioned) {
    // Of these no xmax can be had; both parts see the table as it was before.
    const held = sql`SELECT count(*) FROM ${sql.id(stage)} AS s INNER JOIN ${tableRef(table)} AS h ON ${sameKey(part)}`;
    const staged = sql`SELECT count(*) FROM ${sql.id(stage)}`;
    return sql`WITH put AS (${put} RETURNING 1) SELECT (${staged}) - (${held}) AS created, count(*) AS written FROM put`;
  }
  // xmax of a row that was inserted is 0, of one that was updated in its place the lock the conflict took.
  return sql`WITH put AS (${put} RETURNING xmax = 0 AS made) SELECT count(*) FILTER (WHERE made) AS created, count(*) AS written FROM put`;
}

/** Columns an update may change. */
function changing({ key, columns }: TableLoad): readonly LoadTarget[] {
  return columns.filter(({ column, write }) => write !== 'create' && !key.some(({ name }) => name === column.name));
}

/** OFFSET 0 keeps it a look into the index for each row: the planner, not knowing the stage, would read the whole table. */
function differing(part: TableLoad): RawBuilder<unknown> {
  const changes = changing(part);
  const held = named([...part.key, ...changes.map(({ column }) => column)]);
  const row = sql`SELECT ${held} FROM ${tableRef(part.table)} AS h WHERE ${sameKey(part)} OFFSET 0`;
  const missing = part.key.map(({ name }) => sql`${sql.id('h', name)} IS NULL`);
  const distinct = changes.length > 0 ? sql` OR ${isDistinct(changes, 'h', 's')}` : sql``;
  return sql` LEFT JOIN LATERAL (${row}) AS h ON true WHERE ${sql.join(missing, sql` AND `)}${distinct}`;
}

function sameKey({ key }: TableLoad): RawBuilder<unknown> {
  return sql.join(
    key.map(({ name }) => sql`${sql.id('h', name)} = ${sql.id('s', name)}`),
    sql` AND `,
  );
}

function resolution(part: TableLoad): RawBuilder<unknown> {
  const changes = changing(part);
  if (changes.length === 0) return sql`DO NOTHING`;
  const set = changes.map((target) => sql`${sql.id(target.column.name)} = ${resulting(target, 't', 'excluded')}`);
  return sql`DO UPDATE SET ${sql.join(set)} WHERE ${isDistinct(changes, 't', 'excluded')}`;
}

function isDistinct(changes: readonly LoadTarget[], held: string, given: string): RawBuilder<unknown> {
  const before = changes.map(({ column: { name, type } }) => comparable(sql`${sql.id(held, name)}`, type));
  const after = changes.map((target) => comparable(resulting(target, held, given), target.column.type));
  return sql`ROW(${sql.join(before)}) IS DISTINCT FROM ROW(${sql.join(after)})`;
}

/** What the column holds afterwards. */
function resulting({ column: { name }, write }: LoadTarget, held: string, given: string): RawBuilder<unknown> {
  const [before, after] = [sql`${sql.id(held, name)}`, sql`${sql.id(given, name)}`];
  if (write === 'notNull') return sql`COALESCE(${after}, ${before})`;
  return write === 'fill' ? sql`COALESCE(${before}, ${after})` : after;
}

/** Types that cannot be told apart, or are alike to PostgreSQL where they are not the same: compared by their text. */
const byText = new Set(['json', 'xml', 'point', 'polygon', 'path', 'box', 'circle', 'line', 'lseg', 'citext']);

function comparable(value: RawBuilder<unknown>, type: string): RawBuilder<unknown> {
  return byText.has(bare(type)) ? sql`(${value})::text` : value;
}
