import type { Connector, Field, Sink, WriteValues } from '../../connector.ts';
import { textOf } from '../../diagnostics.ts';
import type { PipeError } from '../../errors.ts';
import type { RunContext } from '../context.ts';
import { runErrors } from '../errors.ts';
import { failureOf } from '../run-flows.ts';
import type { FlowEnd } from '../run-flows.ts';
import { warn } from '../warn.ts';

const counted = ['read', 'created', 'updated', 'unchanged', 'skipped', 'queued', 'rejected'] as const;

/** What a row of the log holds. */
const columns: readonly Field[] = [
  { name: 'run', type: 'text' },
  { name: 'flow', type: 'text' },
  { name: 'pipeline', type: 'text' },
  { name: 'kind', type: 'text', title: 'full | incremental' },
  { name: 'status', type: 'text', title: 'done | incomplete | failed | skipped | stopped' },
  ...counted.map((name): Field => ({ name, type: 'integer', title: 'records' })),
  { name: 'error_code', type: 'text' },
  { name: 'error', type: 'text' },
  { name: 'started_at', type: 'datetime' },
  { name: 'finished_at', type: 'datetime' },
];

/** How long a run that has done its work, or was told to stop, waits for its log. */
const patienceMs = 10_000;

/**
 * Keeps a row about each flow of a run in a table of a target (`syncLog`, rule 99), whatever became of the flow. It is no
 * part of the data: what goes wrong with it is a warning, and is not tried again.
 */
export function keepSyncLog(
  context: RunContext,
  connectors: ReadonlyMap<string, Connector>,
): (end: FlowEnd) => Promise<void> {
  const log = logOf(context, connectors);
  if (!log) return async () => undefined;
  let prepared: Promise<PipeError | undefined> | undefined;
  const keep = async (end: FlowEnd): Promise<PipeError | undefined> => {
    const lost = context.lost.get(log.connection);
    if (lost) return lost;
    const signal = AbortSignal.timeout(patienceMs);
    prepared ??= failureOf(() => prepareTable(log, signal));
    const unprepared = await prepared;
    const unwritten = await failureOf(async () => {
      context.lease.verify();
      await writeRow(log, rowOf(context, end), signal);
    });
    // A table of somebody else's making may do, though we would have made another.
    return unwritten && (unprepared ?? unwritten);
  };
  return async (end) => {
    const error = await keep(end);
    if (error) tellUnwritten(context, end.result.name, log, error);
  };
}

interface Log {
  readonly connection: string;
  readonly table: string;
  readonly entity: string;
  readonly sink: Sink;
}

function logOf({ compiled, connections }: RunContext, connectors: ReadonlyMap<string, Connector>): Log | undefined {
  const { syncLog, connections: specs } = compiled.pipeline;
  if (!syncLog) return undefined;
  const { connection, table } = syncLog;
  const ability = connectors.get(specs.get(connection)?.connector ?? '')?.sink;
  const sink = connections.get(connection)?.connection.sink?.({ table });
  if (!ability || !sink) throw new Error(`connection ${connection} cannot be written to`);
  return { connection, table, entity: ability.entity({ table }), sink };
}

async function prepareTable({ sink, entity }: Log, signal: AbortSignal): Promise<void> {
  const wanted = { entity, key: ['run', 'flow'], columns, ddl: 'create' } as const;
  const changes = (await sink.tables?.plan(wanted, signal)) ?? [];
  if (changes.length > 0) await sink.tables?.change(changes, signal);
}

async function writeRow({ sink, entity }: Log, values: WriteValues, signal: AbortSignal): Promise<void> {
  const [outcome] = await sink.write([{ operation: 'create', entity, values }], signal);
  if (outcome && !outcome.ok) throw outcome.error;
}

function rowOf({ run, compiled, options, clock }: RunContext, end: FlowEnd): WriteValues {
  const { result, startedAt } = end;
  const error = result.error ?? result.skippedBecause;
  return {
    run,
    flow: result.name,
    pipeline: compiled.pipeline.name,
    kind: options.full || options.only ? 'full' : 'incremental',
    status: statusOf(end),
    ...Object.fromEntries(counted.map((name) => [name, result[name]])),
    ...(error && { error_code: error.code, error: textOf(error.code, error.parameters, 'en').message }),
    started_at: new Date(startedAt).toISOString(),
    finished_at: new Date(clock.now()).toISOString(),
  };
}

function statusOf({ result, stopped }: FlowEnd): string {
  if (stopped) return 'stopped';
  if (result.error) return 'failed';
  if (result.skippedBecause) return 'skipped';
  return result.queued + result.rejected > 0 ? 'incomplete' : 'done';
}

function tellUnwritten(context: RunContext, flow: string, { connection, table }: Log, cause: PipeError): void {
  const reason = textOf(cause.code, cause.parameters, 'en').message;
  warn(context, runErrors.sync_log_unwritten.error({ flow, table, connection, reason }), { flow });
}
