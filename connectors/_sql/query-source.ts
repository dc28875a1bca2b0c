import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Cursor, Host, ReadRequest, Row, Source, SourceBatch, Value } from '../../engine/index.ts';
import { cursorColumn, planRead } from './cursor.ts';
import type { CursorColumn } from './cursor.ts';
import type { Database, Dialect } from './dialect.ts';
import { errors } from './errors.ts';
import { readStream } from './pages.ts';
import { parametersIn, textParts } from './query-text.ts';
import type { Column } from './table.ts';
import type { Bounds } from './walk.ts';
import { compiledRaw } from './writer.ts';

/** The `query:` of a source block: its text, or the file that holds it. */
export type QuerySetting = string | { readonly file: string };

export function isQuery(setting: unknown): setting is QuerySetting {
  if (typeof setting === 'string') return true;
  return typeof setting === 'object' && setting !== null && 'file' in setting && typeof setting.file === 'string';
}

/**
 * A query of the pipeline's author, streamed as it is. Its order is unknown, so the cursor moves only at its end, to
 * the greatest value seen but not past the source's clock.
 */
export function querySource(database: Database, host: Host, setting: QuerySetting): Source {
  let loaded: Promise<string> | undefined;
  const text = async (): Promise<string> => await (loaded ??= loadQuery(setting, host.folder));
  return {
    async describe(signal) {
      signal.throwIfAborted();
      const columns = await describedColumns(database, await text(), signal);
      return { fields: columns.map((column) => database.dialect.fieldOf(column)) };
    },
    async *read(request) {
      request.signal.throwIfAborted();
      yield* readQuery(database, host, await text(), request);
    },
  };
}

/** Without what ends it: it may have to stand within another. */
async function loadQuery(setting: QuerySetting, folder: string): Promise<string> {
  const bare = (text: string): string => text.replace(/[\s;]+$/, '');
  if (typeof setting === 'string') return bare(setting);
  try {
    return bare(await readFile(resolve(folder, setting.file), 'utf8'));
  } catch (cause) {
    throw errors.query_unreadable.error({ file: setting.file }, { cause });
  }
}

async function* readQuery(
  database: Database,
  host: Host,
  query: string,
  request: ReadRequest,
): AsyncGenerator<SourceBatch, void, void> {
  const { window, until, params, signal, cursor } = request;
  const { dialect } = database;
  const used = parametersIn(dialect, query);
  if (window && !used.has('since')) throw errors.since_missing.error({ column: window.field });
  if (until !== undefined && !used.has('until')) throw errors.until_missing.error({});
  const column = window && cursorColumn(dialect, await describedCursor(database, query, window.field, signal));
  // A query is read whole or not at all: only `at` of a stored cursor means something to it.
  const whole: Cursor | undefined = cursor?.['at'] === undefined ? {} : { at: cursor['at'] };
  const plan = planRead({ ...request, cursor: whole }, column, await database.about(signal), host);
  const statement = compiledRaw(dialect, filled(dialect, query, params, column, plan.bounds));
  yield* readStream(database.stream(statement, request.batch, signal), request, column, plan);
}

async function describedColumns(database: Database, query: string, signal: AbortSignal): Promise<readonly Column[]> {
  const { dialect } = database;
  const text = textParts(dialect, query)
    .map((part) => ('text' in part ? part.text : 'NULL'))
    .join('');
  const run = async (statement: Parameters<Database['run']>[0]) => await database.run(statement, signal);
  const columns = await dialect.describeQuery(run, { sql: text, parameters: [] });
  for (const [index, { name }] of columns.entries()) {
    const isNamed = name !== '' && columns.findIndex((column) => column.name === name) === index;
    if (!isNamed) throw errors.column_name.error({ position: index + 1 });
  }
  return columns;
}

async function describedCursor(database: Database, query: string, field: string, signal: AbortSignal): Promise<Column> {
  const columns = await describedColumns(database, query, signal);
  const found = columns.find(({ name }) => name === field);
  if (!found) throw errors.column_unknown.error({ column: field, table: 'query' });
  return found;
}

/** What an open end of a window is bound to; the highest integer is the dialect's. */
const extremes = {
  integer: ['-9223372036854775808', undefined],
  date: ['0001-01-01', '9999-12-31'],
  naive: ['0001-01-01T00:00:00.000', '9999-12-31T23:59:59.999'],
  instant: ['0001-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'],
} as const;

function filled(
  dialect: Dialect,
  query: string,
  params: Row,
  column: CursorColumn | undefined,
  { from, until }: Bounds,
): RawBuilder<unknown> {
  const [lowest, highest] = extremes[column?.kind ?? 'instant'];
  const end = (value: Value): RawBuilder<unknown> =>
    column ? dialect.bound(column.column, value) : dialect.unbound(value);
  const parts = textParts(dialect, query).map((part) => {
    if ('text' in part) return sql.raw(part.text);
    if (part.parameter === 'since')
      return column && dialect.since ? dialect.since(column.column, from ?? lowest) : end(from ?? lowest);
    if (part.parameter === 'until') return end(until ?? highest ?? dialect.highestInteger);
    const value = params[part.parameter];
    if (value === undefined) throw errors.param_missing.error({ param: part.parameter });
    return dialect.unbound(value);
  });
  return sql`${sql.join(parts, sql``)}`;
}
