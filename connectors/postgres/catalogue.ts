import type { Row } from '../../engine/index.ts';
import type { Dialect, Result, Session } from '../_sql/dialect.ts';
import type { Column, Table, TableName } from '../_sql/table.ts';

/** Columns and keys of a table, view or partitioned table. The catalogue shows what the login may not read, too. */
export const readTable: Dialect['readTable'] = async (run, name) => {
  const parameters = [name.schema ?? 'public', name.name];
  const { rows: columns } = await run({ sql: columnsQuery, parameters });
  if (columns.length === 0) return undefined;
  const { rows: keys } = await run({ sql: keysQuery, parameters });
  const table = tableOf(name, columns.map(columnOf), keys);
  return columns[0]?.['partitioned'] === true ? { ...table, partitioned: true } : table;
};

function tableOf(name: TableName, columns: readonly Column[], keys: readonly Row[]): Table {
  const named = (row: Row): readonly string[] => (Array.isArray(row['columns']) ? row['columns'].map(String) : []);
  const primary = keys.find((row) => row['primary'] === true);
  return {
    ...name,
    columns,
    primaryKey: primary ? named(primary) : [],
    keys: keys.filter((row) => row['immediate'] === true).map(named),
  };
}

function columnOf(row: Row): Column {
  return {
    name: String(row['name']),
    type: String(row['type']),
    nullable: row['nullable'] === true,
    hasDefault: row['filled'] === true,
    generated: row['generated'] === true,
    ...(row['comment'] !== undefined && { comment: String(row['comment']) }),
  };
}

/** A domain counts as the type it stands on. */
const columnsQuery = `SELECT a.attname AS name,
  CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) ELSE format_type(a.atttypid, a.atttypmod) END AS type,
  NOT (a.attnotnull OR t.typnotnull) AS nullable, a.atthasdef OR a.attidentity <> '' AS filled,
  a.attgenerated <> '' OR a.attidentity = 'a' AS generated, col_description(c.oid, a.attnum) AS comment,
  c.relkind = 'p' AS partitioned
FROM pg_class AS c
INNER JOIN pg_namespace AS n ON n.oid = c.relnamespace
INNER JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
INNER JOIN pg_type AS t ON t.oid = a.atttypid
WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
ORDER BY a.attnum`;

/** ON CONFLICT takes no key that is checked only at the end: https://www.postgresql.org/docs/current/sql-insert.html */
const keysQuery = `SELECT i.indisprimary AS "primary", i.indimmediate AS immediate,
  array_agg(a.attname::text ORDER BY k.place) AS columns
FROM pg_class AS c
INNER JOIN pg_namespace AS n ON n.oid = c.relnamespace
INNER JOIN pg_index AS i ON i.indrelid = c.oid AND i.indisunique AND i.indisvalid
INNER JOIN LATERAL unnest(i.indkey::int[]) WITH ORDINALITY AS k (number, place) ON k.place <= i.indnkeyatts
INNER JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.number
WHERE n.nspname = $1 AND c.relname = $2 AND i.indpred IS NULL AND i.indexprs IS NULL
GROUP BY i.indexrelid, i.indisprimary, i.indimmediate
ORDER BY i.indisprimary DESC, i.indexrelid`;

/** What the planner makes of the query: nothing of it is run. */
export async function describeQuery(run: Session['run'], text: string): Promise<readonly Column[]> {
  // The query may end in a comment.
  const { columns = [] }: Result = await run({ sql: `SELECT * FROM (\n${text}\n) AS q LIMIT 0`, parameters: [] });
  return columns;
}
