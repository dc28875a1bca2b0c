import type { Field, Row, Source, SourceDescription } from '../connector.ts';
import { toPipeError } from '../errors.ts';
import type { PipeError } from '../errors.ts';
import { systemClock } from '../state/clock.ts';
import type { QueueEntry } from '../state/ports.ts';
import type { RecordTrace } from '../state/trace-ports.ts';
import type { CompiledFlow, Variables } from '../transform/compiled.ts';
import { likelyKeys } from './likely-keys.ts';
import type { Looked } from './prepare.ts';
import { withConnections } from './with-connections.ts';

/** The row a record is made of. */
export interface FoundRow {
  /** `source`: as it is now; `kept`: as a run or the queue kept it; `gone`: no longer in the source; `unknown`: nowhere. */
  readonly from: 'source' | 'kept' | 'gone' | 'unknown';
  readonly keptAt?: number;
  readonly values?: Row;
  /** Why the source could not be asked. */
  readonly error?: PipeError;
}

export interface ReadRow {
  readonly row: FoundRow;
  /** Columns of which it is known how personal they are. */
  readonly columns?: readonly Field[];
}

/** What is kept of the record, and what it is called. */
export interface Remembered {
  readonly key: string;
  readonly trace: RecordTrace;
  readonly queued: QueueEntry | undefined;
}

/** Read anew where the source can be asked for it and answers, else as it was kept last. */
export async function findRow(
  looked: Looked,
  flow: CompiledFlow,
  remembered: Remembered,
  signal: AbortSignal,
): Promise<ReadRow> {
  const kept = keptRow(remembered);
  const { source } = flow.flow;
  const offline = connectorOf(looked, source.connection)?.source?.columns?.(source.block);
  const columns = offline && { columns: offline };
  try {
    const now = await askSource(looked, flow, kept?.values, remembered, signal);
    if (!now) return { row: kept ?? { from: 'unknown' }, ...columns };
    // A data base describes its columns and knows nothing of persons: there the name of a column has to say it.
    const described = { columns: offline ?? now.columns.filter(isPersonal) };
    return { row: now.row ? { from: 'source', values: now.row } : { ...kept, from: 'gone' }, ...described };
  } catch (thrown) {
    signal.throwIfAborted();
    return { row: { ...(kept ?? { from: 'unknown' }), error: toPipeError(thrown) }, ...columns };
  }
}

/** What expressions over this row may name. */
export function variablesFor({ pipeline }: Pick<Looked, 'pipeline'>, row: Row): Variables {
  const run = { id: 'explain', startedAt: new Date(systemClock.now()).toISOString() };
  return { params: pipeline.values, source: row, run };
}

function isPersonal({ personal, fields }: Field): boolean {
  return personal !== undefined || (fields?.some(isPersonal) ?? false);
}

function keptRow({ trace: { writes }, queued }: Remembered): FoundRow | undefined {
  const last = writes.findLast(({ intent }) => !intent.absent)?.intent;
  if (queued && (!last || queued.lastAt >= last.at))
    return { from: 'kept', keptAt: queued.lastAt, values: queued.source };
  return last && { from: 'kept', keptAt: last.at, values: last.source };
}

/** undefined: the source cannot be asked for single rows, or nobody knows how it calls this one. */
async function askSource(
  looked: Looked,
  flow: CompiledFlow,
  kept: Row | undefined,
  { key, trace, queued }: Remembered,
  signal: AbortSignal,
): Promise<{ readonly row: Row | undefined; readonly columns: readonly Field[] } | undefined> {
  const { connection, block } = flow.flow.source;
  if (!looked.pipeline.connections.has(connection)) return undefined;
  return withConnections(looked, [connection], async (open) => {
    const source = open.get(connection)?.connection.source?.(block);
    if (!source?.fetch) return undefined;
    const description = await source.describe(signal);
    const known =
      queued?.sourceKey ?? trace.asked.findLast((entry) => entry.source)?.source ?? keyOf(kept, description.key);
    const [row] = known
      ? await source.fetch([known], signal)
      : await rowsLike(looked, flow, key, source, description, signal);
    return row || known ? { row, columns: description.fields } : undefined;
  });
}

/** Of a record nothing is kept of: the rows whose key is this one or a part of it, if the map makes this record of them. */
async function rowsLike(
  looked: Looked,
  { flow, map }: CompiledFlow,
  key: string,
  source: Source,
  description: SourceDescription,
  signal: AbortSignal,
): Promise<readonly Row[]> {
  const likely = likelyKeys(key, description);
  const rows = likely.length === 0 ? [] : ((await source.fetch?.(likely, signal)) ?? []);
  const found: Row[] = [];
  for (const row of rows) {
    const { record } = await map(row, variablesFor(looked, row));
    if (String(record[flow.key] ?? '') === key) found.push(row);
  }
  return found;
}

function keyOf(row: Row | undefined, columns: readonly string[] | undefined): Row | undefined {
  if (!row || !columns) return undefined;
  const found = columns.flatMap((column): [string, Row[string]][] => {
    const value = row[column];
    return value === undefined ? [] : [[column, value]];
  });
  return found.length === columns.length ? Object.fromEntries(found) : undefined;
}

function connectorOf({ pipeline, connectors }: Looked, connection: string) {
  return connectors.get(pipeline.connections.get(connection)?.connector ?? '');
}
