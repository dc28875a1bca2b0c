import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { TableChange } from '../connector.ts';
import { exitCodes } from '../errors.ts';
import type { PipeError } from '../errors.ts';
import type { Listener } from '../events/events.ts';
import { chooseFlows } from '../run/choose-flows.ts';
import type { ChosenFlow } from '../run/choose-flows.ts';
import { closeConnections, openConnections } from '../run/connections.ts';
import type { OpenConnection, RunContext, RunOptions } from '../run/context.ts';
import { makeHost } from '../run/host.ts';
import { connectionsOf } from '../run/lost.ts';
import { previewConnections } from '../run/preview-connections.ts';
import type { Preview } from '../run/preview-connections.ts';
import { previewFlows } from '../run/preview.ts';
import type { FlowPreview } from '../run/preview.ts';
import { tableSchemas } from '../run/table-schemas.ts';
import type { TableSchema } from '../run/table-schemas.ts';
import { systemClock } from '../state/clock.ts';
import { openState, stateFile } from '../state/open-state.ts';
import type { PortalBook } from '../state/machine-ports.ts';
import type { StateStore } from '../state/ports.ts';
import { openBook } from './open-book.ts';
import type { Prepared } from './prepare.ts';
import { runClock } from './run-clock.ts';

/** What `pipe run --dry-run` found. */
export interface RunPreview {
  readonly pipeline: string;
  readonly seconds: number;
  readonly requests: number;
  /** Tables the run would make or widen, before it writes a row. */
  readonly tables: readonly PreviewedTable[];
  readonly flows: readonly FlowPreview[];
  readonly error?: PipeError;
}

export interface PreviewedTable {
  readonly connection: string;
  readonly entity: string;
  readonly changes: readonly TableChange[];
}

/** Plans the whole run and writes nothing, neither into a target nor into the state; only limits are charged. */
export async function previewRun(
  prepared: Prepared,
  options: RunOptions,
  emit: Listener,
  signal: AbortSignal,
): Promise<RunPreview> {
  const began = runClock.monotonic();
  return withPreview(prepared, options, emit, signal, async ({ context, preview, flows }) => {
    const done = await previewFlows(context, flows);
    const tables = preview.pending().filter(({ changes }) => changes.length > 0);
    return {
      pipeline: prepared.compiled.pipeline.name,
      seconds: (runClock.monotonic() - began) / 1000,
      requests: context.usage.requests,
      tables: tables.map(({ connection, wanted, changes }) => ({ connection, entity: wanted.entity, changes })),
      ...done,
    };
  });
}

/** The tables of a pipeline's targets, and what the next run would make of them; `names`: of these flows alone. */
export async function previewTables(
  prepared: Prepared,
  names: readonly string[] | undefined,
  emit: Listener,
  signal: AbortSignal,
): Promise<readonly TableSchema[]> {
  const options = { full: false, allow: new Set<string>(), ...(names && { flows: names }) };
  return withPreview(prepared, options, emit, signal, ({ context, preview, real, flows }) =>
    tableSchemas(context, preview, real, flows),
  );
}

/** 0: the run would end green. */
export function previewExitCode({ error, flows }: RunPreview): number {
  if (error) return exitCodes[error.kind];
  return flows.some(({ failed }) => failed.length > 0) ? exitCodes.data : 0;
}

interface Stage {
  readonly context: RunContext;
  readonly preview: Preview;
  readonly real: ReadonlyMap<string, OpenConnection>;
  readonly flows: readonly ChosenFlow[];
}

async function withPreview<Result>(
  { compiled, connectors, stateFolder, apart }: Prepared,
  options: RunOptions,
  emit: Listener,
  signal: AbortSignal,
  use: (stage: Stage) => Promise<Result>,
): Promise<Result> {
  const { name, folder, connections: specs } = compiled.pipeline;
  const flows = chooseFlows(compiled, options);
  const book = await openBook({ ...(apart && { apart }) });
  const state = await stateToRead(stateFolder, name);
  const usage = { requests: 0, limitedMs: 0 };
  const host = makeHost({ folder, clock: runClock, book, priority: 'incremental', emit, usage });
  const used = new Set(flows.flatMap(({ flow }) => connectionsOf(flow)));
  const real = openConnections(
    [...specs.values()].filter((spec) => used.has(spec.name)),
    connectors,
    host,
  );
  const preview = previewConnections(real);
  try {
    const context: RunContext = {
      run: randomUUID(),
      epoch: 0,
      startedAt: runClock.now(),
      compiled,
      options,
      state: state.store,
      book,
      lease: { verify: () => undefined, release: () => undefined },
      clock: runClock,
      connections: preview.connections,
      creates: new Map(),
      usage,
      lost: new Map(),
      signal,
      // Of what is done nothing is done here.
      emit: (event) => {
        if (event.type === 'warning' || event.type === 'waiting') emit(event);
      },
      instance: await instanceOf(book, name),
    };
    return await use({ context, preview, real, flows });
  } finally {
    await closeConnections(real);
    await state.close();
    await book.close();
  }
}

async function instanceOf(book: PortalBook, pipeline: string): Promise<RunContext['instance']> {
  const { instance } = await book.identity(pipeline);
  const others = await book.others(pipeline);
  return { id: instance, adopted: new Set(others.filter(({ adopted }) => adopted).map((other) => other.instance)) };
}

interface ReadState {
  readonly store: StateStore;
  close(): Promise<void>;
}

/** What the pipeline remembers, if anything; what a plan notes for itself is kept in memory, beside a run at work. */
async function stateToRead(folder: string, pipeline: string): Promise<ReadState> {
  const scratch = await openState(':memory:', { pipeline, clock: systemClock });
  if (!existsSync(stateFile(folder, pipeline))) return { store: scratch, close: async () => scratch.close() };
  const store = await openState(folder, { pipeline, clock: systemClock });
  const close = async (): Promise<void> => {
    await store.close();
    await scratch.close();
  };
  return { store: { ...store, presence: scratch.presence }, close };
}
