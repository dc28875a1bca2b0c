import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { PipeError } from '../../engine/index.ts';
import type { Cursor, Host, ReadRequest, Row, Source, SourceBatch, Value } from '../../engine/index.ts';
import { describeQuery, fieldsOf } from './catalogue.ts';
import type { CatalogueColumn } from './catalogue.ts';
import type { SqlClient } from './client.ts';
import type { Bounds, ReadPlan } from '../_sql/walk.ts';
import { cursorAt, cursorColumn, later, planRead, sourceNow } from './cursor.ts';
import type { CursorColumn, SourceNow } from './cursor.ts';
import { errors } from './errors.ts';
import { untyped } from './parameters.ts';
import type { Parameter, Statement } from './parameters.ts';

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
export function querySource(client: SqlClient, host: Host, setting: QuerySetting): Source {
  let loaded: Promise<string> | undefined;
  const text = async (): Promise<string> => await (loaded ??= loadQuery(setting, host.folder));
  return {
    async describe(signal) {
      const query = await text();
      return { fields: fieldsOf(await describeQuery(client, query, declarationsOf(query, {}), signal)) };
    },
    async *read(request) {
      yield* readQuery(client, host, await text(), request);
    },
  };
}

async function loadQuery(setting: QuerySetting, folder: string): Promise<string> {
  if (typeof setting === 'string') return setting;
  try {
    return await readFile(resolve(folder, setting.file), 'utf8');
  } catch (cause) {
    throw errors.query_unreadable.error({ file: setting.file }, { cause });
  }
}

async function* readQuery(
  client: SqlClient,
  host: Host,
  query: string,
  request: ReadRequest,
): AsyncGenerator<SourceBatch, void, void> {
  const { window, signal } = request;
  if (window && !uses(query, 'since')) throw errors.since_missing.error({ column: window.field });
  if (request.until !== undefined && !uses(query, 'until')) throw errors.until_missing.error({});
  const column = window && (await describedCursor(client, query, window.field, request.params, signal));
  const now: SourceNow = column ? await sourceNow(client, column, signal) : { stamp: '', offsetMinutes: 0 };
  const plan = planRead(
    { ...request, ...(request.cursor && { cursor: wholeReads(request.cursor) }) },
    column,
    now,
    host,
  );
  const statement = { text: query, parameters: parametersOf(query, request.params, column, plan.bounds) };
  yield* readStream(client.stream(statement, signal), request, column, plan);
}

/** A query is read whole or not at all: only `at` of a stored cursor means something to it. */
function wholeReads(cursor: Cursor): Cursor {
  return cursor['at'] === undefined ? {} : { at: cursor['at'] };
}

/** Batches of a stream whose order nobody knows: the cursor comes with the last one. */
export async function* readStream(
  rows: AsyncIterable<Row>,
  request: ReadRequest,
  column: CursorColumn | undefined,
  plan: ReadPlan,
): AsyncGenerator<SourceBatch, void, void> {
  let batch: Row[] = [];
  let count = 0;
  let { seen } = plan;
  for await (const row of rows) {
    if (column) seen = later(column, seen, row[column.name]);
    batch.push(row);
    count += 1;
    if (count === request.limit) break;
    if (batch.length < request.batch) continue;
    yield { rows: batch };
    batch = [];
  }
  const whole = count !== request.limit && !(plan.walk === 'scan' && !plan.keepsCursor);
  const cursor = column && whole ? cursorAt(column, seen, plan.began) : undefined;
  if (batch.length > 0 || cursor) yield { rows: batch, ...(cursor && { cursor }) };
}

/** Type of the cursor among the query's columns: @since and @until have to be of the same. */
async function describedCursor(
  client: SqlClient,
  query: string,
  field: string,
  params: Row,
  signal: AbortSignal,
): Promise<CursorColumn> {
  const columns = await describedColumns(client, query, params, signal);
  // What runs on temporary tables or dynamic SQL cannot be described; then a time is the likeliest.
  if (columns.length === 0) return cursorColumn(field, 'datetime2');
  const found = columns.find(({ name }) => name === field);
  if (!found) throw errors.column_unknown.error({ column: field });
  return cursorColumn(found.name, found.type);
}

/** The server will not compare a rowversion to text: the second try declares the bounds as binary. */
async function describedColumns(
  client: SqlClient,
  query: string,
  params: Row,
  signal: AbortSignal,
): Promise<readonly CatalogueColumn[]> {
  for (const bound of ['nvarchar(4000)', 'varbinary(8)']) {
    try {
      return await describeQuery(client, query, declarationsOf(query, params, bound), signal);
    } catch (thrown) {
      if (!(thrown instanceof PipeError) || thrown.code !== errors.statement_refused.code) throw thrown;
    }
  }
  return [];
}

/** Lowest and highest value of a type: what an open end of a window is bound to. */
const extremes: Readonly<Record<string, readonly [Value, Value]>> = {
  datetime: ['1753-01-01T00:00:00.000', '9999-12-31T23:59:59.997'],
  smalldatetime: ['1900-01-01T00:00:00.000', '2079-06-06T00:00:00.000'],
  date: ['0001-01-01', '9999-12-31'],
  datetime2: ['0001-01-01T00:00:00.000', '9999-12-31T23:59:59.999'],
  datetimeoffset: ['0001-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'],
  tinyint: [0, 255],
  smallint: [-32_768, 32_767],
  int: [-2_147_483_648, 2_147_483_647],
  bigint: ['-9223372036854775808', '9223372036854775807'],
  timestamp: ['0x0000000000000000', '0xFFFFFFFFFFFFFFFF'],
  rowversion: ['0x0000000000000000', '0xFFFFFFFFFFFFFFFF'],
};

function parametersOf(
  query: string,
  params: Row,
  column: CursorColumn | undefined,
  bounds: Bounds,
): Statement['parameters'] {
  const [lowest, highest] = extremes[column?.type ?? 'datetime'] ?? [];
  const type = column?.type ?? 'datetime';
  const given: Record<string, Parameter> = {
    ...Object.fromEntries(Object.entries(params).map(([name, value]) => [name, untyped(value)])),
    since: { type, value: bounds.from ?? lowest },
    until: { type, value: bounds.until ?? highest },
  };
  return Object.fromEntries(Object.entries(given).filter(([name]) => uses(query, name)));
}

/** `@since datetime2, @branch bigint`: what the server needs to describe the query. Times stand as text there. */
function declarationsOf(query: string, params: Row, bound = 'nvarchar(4000)'): string {
  const types = Object.entries(params).map(([name, value]) => [name, untyped(value).type] as const);
  return [...types, ['since', bound] as const, ['until', bound] as const]
    .filter(([name]) => uses(query, name))
    .map(([name, type]) => `@${name} ${type === 'nvarchar' ? 'nvarchar(4000)' : type}`)
    .join(', ');
}

function uses(query: string, name: string): boolean {
  return new RegExp(`(?<![@\\w])@${name}\\b`, 'i').test(query);
}
