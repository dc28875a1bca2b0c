import { PipeError } from '../../engine/index.ts';
import type { Host } from '../../engine/index.ts';
import type { LoadAttempt, LoadTarget, TableLoad } from '../_sql/dialect.ts';
import { shown } from '../_sql/table.ts';
import { hasTransactions, isOurs } from './catalogue.ts';
import { kindOf } from './column-kind.ts';
import { isInfileRefused, refusal, rowIn, rowOf } from './driver-errors.ts';
import { encoderOf } from './encode.ts';
import { mysqlErrors } from './errors.ts';
import { infile, infileFormat, lineOf } from './infile.ts';
import { literalOf, quotedName } from './literal.ts';
import { mergeSql } from './merge.ts';
import type { MysqlSession } from './session.ts';

type Loader = (session: MysqlSession, load: TableLoad) => Promise<LoadAttempt>;

/** The rows in a temporary table of the connection; making and dropping one commits nothing. */
const stage = quotedName('pipe_stage');

/**
 * MariaDB reads what its own comments hold: Aria, which keeps no undo log, is the fastest it has for rows nobody needs back.
 * https://mariadb.com/docs/server/reference/sql-structure/comment-syntax
 */
const stageEngine = 'ENGINE=InnoDB /*M! ENGINE=Aria TRANSACTIONAL=0 */';

/** A part of a statement stays well below what one may have. */
const insertBytes = 1024 * 1024;

export function createLoader(host: Host): Loader {
  const warned = new Set<string>();
  // Known of the server once it has refused.
  let infileRefused = false;
  return async (session, load) => {
    checkTable(load, warned, host);
    const staged = async (): Promise<LoadAttempt | undefined> => {
      if (infileRefused) return await insertRows(session, load);
      try {
        return await loadFile(session, load);
      } catch (thrown) {
        if (!(thrown instanceof PipeError) || !isInfileRefused(thrown)) throw thrown;
        infileRefused = true;
        return await insertRows(session, load);
      }
    };
    await session.send(stageSql(load));
    try {
      return (await staged()) ?? (await merge(session, load));
    } finally {
      // On a connection that is gone the table is gone as well.
      await session.send(`DROP TEMPORARY TABLE IF EXISTS ${stage}`).catch(() => undefined);
    }
  };
}

function checkTable({ table, key, columns }: TableLoad, warned: Set<string>, host: Host): void {
  const name = shown(table);
  const engine = 'engine' in table && typeof table.engine === 'string' ? table.engine : 'InnoDB';
  if (!hasTransactions(engine) && !warned.has(name)) {
    warned.add(name);
    host.warn(mysqlErrors.no_transactions.error({ table: name, engine }));
  }
  const keyed = new Set(key.map((column) => column.name));
  const numbered = columns.find(({ column }) => isOurs(column) && column.numbered && !keyed.has(column.name));
  if (numbered)
    throw mysqlErrors.numbered_column.error({ table: name, column: numbered.column.name, key: [...keyed].join(', ') });
}

/** Keyed as the table compares: of two rows that are one to the data base the later stays. */
function stageSql({ key, columns }: TableLoad): string {
  const keyed = new Set(key.map(({ name }) => name));
  const lines = columns.map(({ column }) => {
    const { charset, collation } = isOurs(column) ? column : {};
    const text =
      charset === undefined || kindOf(column.type) === 'json' ? '' : ` CHARACTER SET ${charset} COLLATE ${collation}`;
    return `${quotedName(column.name)} ${column.type}${text} ${keyed.has(column.name) ? 'NOT NULL' : 'NULL'}`;
  });
  const primary = `PRIMARY KEY (${key.map(({ name }) => quotedName(name)).join(', ')})`;
  return `CREATE TEMPORARY TABLE ${stage} (${[...lines, primary].join(', ')}) ${stageEngine} DEFAULT CHARACTER SET utf8mb4`;
}

/**
 * LOCAL turns errors of values into warnings, whatever the mode: any warning refuses its row.
 * https://dev.mysql.com/doc/refman/8.0/en/load-data.html#load-data-error-handling
 */
