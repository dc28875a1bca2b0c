import type { LoadTarget, TableLoad } from '../_sql/dialect.ts';
import { kindOf } from './column-kind.ts';
import { quotedName } from './literal.ts';

/**
 * Staged rows into the table: what is there already and would not change is left out before the upsert, which is faster
 * than to let it find out, and takes no number of an AUTO_INCREMENT.
 */
export function mergeSql({ table, key, columns }: TableLoad, stage: string): string {
  const keyed = new Set(key.map(({ name }) => name));
  const written = columns.filter(({ column, write }) => !keyed.has(column.name) && write !== 'create');
  const names = columns.map(({ column }) => quotedName(column.name));
  const into = table.schema === undefined ? quotedName(table.name) : quotedName(table.schema, table.name);
  const [first] = key;
  const isNew = first ? `o.${quotedName(first.name)} IS NULL` : 'TRUE';
  const set = written.length > 0 ? written.map(assignment) : key.slice(0, 1).map(({ name }) => same(name));
  return [
    `INSERT INTO ${into} (${names.join(', ')})`,
    `SELECT ${names.map((name) => `s.${name}`).join(', ')} FROM ${stage} AS s`,
    `LEFT JOIN ${into} AS o ON ${key.map(({ name }) => `o.${quotedName(name)} = s.${quotedName(name)}`).join(' AND ')}`,
    `WHERE ${[isNew, ...written.map(changes)].join(' OR ')}`,
    `ON DUPLICATE KEY UPDATE ${set.join(', ')}`,
  ].join(' ');
}

function same(name: string): string {
  return `${quotedName(name)} = VALUES(${quotedName(name)})`;
}

/** Within the assignment the bare name is the column as it stands in the table, which the query has too: `o` is it. */
function assignment({ column, write }: LoadTarget): string {
  const name = quotedName(column.name);
  if (write === 'notNull') return `${name} = IFNULL(VALUES(${name}), o.${name})`;
  if (write === 'fill') return `${name} = IFNULL(o.${name}, VALUES(${name}))`;
  return `${name} = VALUES(${name})`;
}

function changes({ column, write }: LoadTarget): string {
  const name = quotedName(column.name);
  if (write === 'fill') return `(o.${name} IS NULL AND s.${name} IS NOT NULL)`;
  const differs = `NOT (${comparable(column.type, `o.${name}`)} <=> ${comparable(column.type, `s.${name}`)})`;
  return write === 'notNull' ? `(s.${name} IS NOT NULL AND ${differs})` : differs;
}

/** The column's collation takes `A` and `a`, or a space at the end, for the same: bytes differ. */
function comparable(type: string, value: string): string {
  return kindOf(type) === 'text' ? `CAST(${value} AS BINARY)` : value;
}
