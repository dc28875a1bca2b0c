import { systemClock } from '../state/clock.ts';
import { openState } from '../state/open-state.ts';
import type { QueueEntry, QueueFilter, QueueState, StateStore } from '../state/ports.ts';
import { cliErrors } from './errors.ts';
import { lookAt } from './prepare.ts';

export const queueStates = [
  'pending',
  'waiting',
  'quarantined',
  'failed',
  'completed',
  'superseded',
] as const satisfies readonly QueueState[];

/** Opens the state of a pipeline for one look or change, without its lock: rows are marked, a run executes. */
export async function withState<Result>(
  file: string,
  stateFlag: string | undefined,
  use: (state: StateStore) => Promise<Result>,
): Promise<Result> {
  const { pipeline, stateFolder } = await lookAt(file, stateFlag);
  const state = await openState(stateFolder, { pipeline: pipeline.name, clock: systemClock });
  try {
    return await use(state);
  } finally {
    await state.close();
  }
}

/** A row by its number or by its record's key. */
export async function findEntry(state: StateStore, file: string, row: string): Promise<QueueEntry> {
  const [byKey] = await state.queue({ key: row, limit: 1 });
  const [byId] = /^\d+$/.test(row) ? await state.queue({ id: Number(row), limit: 1 }) : [];
  const entry = byKey ?? byId;
  if (!entry) throw cliErrors.no_queue_row.error({ row, file });
  return entry;
}

export async function chosenRows(
  state: StateStore,
  file: string,
  row: string | undefined,
  flow: string | undefined,
  wanted: string | undefined,
): Promise<QueueFilter> {
  if (row !== undefined) return { id: (await findEntry(state, file, row)).id };
  const queueState = queueStates.find((name) => name === wanted);
  return { ...(flow !== undefined && { flow }), ...(queueState && { state: queueState }) };
}

/** How the columns of a flow's source are masked: what the connector knows of them. */
export async function personalFields(file: string, flow: string) {
  const { pipeline, connectors } = await lookAt(file, undefined);
  const source = pipeline.flows.find((candidate) => candidate.name === flow)?.source;
  const connection = source && pipeline.connections.get(source.connection);
  const connector = connection && connectors.get(connection.connector);
  return (source && connector?.source?.columns?.(source.block)) ?? [];
}
