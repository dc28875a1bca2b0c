import type { Database, Rights } from '../_sql/dialect.ts';
import { errors } from '../_sql/errors.ts';
import type { Table, TableName } from '../_sql/table.ts';
import { PipeError } from '../../engine/index.ts';
import { isAnswered, isTableDenied } from './driver-errors.ts';
import { quotedName, quotedText } from './literal.ts';

/**
 * EXPLAIN wants the rights of the statement it explains, and executes nothing; so roles, patterns and columns that are
 * granted count as they do in a run. https://dev.mysql.com/doc/refman/8.0/en/explain.html
 */
export async function rightsOf(
  run: Database['run'],
  { schema = '', name }: TableName,
  table: Table | undefined,
  signal: AbortSignal,
): Promise<Rights> {
  const at = quotedName(schema, name);
  const column = quotedName(table?.columns[0]?.name ?? 'id');
  const isDenied = async (sql: string): Promise<boolean> =>
    await run({ sql, parameters: [] }, signal).then(() => false, whetherDenied);
  const insert = await isDenied(`EXPLAIN INSERT INTO ${at} VALUES ()`);
  const update = await isDenied(`EXPLAIN UPDATE ${at} SET ${column} = DEFAULT WHERE FALSE`);
  const { rows } = await run({ sql: 'SELECT CURRENT_USER() AS user', parameters: [] }, signal);
  return {
    lacking: [...(insert ? (['INSERT'] as const) : []), ...(update ? (['UPDATE'] as const) : [])],
    grantee: granteeOf(String(rows[0]?.['user'])),
  };
}

/** What else the server has against such a statement, a column without a default say, is not about rights. */
function whetherDenied(thrown: unknown): boolean {
  if (!(thrown instanceof PipeError) || !isAnswered(thrown) || thrown.code === errors.read_only.code) throw thrown;
  return isTableDenied(thrown);
}

/** `clerk@%` → `'clerk'@'%'`; the name may hold an @, the host none. */
function granteeOf(user: string): string {
  const at = user.lastIndexOf('@');
  return `${quotedText(user.slice(0, at))}@${quotedText(user.slice(at + 1))}`;
}
