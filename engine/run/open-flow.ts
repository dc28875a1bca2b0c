import type { Row, Source } from '../connector.ts';
import type { CompiledFlow } from '../transform/compiled.ts';
import { openAbsence } from './absent/absent.ts';
import type { Absence } from './absent/absent.ts';
import { attempt } from './attempt.ts';
import type { FlowContext, RunContext } from './context.ts';
import type { Tally } from './counts.ts';
import type { DeliveryTask } from './deliver/deliver.ts';
import { noDoubts } from './doubt/doubts.ts';
import type { Loading } from './load/load.ts';
import { lazyScopes } from './scopes.ts';

/** A flow at work: its source, what it counts, and whether its checkpoint may move. */
export interface FlowRun {
  readonly context: FlowContext;
  readonly source: Source;
  readonly task: DeliveryTask;
  readonly absence: Absence;
  /** Records go into the target in bulk, without a plan for each. */
  loading?: Loading;
}

export async function openFlow(run: RunContext, flow: CompiledFlow, tally: Tally): Promise<FlowRun> {
  const { connection, block } = flow.flow.source;
  const source = run.connections.get(connection)?.connection.source?.(block);
  if (!source) throw new Error(`connection ${connection} cannot be read from`);
  const described = await attempt(run, connection, () => source.describe(run.signal));
  const context: FlowContext = {
    ...run,
    flow,
    scopes: lazyScopes(run, flow, described),
    sourceKey: keyPicker(described.key),
    sourceFields: described.fields,
    variables: {
      params: run.compiled.pipeline.values,
      run: { id: run.run, startedAt: new Date(run.startedAt).toISOString() },
    },
    doubts: noDoubts(),
    fences: new Map(),
  };
  const task = { tally, pace: { waveSize: Infinity }, waiting: new Set<string>() };
  return { context, source, task, absence: openAbsence(context) };
}

function keyPicker(columns: readonly string[] | undefined): (row: Row) => Row | undefined {
  return (row) => {
    if (!columns || columns.some((column) => row[column] === undefined)) return undefined;
    return Object.fromEntries(columns.flatMap((column) => (row[column] === undefined ? [] : [[column, row[column]]])));
  };
}
