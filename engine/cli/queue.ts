import * as Flags from '@oclif/core/flags';
import type { Field } from '../connector.ts';
import type { Place } from '../diagnostics.ts';
import { systemClock } from '../state/clock.ts';
import { openToLook } from '../state/open-state.ts';
import type { QueueChange, QueueEntry, QueueFilter, QueueState, StateStore } from '../state/ports.ts';
import { cliErrors } from './errors.ts';
import { choiceFlag, pipelineFlags } from './flags.ts';
import { flowNamed } from './flow-named.ts';
import { lookAt } from './prepare.ts';
import type { Looked } from './prepare.ts';

const queueStates = [
  'pending',
  'waiting',
  'quarantined',
  'failed',
  'completed',
  'superseded',
] as const satisfies readonly QueueState[];

/** Flags of every `pipe queue` command: which rows of whose queue. */
export const queueFlags = {
  state: pipelineFlags.state,
  flow: Flags.string({ description: 'only this flow', helpValue: '<name>' }),
};

export const stateFlags = {
  in: choiceFlag({ description: 'only rows in this state', choices: queueStates, helpValue: queueStates.join('|') }),
};

interface RowFlags {
  readonly state?: string | undefined;
  readonly flow?: string | undefined;
  readonly in?: string | undefined;
}

/** A queue that is being looked at or changed. */
export interface OpenQueue extends Looked {
  readonly file: string;
  readonly state: StateStore;
}

/** Opens the state of a pipeline for one look or change, without its lock: rows are marked, a run executes. */
export async function withQueue<Result>(
  file: string,
  flags: RowFlags,
  use: (queue: OpenQueue) => Promise<Result>,
): Promise<Result> {
  const looked = await lookAt(file, flags.state);
  const { pipeline, stateFolder } = looked;
  if (flags.flow !== undefined) flowNamed(pipeline, flags.flow);
  const state = await openToLook(stateFolder, { pipeline: pipeline.name, clock: systemClock });
  try {
    return await use({ ...looked, file, state });
  } finally {
    await state.close();
  }
}

/** A row by its record's key, else by its number. */
export async function findEntry({ state, file }: OpenQueue, row: string, flags: RowFlags): Promise<QueueEntry> {
  const filter = filterOf(flags);
  const [byKey] = await state.queue({ ...filter, key: row, limit: 1 });
  const [byId] = /^\d{1,15}$/.test(row) ? await state.queue({ ...filter, id: Number(row), limit: 1 }) : [];
  const entry = byKey ?? byId;
  if (!entry) throw cliErrors.no_queue_row.error({ row, file });
  return entry;
}

/** Where the mapping writes the field that the target refused; the file may have been edited since. */
export function placeOf({ pipeline }: OpenQueue, { flow: name, error }: QueueEntry): Place | undefined {
  const { field, entity } = error.parameters;
  const flow = pipeline.flows.find((each) => each.name === name);
  const targets = flow?.targets.filter((target) => entity === undefined || target.entity === entity) ?? [];
  const places = targets.flatMap(({ fields = [] }) =>
    fields.flatMap((mapping) => (mapping.field === field ? [mapping.place] : [])),
  );
  // Two targets with a field of that name: which one it was nobody says.
  return places.length === 1 ? places[0] : undefined;
}

/**
 * One row, named by a person: of a quarantined one this is their word on what became of its write, any other is changed
 * as many are.
 */
export async function decideNamed(
  queue: OpenQueue,
  row: string,
  flags: RowFlags,
  word: 'arrived' | 'missing',
  change: (filter: QueueFilter) => Promise<QueueChange>,
): Promise<QueueChange> {
  const { id } = await findEntry(queue, row, flags);
  if (await queue.state.decideQueue(id, word, systemClock.now())) return { rows: 1, inDoubt: 0 };
  return change({ id });
}

export function filterOf(flags: RowFlags): QueueFilter {
  const state = queueStates.find((name) => name === flags.in);
  return { ...(flags.flow !== undefined && { flow: flags.flow }), ...(state && { state }) };
}

/** Rows to look at: those that wait, or those in the state that was asked for. */
export function waitingOf(flags: RowFlags): QueueFilter {
  return { ...filterOf(flags), open: flags.in === undefined };
}

/** The columns of a row's source as far as the connector knows them: it says how they are masked. */
export function columnsOf({ pipeline, connectors }: Looked, { flow }: QueueEntry): readonly Field[] {
  const source = pipeline.flows.find((candidate) => candidate.name === flow)?.source;
  const connector = source && connectors.get(pipeline.connections.get(source.connection)?.connector ?? '');
  return (source && connector?.source?.columns?.(source.block)) ?? [];
}
