import { randomUUID } from 'node:crypto';
import { exitCodes, stops, toPipeError } from '../errors.ts';
import type { PipeError } from '../errors.ts';
import type { Connector, Row, Tokens } from '../connector.ts';
import type { Listener, QueueRows } from '../events/events.ts';
import type { Lease, PortalBook } from '../state/machine-ports.ts';
import type { StateStore } from '../state/ports.ts';
import type { CompiledPipeline } from '../transform/compiled.ts';
import { chooseFlows } from './choose-flows.ts';
import type { ChosenFlow } from './choose-flows.ts';
import { closeConnections, openConnections } from './connections.ts';
import type { RunClock, RunContext, RunOptions } from './context.ts';
import { reach } from './crash-points.ts';
import { makeHost } from './host.ts';
import { identify, refuseOtherSystems } from './instance.ts';
import { connectionsOf } from './lost.ts';
import { failureIn, runFlows } from './run-flows.ts';
import type { FlowResult, FlowsDone } from './run-flows.ts';
import { keepSyncLog } from './load/sync-log.ts';
import { waitForConnections } from './wait-for.ts';

/** What a run is given; whoever calls opens and closes state, book and lease. */
export interface RunTask {
  readonly compiled: CompiledPipeline;
  readonly connectors: ReadonlyMap<string, Connector>;
  readonly options: RunOptions;
  readonly state: StateStore;
  readonly book: PortalBook;
  readonly tokens: Tokens;
  readonly lease: Lease;
  readonly clock: RunClock;
  readonly signal: AbortSignal;
  readonly emit: Listener;
  /** What is done with the flows; default: they are run. */
  readonly work?: (context: RunContext, flows: readonly ChosenFlow[]) => Promise<FlowsDone>;
}

/** What `pipe run --json` prints. */
export interface RunResult {
  readonly run: string;
  readonly pipeline: string;
  readonly seconds: number;
  readonly requests: number;
  readonly flows: readonly FlowResult[];
  /** 0 done, 4 something was queued or rejected; stops and failures have their own. */
  readonly exitCode: number;
  /** The whole queue of the pipeline as it is now. */
  readonly queue: QueueRows;
  /** What stopped the run, or the first of its flows that failed, before its end; a stop that was asked for is no failure. */
  readonly error?: PipeError;
}

/** Runs the pipeline's flows in order; every end, good or bad, is written into the state and told as an event. */
export async function runPipeline(task: RunTask): Promise<RunResult> {
  const { compiled, clock, state, book, tokens, emit } = task;
  const flows = chooseFlows(compiled, task.options);
  const run = randomUUID();
  const startedAt = clock.now();
  const began = clock.monotonic();
  const usage = { requests: 0, limitedMs: 0 };
  const priority = task.options.full ? 'full' : 'incremental';
  const host = makeHost({ folder: compiled.pipeline.folder, clock, book, tokens, priority, emit, usage });
  const connections = await openConnections(usedConnections(compiled, flows), task.connectors, host);
  const epoch = await state.startRun({ run, startedAt, mapping: compiled.hash, pid: process.pid });
  reach('lock-taken');
  emit({ type: 'run-started', at: startedAt, run, pipeline: compiled.pipeline.name, version: 1 });
  const parts = { ...task, run, epoch, startedAt, connections, usage, creates: new Map(), lost: new Map() };
  const context = await beginRun(parts);
  const done =
    context instanceof Error
      ? { flows: [], error: context }
      : await (task.work?.(context, flows) ?? runFlows(context, flows, keepSyncLog(context, task.connectors)));
  const unclosed = await failureIn(() => closeConnections(connections));
  const error = done.error ?? unclosed;
  await state.pruneJournal(clock.now() - historyKeptMs);
  await state.pruneTrace(clock.now() - historyKeptMs);
  await state.pruneResults(clock.now() - resultsKeptMs);
  const seconds = (clock.monotonic() - began) / 1000;
  const exitCode = exitCodeOf(done.flows, error, task.signal);
  const result = { run, pipeline: compiled.pipeline.name, seconds, requests: usage.requests, flows: done.flows };
  await state.finishRun({ run, finishedAt: clock.now(), exitCode, result: asRow(result, error) });
  const stopper = task.signal.aborted ? undefined : error;
  const queue = await state.queueCounts();
  const told = stopper && { error: { code: stopper.code, parameters: stopper.parameters } };
  emit({ type: 'run-finished', at: clock.now(), run, exitCode, seconds, requests: usage.requests, queue, ...told });
  return { ...result, exitCode, queue, ...(stopper && { error: stopper }) };
}

/** How long closed intents and what records asked are kept for `explain`; open intents stay. */
const historyKeptMs = 7 * 24 * 60 * 60 * 1000;

/** What runs came to is kept for `history` as long as logs are: a run every two minutes leaves 300 MB of it in a year. */
const resultsKeptMs = 30 * 24 * 60 * 60 * 1000;

/** Makes sure that a run meets the systems it knows, and that they are up. */
export async function beginRun(parts: Omit<RunContext, 'instance'>): Promise<RunContext | PipeError> {
  try {
    await refuseOtherSystems(parts);
    await waitForConnections(parts);
    return { ...parts, instance: await identify(parts) };
  } catch (thrown) {
    return toPipeError(thrown);
  }
}

function usedConnections({ pipeline }: CompiledPipeline, flows: readonly ChosenFlow[]) {
  const log = pipeline.syncLog ? [pipeline.syncLog.connection] : [];
  const names = new Set([...flows.flatMap(({ flow }) => connectionsOf(flow)), ...log]);
  return [...pipeline.connections.values()].filter((spec) => names.has(spec.name));
}

function exitCodeOf(flows: readonly FlowResult[], error: PipeError | undefined, signal: AbortSignal): number {
  if (signal.aborted) return signal.reason === 'SIGTERM' ? stops.SIGTERM : stops.SIGINT;
  if (error) return exitCodes[error.kind];
  return flows.some((flow) => flow.queued + flow.rejected + (flow.purged ?? 0) + (flow.left ?? 0) > 0)
    ? exitCodes.data
    : 0;
}

/** Of what ended or stopped a flow its code alone is kept beside the counts. */
function asRow(result: Omit<RunResult, 'exitCode' | 'error' | 'queue'>, stopper: PipeError | undefined): Row {
  return {
    ...result,
    ...(stopper && { error: { code: stopper.code, parameters: stopper.parameters } }),
    flows: result.flows.map(({ error, skippedBecause, ...flow }) => ({
      ...flow,
      targets: flow.targets.map((target) => ({ ...target })),
      ...(error && { error: error.code }),
      ...(skippedBecause && { skippedBecause: skippedBecause.code }),
    })),
  };
}
