import type { Field, Row } from '../connector.ts';
import { toPipeError } from '../errors.ts';
import type { QueueEntry, StoredError } from '../state/ports.ts';
import type { RecordTrace } from '../state/trace-ports.ts';
import type { CompiledFlow } from '../transform/compiled.ts';
import type { Looked } from './prepare.ts';
import { withConnections } from './with-connections.ts';

/** The row a record is made of. */
export interface FoundRow {
  /** `source`: as it is now; `kept`: as a run or the queue kept it; `gone`: no longer in the source; `unknown`: nowhere. */
  readonly from: 'source' | 'kept' | 'gone' | 'unknown';
  readonly keptAt?: number;
  readonly values?: Row;
  /** Why the source could not be asked. */
  readonly error?: StoredError;
}

export interface ReadRow {
  readonly row: FoundRow;
  /** Columns of which it is known how personal they are. */
  readonly columns?: readonly Field[];
}

/** Read anew where the source can be asked for it and answers, else as it was kept last. */
export async function findRow(
  looked: Looked,
  flow: CompiledFlow,
  trace: RecordTrace,
  queued: QueueEntry | undefined,
  signal: AbortSignal,
): Promise<ReadRow> {
  const kept = keptRow(trace, queued);
  const { source } = flow.flow;
  const offline = connectorOf(looked, source.connection)?.source?.columns?.(source.block);
  const columns = offline && { columns: offline };
  const key = queued?.sourceKey ?? trace.asked.findLast((entry) => entry.source)?.source;
  try {
    const now = await askSource(looked, flow, kept?.values, key, signal);
    if (!now) return { row: kept ?? { from: 'unknown' }, ...columns };
    // A data base describes its columns and knows nothing of persons: there the name of a column has to say it.
    const described = { columns: offline ?? now.columns.filter(isPersonal) };
    return { row: now.row ? { from: 'source', values: now.row } : { ...kept, from: 'gone' }, ...described };
  } catch (thrown) {
    signal.throwIfAborted();
    const { code, parameters } = toPipeError(thrown);
    return { row: { ...(kept ?? { from: 'unknown' }), error: { code, parameters } }, ...columns };
  }
}

function isPersonal({ personal, fields }: Field): boolean {
  return personal !== undefined || (fields?.some(isPersonal) ?? false);
}

function keptRow({ writes }: RecordTrace, queued: QueueEntry | undefined): FoundRow | undefined {
  const last = writes.findLast(({ intent }) => !intent.absent)?.intent;
  if (queued && (!last || queued.lastAt >= last.at))
    return { from: 'kept', keptAt: queued.lastAt, values: queued.source };
  return last && { from: 'kept', keptAt: last.at, values: last.source };
}

/** undefined: the source cannot be asked for single rows, or nobody knows how it calls this one. */
async function askSource(
  looked: Looked,
  { flow }: CompiledFlow,
  kept: Row | undefined,
  known: Row | undefined,
  signal: AbortSignal,
): Promise<{ readonly row: Row | undefined; readonly columns: readonly Field[] } | undefined> {
  const { connection, block } = flow.source;
  if (!looked.pipeline.connections.has(connection)) return undefined;
  return withConnections(looked, [connection], async (open) => {
    const source = open.get(connection)?.connection.source?.(block);
    if (!source?.fetch) return undefined;
    const { key, fields } = await source.describe(signal);
    const wanted = known ?? keyOf(kept, key);
    if (!wanted) return undefined;
    const [row] = await source.fetch([wanted], signal);
    return { row, columns: fields };
  });
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
