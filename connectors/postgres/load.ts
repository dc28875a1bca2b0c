import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import { DatabaseError } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { LoadCounts, PipeError } from '../../engine/index.ts';
import type { LoadAttempt, Session, TableLoad } from '../_sql/dialect.ts';
import { errors } from '../_sql/errors.ts';
import { named } from '../_sql/select.ts';
import type { Column } from '../_sql/table.ts';
import { copyText } from './copy-text.ts';
import { placeOf, statementError } from './driver-errors.ts';
import { mergeQuery } from './merge-query.ts';
import { PostgresSession } from './session.ts';
import { statementOf } from './writer.ts';

/** COPY into a stage of the table's own types, then what differs in one statement. */
export async function load(session: Session, part: TableLoad): Promise<LoadAttempt> {
  if (!(session instanceof PostgresSession)) throw new TypeError('not a session of this connector');
  const stage = stageName(part);
  await session.run(statementOf(stageTable(stage, part)));
  // Its rows go with the transaction, not with the savepoint a half of a batch ends at.
  if (session.staged.has(stage)) await session.run(statementOf(sql`TRUNCATE ${sql.id(stage)}`));
  session.staged.add(stage);
  const refused = await copy(session, stage, part);
  if (refused) return refused;
  const { resting } = session.memory;
  const { rows } = await session.run(statementOf(mergeQuery(stage, part, resting.has(stage) ? 'compare' : 'insert')));
  const loaded = countsOf(rows[0] ?? {}, part.rows.length);
  if (loaded.unchanged * 2 > part.rows.length) resting.add(stage);
  else resting.delete(stage);
  return { ok: true, loaded };
}

/** Named after its columns and their types, so that a connection makes one only once. */
function stageName({ table, columns }: TableLoad): string {
  const shape = JSON.stringify([table.schema, table.name, columns.map(({ column: { name, type } }) => [name, type])]);
  return `pipe_stage_${createHash('sha256').update(shape).digest('hex').slice(0, 16)}`;
}

function stageTable(name: string, { columns }: TableLoad): RawBuilder<unknown> {
  const typed = columns.map(({ column }) => sql`${sql.id(column.name)} ${sql.raw(column.type)}`);
  return sql`CREATE TEMPORARY TABLE IF NOT EXISTS ${sql.id(name)} (${sql.join(typed)}) ON COMMIT DELETE ROWS`;
}

async function copy(session: PostgresSession, stage: string, part: TableLoad): Promise<LoadAttempt | undefined> {
  const columns = part.columns.map(({ column }) => column);
  const into = statementOf(sql`COPY ${sql.id(stage)} (${named(columns)}) FROM STDIN`).sql;
  const types = columns.map(({ type }) => type);
  try {
    const chunks = Readable.from(copyText(types, part.rows), { highWaterMark: 2 });
    await pipeline(chunks, session.client.query(copyFrom(into)));
    return undefined;
  } catch (thrown) {
    const error = statementError(thrown, session.at, into);
    if (error.kind !== 'data' || !(thrown instanceof DatabaseError)) throw error;
    const { line, column } = placeOf(thrown);
    const row = line === undefined ? undefined : line - 1;
    const own = columns.find(({ name }) => name === (column ?? columnWithNul(part, row)));
    return { ok: false, error: withColumn(error, own), ...(row !== undefined && { row }) };
  }
}

/** PostgreSQL holds no NUL in a text, and says only in which row one came; one stands for what UTF-8 cannot say, too. */
function columnWithNul({ columns, rows }: TableLoad, row: number | undefined): string | undefined {
  const values = row === undefined ? [] : (rows[row] ?? []);
  const index = values.findIndex((value) => value !== null && unsayable.test(JSON.stringify(value)));
  return columns[index]?.column.name;
}

/** JSON escapes halves of pairs, and whole pairs it does not. */
const unsayable = /\\u(?:0000|d[89a-f])/;

/** The same error, of the column COPY stood at. */
function withColumn(error: PipeError, column: Column | undefined): PipeError {
  if (!column || error.code !== errors.value_type.code) return error;
  return errors.value_type.error({ column: column.name, type: column.type }, { cause: error.cause });
}

function countsOf(row: Readonly<Record<string, unknown>>, rows: number): LoadCounts {
  const created = Number(row['created']);
  const written = Number(row['written']);
  return { created, updated: written - created, unchanged: rows - written };
}
