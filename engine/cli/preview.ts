import { randomUUID } from 'node:crypto';
import type { Measured, TableChange } from '../connector.ts';
import { exitCodes } from '../errors.ts';
import type { PipeError } from '../errors.ts';
import type { Listener } from '../events/events.ts';
import { chooseFlows } from '../run/choose-flows.ts';
import type { ChosenFlow } from '../run/choose-flows.ts';
import { closeConnections, openConnections } from '../run/connections.ts';
import type { OpenConnection, RunContext, RunOptions } from '../run/context.ts';
import { estimate, metered } from '../run/preview/estimate.ts';
import type { Estimate, Meter } from '../run/preview/estimate.ts';
import { makeHost } from '../run/host.ts';
import { connectionsOf } from '../run/lost.ts';
import { patientClock } from '../run/preview/patient-clock.ts';
import { plannedNames } from '../run/preview/planned-sink.ts';
import { previewConnections } from '../run/preview/preview-connections.ts';
import type { Preview } from '../run/preview/preview-connections.ts';
import { previewFlows } from '../run/preview/preview.ts';
import type { FlowPreview, PreviewOutput } from '../run/preview/preview.ts';
import { beginRun } from '../run/run-pipeline.ts';
import { tableSchemas } from '../run/load/table-schemas.ts';
import type { TableSchema } from '../run/load/table-schemas.ts';
import { systemClock } from '../state/clock.ts';
import { copyState } from '../state/copy-state.ts';
import type { PortalBook } from '../state/machine-ports.ts';
import { openBook } from './open-book.ts';
import type { Prepared } from './prepare.ts';
import { runClock } from './run-clock.ts';
import { ownTokens } from './secrets.ts';

/** What a run would do, in counts: `pipe run --dry-run`, and the end of `pipe diff`. */
export interface RunPreview {
  readonly pipeline: string;
  readonly seconds: number;
  readonly requests: number;
  /** Tables the run would make or widen, before it writes a row. */
  readonly tables: readonly PreviewedTable[];
  readonly flows: readonly FlowPreview[];
  /** What the run itself would take of the systems' limits. */
  readonly estimate: Estimate;
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
  output: PreviewOutput = {},
): Promise<RunPreview> {
  const began = runClock.monotonic();
  return withPreview(prepared, options, emit, signal, async ({ context, preview, flows, meters }) => {
    const begun = await beginRun(context);
    const done = begun instanceof Error ? { flows: [], error: begun } : await previewFlows(begun, flows, output);
    const tables = preview.pending().filter(({ changes }) => changes.length > 0);
    return {
      pipeline: prepared.compiled.pipeline.name,
      seconds: (runClock.monotonic() - began) / 1000,
      requests: context.usage.requests,
      tables: tables.map(({ connection, wanted, changes }) => ({ connection, entity: wanted.entity, changes })),
      estimate: estimate(meters, preview),
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
export function previewExitCode({ error, flows }: Pick<RunPreview, 'error' | 'flows'>): number {
  if (error) return exitCodes[error.kind];
  return flows.some(({ failed }) => failed.length > 0) ? exitCodes.data : 0;
}

export interface Stage {
  readonly context: RunContext;
  readonly preview: Preview;
  readonly real: ReadonlyMap<string, OpenConnection>;
  readonly flows: readonly ChosenFlow[];
  /** What was read through each connection, and under which limit. */
  readonly meters: ReadonlyMap<string, Meter>;
}

/** Connections as a run would find them, over a copy of what the pipeline remembers: nothing is written. */
export async function withPreview<Result>(
  { compiled, connectors, stateFolder, apart }: Prepared,
  options: RunOptions,
  emit: Listener,
  signal: AbortSignal,
  use: (stage: Stage) => Promise<Result>,
): Promise<Result> {
  const { name } = compiled.pipeline;
  const flows = chooseFlows(compiled, options);
  const book = await openBook({ ...(apart && { apart }) });
  try {
    const copy = await copyState(stateFolder, { pipeline: name, clock: systemClock });
    const usage = { requests: 0, limitedMs: 0 };
    const { open, meters } = await openMetered({ compiled, connectors }, flows, { book, emit, usage });
    try {
      const preview = previewConnections(open, { rows: copy.planned, nameOf: plannedNames() });
      const run = randomUUID();
      const startedAt = runClock.now();
      const context: RunContext = {
        run,
        epoch: await copy.state.startRun({ run, startedAt, mapping: compiled.hash, pid: process.pid }),
        startedAt,
        compiled,
        options,
        state: copy.state,
        book: readBook(book),
        lease: { verify: () => undefined, release: () => undefined },
        clock: patientClock(runClock),
        connections: preview.connections,
        creates: new Map(),
        usage,
        lost: new Map(),
        signal,
        // Of what is done nothing is done here.
        emit: (event) => {
          if (event.type === 'warning' || event.type === 'waiting') emit(event);
        },
        instance: await instanceIn(book, name),
      };
      return await use({ context, preview, real: open, flows, meters });
    } finally {
      await closeConnections(open);
      await copy.close();
    }
  } finally {
    await book.close();
  }
}

/** What is made in a preview is no recent row of this machine, and nobody was met. */
function readBook(book: PortalBook): PortalBook {
  return {
    ...book,
    saveRecent: async () => undefined,
    claim: async (_instance, rows) => rows.map(() => 'free'),
    release: async () => undefined,
    meet: async () => undefined,
  };
}

async function openMetered(
  { compiled, connectors }: Pick<Prepared, 'compiled' | 'connectors'>,
  flows: readonly ChosenFlow[],
  shared: { readonly book: PortalBook; readonly emit: Listener; readonly usage: RunContext['usage'] },
): Promise<{ readonly open: ReadonlyMap<string, OpenConnection>; readonly meters: ReadonlyMap<string, Meter> }> {
  const { folder, connections } = compiled.pipeline;
  const host = makeHost({ folder, clock: runClock, tokens: ownTokens(), priority: 'incremental', ...shared });
  const used = new Set(flows.flatMap(({ flow }) => connectionsOf(flow)));
  const meters = new Map<string, Meter>();
  const open = new Map<string, OpenConnection>();
  for (const spec of connections.values()) {
    if (!used.has(spec.name)) continue;
    const meter: Meter = { requests: 0, measured: new Map() };
    meters.set(spec.name, meter);
    const counting = {
      ...host,
      admit: async (...[charge, signal]: Parameters<typeof host.admit>) => {
        const admission = await host.admit(charge, signal);
        meter.requests += 1;
        meter.limit = charge.limit;
        return { ended: (measured: Measured) => admission.ended(metered(meter, charge.work, measured)) };
      },
    };
    for (const [name, each] of await openConnections([spec], connectors, counting)) open.set(name, each);
  }
  return { open, meters };
}

/** The instance this pipeline is on this machine. */
export async function instanceOf(prepared: Prepared): Promise<string> {
  const book = await openBook(prepared);
  try {
    return (await book.identity(prepared.compiled.pipeline.name)).instance;
  } finally {
    await book.close();
  }
}

async function instanceIn(book: PortalBook, pipeline: string): Promise<RunContext['instance']> {
  const { instance } = await book.identity(pipeline);
  const others = await book.others(pipeline);
  return { id: instance, adopted: new Set(others.filter(({ adopted }) => adopted).map((other) => other.instance)) };
}
