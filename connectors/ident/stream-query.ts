import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Value } from '../../engine/index.ts';
import { bound, compileRaw } from '../_mssql/compile.ts';
import type { Bounds } from '../_sql/walk.ts';
import type { Statement } from '../_mssql/parameters.ts';
import type { Has, Stamps, Stream } from './stream.ts';

/** A place in the order (changedAt, id). */
export interface Place {
  readonly changedAt: Value;
  readonly id: Value;
}

type Sql = RawBuilder<unknown>;

const stamp = (value: Value): Sql => bound({ type: 'datetime', value });
const int = (value: Value): Sql => bound({ type: 'int', value });

/** Stands in a statement once for each stamp, and is sent once. */
const since = sql`@since`;
const sinceOf = (value: Value): Statement['parameters'] => ({ since: { type: 'datetime', value } });

/** The next rows behind `after` in the order of their key. */
export function scanQuery(
  stream: Stream,
  has: Has,
  bounds: Bounds,
  after: Value | undefined,
  count: number,
): Statement {
  const { key } = stream.select(has);
  const { from, until } = bounds;
  const conditions = [
    ...(after === undefined ? [] : [sql`${key} > ${int(after)}`]),
    ...(from === undefined ? [] : [sql`${key} in ${changedSince(stream, has)}`]),
  ];
  const top = sql`top(${sql.lit(count)}) `;
  const named = from === undefined ? {} : sinceOf(from);
  if (until === undefined) return compileRaw(sql`${rows(stream, has, conditions, top)} order by ${key}`, named);
  const page = rows(stream, has, conditions);
  return compileRaw(sql`select ${top}v.* from (${page}) as v where v.changedAt < ${stamp(until)} order by v.id`, named);
}

/** The next rows behind `after` in the order of (changedAt, id). */
export function tailQuery(stream: Stream, has: Has, from: Value, after: Place | undefined, count: number): Statement {
  const { key } = stream.select(has);
  const changed = rows(stream, has, [sql`${key} in ${changedSince(stream, has)}`]);
  const named = sinceOf(after?.changedAt ?? from);
  const page = sql`select top(${sql.lit(count)}) v.* from (${changed}) as v`;
  const order = sql`order by v.changedAt, v.id`;
  if (after === undefined) return compileRaw(sql`${page} ${order}`, named);
  const isBehind = sql`v.changedAt > ${since} or (v.changedAt = ${since} and v.id > ${int(after.id)})`;
  return compileRaw(sql`${page} where (${isBehind}) ${order}`, named);
}

/** Rows by key, as far as they are still there. */
export function fetchQuery(stream: Stream, has: Has, ids: readonly Value[]): Statement {
  return compileRaw(rows(stream, has, [sql`${stream.select(has).key} in (${sql.join(ids.map(int))})`]));
}

function rows(stream: Stream, has: Has, conditions: readonly Sql[], top: Sql = sql``): Sql {
  const { columns, from, where } = stream.select(has);
  const changed = stream.stamps ? sql`, ${changedAt(stream, has)} as changedAt` : sql``;
  const all = [...(where ? [where] : []), ...conditions];
  const filter = all.length === 0 ? sql`` : sql` where ${sql.join(all, sql` and `)}`;
  return sql`select ${top}${columns}${changed} from ${from}${filter}`;
}

/** The newest of all stamps of a row. */
function changedAt(stream: Stream, has: Has): Sql {
  const { key } = stream.select(has);
  const all = (stream.stamps ?? []).flatMap((stamps) =>
    stampsOf(stamps, has).map((column) => {
      const value = stamps.before ? `case when ${column} < ${stamps.before} then ${column} end` : column;
      const found = sql`select ${sql.raw(value)} as stamp`;
      return stamps.inRow ? found : sql`${found} from ${stamps.from} where ${stamps.id} = ${key}`;
    }),
  );
  return sql`(select max(s.stamp) from (${sql.join(all, sql` union all `)}) as s)`;
}

/** Keys of rows with any stamp at or after @since; `>=`, because more rows of that very instant may still come. */
function changedSince(stream: Stream, has: Has): Sql {
  const all = (stream.stamps ?? []).flatMap((stamps) => {
    const columns = stampsOf(stamps, has);
    if (columns.length === 0) return [];
    const stamped = columns.map((column) => {
      const counts = stamps.before ? ` and ${column} < ${stamps.before}` : '';
      return sql`${sql.raw(column)} >= ${since}${sql.raw(counts)}`;
    });
    return [sql`select ${stamps.id} from ${stamps.from} where ${sql.join(stamped, sql` or `)}`];
  });
  return sql`(${sql.join(all, sql` union `)})`;
}

function stampsOf({ table, alias, columns = [], optional = [], needs }: Stamps, has: Has): readonly string[] {
  if (needs !== undefined && !has(`${table}.${needs}`)) return [];
  const present = optional.filter((column) => has(`${table}.${column}`));
  return [...columns, ...present].map((column) => `${alias}.${column}`);
}