async function loadFile(session: MysqlSession, { columns, rows }: TableLoad): Promise<LoadAttempt | undefined> {
  const encoders = columns.map(({ column }) => encoderOf(column));
  let bad: { readonly thrown: unknown; readonly row: number } | undefined;
  function* lines(): Generator<string, void, void> {
    for (const [row, values] of rows.entries()) {
      try {
        yield lineOf(encoders, values);
      } catch (thrown) {
        // The file ends here; what came of it is thrown away.
        bad = { thrown, row };
        return;
      }
    }
  }
  const sql = `LOAD DATA LOCAL INFILE 'pipe' REPLACE INTO TABLE ${stage} ${infileFormat} ${target(columns)}`;
  const { said } = await session.send(sql, () => infile(lines()));
  if (bad) return refused(bad.thrown, bad.row);
  return said.warnings === 0 ? undefined : await firstWarning(session);
}

/** Bits and bytes come as text and are not meant as such. */
function target(columns: readonly LoadTarget[]): string {
  const converted: string[] = [];
  const names = columns.map(({ column }, index) => {
    const name = quotedName(column.name);
    const kind = kindOf(column.type);
    if (kind !== 'bits' && kind !== 'bytes') return name;
    converted.push(`${name} = ${kind === 'bits' ? `CAST(@v${index} AS UNSIGNED)` : `UNHEX(@v${index})`}`);
    return `@v${index}`;
  });
  return `(${names.join(', ')})${converted.length > 0 ? ` SET ${converted.join(', ')}` : ''}`;
}

async function firstWarning(session: MysqlSession): Promise<LoadAttempt | undefined> {
  const { rows } = await session.send('SHOW WARNINGS');
  const warning = rows.find((row) => row['Level'] !== 'Note');
  if (!warning) return undefined;
  const message = String(warning['Message']);
  const row = rowIn(message);
  const error = refusal(Number(warning['Code']), message) ?? refusal(1265, message);
  return error && { ok: false, error, ...(row !== undefined && { row: row - 1 }) };
}

/** Where LOCAL INFILE is off: the same stage, filled by statements of many rows. */
async function insertRows(session: MysqlSession, { columns, rows }: TableLoad): Promise<LoadAttempt | undefined> {
  const writers = columns.map(({ column }) => literalOf(column));
  const into = `REPLACE INTO ${stage} (${columns.map(({ column }) => quotedName(column.name)).join(', ')}) VALUES `;
  const most = Math.min(insertBytes, session.packetBytes / 2);
  let first = 0;
  let lines: string[] = [];
  let length = 0;
  const flush = async (next: number): Promise<LoadAttempt | undefined> => {
    try {
      if (lines.length > 0) await session.send(into + lines.join(','));
    } catch (thrown) {
      const row = thrown instanceof PipeError && lines.length > 0 ? rowOf(thrown) : undefined;
      return refused(thrown, row === undefined ? undefined : first + row - 1);
    }
    [first, lines, length] = [next, [], 0];
    return undefined;
  };
  for (const [index, values] of rows.entries()) {
    try {
      lines.push(`(${writers.map((write, at) => write(values[at] ?? null)).join(',')})`);
    } catch (thrown) {
      return refused(thrown, index);
    }
    length += lines.at(-1)?.length ?? 0;
    // A character may be four bytes.
    const attempt = length * 4 > most ? await flush(index + 1) : undefined;
    if (attempt) return attempt;
  }
  return await flush(rows.length);
}

function refused(thrown: unknown, row: number | undefined): LoadAttempt {
  if (!(thrown instanceof PipeError) || thrown.kind !== 'data') throw thrown;
  return { ok: false, error: thrown, ...(row !== undefined && { row }) };
}

/** `affected` counts a new row once and a changed one twice. */
async function merge(session: MysqlSession, load: TableLoad): Promise<LoadAttempt> {
  const { said } = await session.send(mergeSql(load, stage));
  const updated = Number(/Duplicates: (\d+)/.exec(said.info)?.[1] ?? 0);
  const created = said.affected - 2 * updated;
  return { ok: true, loaded: { created, updated, unchanged: load.rows.length - created - updated } };
}
