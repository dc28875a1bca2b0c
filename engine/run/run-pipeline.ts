import { randomUUID } from 'node:crypto';
import { exitCodes, toPipeError } from '../errors.ts';
import type { PipeError } from '../errors.ts';
import type { Connector } from '../connector.ts';
import type { FlowCounts, Listener } from '../events/events.ts';
import type { Lease, PortalBook } from '../state/machine-ports.ts';
import type { StateStore } from '../state/ports.ts';
import type { CompiledFlow, CompiledPipeline } from '../transform/compiled.ts';
import { closeConnections, openConnections } from './connections.ts';
import type { RunClock, RunContext, RunOptions } from './context.ts';
import { countsOf, startTally } from './counts.ts';
import { reach } from './crash-points.ts';
import { runErrors } from './errors.ts';
import { makeHost } from './host.ts';
import { identify, refuseOtherSystems } from './instance.ts';
import { runFlow } from './run-flow.ts';

/** What a run is given; whoever calls opens and closes state, book and lease. */
export interface RunTask {
  readonly compiled: CompiledPipeline;
  readonly connectors: ReadonlyMap<string, Connector>;
  readonly options: RunOptions;
  readonly state: StateStore;
  readonly book: PortalBook;
  readonly lease: Lease;
  readonly clock: RunClock;
  readonly signal: AbortSignal;
  readonly emit: Listener;
}

/** What `pipe run --json` prints. */
export interface RunResult {
  readonly run: string;
  readonly pipeline: string;
  readonly seconds: number;
  readonly requests: number;
  readonly flows: readonly ({ readonly name: string } & FlowCounts)[];
  /** 0 done, 4 something was queued or rejected; stops and failures have their own. */
  readonly exitCode: number;
  /** What stopped the run before its end; a stop that was asked for is no failure. */
  readonly error?: PipeError;
}

/** Runs the pipeline's flows in order; every end, good or bad, is written into the state and told as an event. */
export async function runPipeline(task: RunTask): Promise<RunResult> {
  const { compiled, clock, state, emit } = task;
  const flows = chosenFlows(task);
  const run = randomUUID();
  const startedAt = clock.now();
  const began = clock.monotonic();
  const usage = { requests: 0, limitedMs: 0 };
  const priority = task.options.full ? 'full' : 'incremental';
  const host = makeHost({ folder: compiled.pipeline.folder, clock, book: task.book, priority, emit, usage });
  const connections = openConnections(usedConnections(compiled, flows), task.connectors, host);
  const epoch = await state.startRun({ run, startedAt, mapping: compiled.hash, pid: process.pid });
  reach('lock-taken');
  emit({ type: 'run-started', at: startedAt, run, pipeline: compiled.pipeline.name, version: 1 });
  const context = { ...task, run, epoch, startedAt, connections, usage, creates: new Map() };
  const done = await runFlows(context, task, flows);
  const unclosed = await failureOf(() => closeConnections(connections));
  const error = done.error ?? unclosed;
  await state.pruneJournal(clock.now() - historyKeptMs);
  await state.pruneTrace(clock.now() - historyKeptMs);
  const seconds = (clock.monotonic() - began) / 1000;
  const exitCode = exitCodeOf(done.flows, error, task.signal);
  const result = { run, pipeline: compiled.pipeline.name, seconds, requests: usage.requests, flows: done.flows };
  await state.finishRun({ run, finishedAt: clock.now(), exitCode, result: asRow(result) });
  const stopper = task.signal.aborted ? undefined : error;
  const queue = await state.queueCounts();
  const told = stopper && { error: { code: stopper.code, parameters: stopper.parameters } };
  emit({ type: 'run-finished', at: clock.now(), run, exitCode, seconds, requests: usage.requests, queue, ...told });
  return { ...result, exitCode, ...(stopper && { error: stopper }) };
}

/** How long closed intents and what records asked are kept for `explain`; open intents stay. */
const historyKeptMs = 7 * 24 * 60 * 60 * 1000;

interface FlowsDone {
  readonly flows: readonly ({ readonly name: string } & FlowCounts)[];
  readonly error?: PipeError;
}

async function runFlows(
  parts: Omit<RunContext, 'instance'>,
  task: RunTask,
  flows: readonly CompiledFlow[],
): Promise<FlowsDone> {
  const done: ({ name: string } & FlowCounts)[] = [];
  const instance = await refuseOtherSystems(parts)
    .then(() => identify(task))
    .catch(toPipeError);
  if (instance instanceof Error) return { flows: done, error: instance };
  const context = { ...parts, instance };
  const missed: PipeError[] = [];
  for (const flow of flows) {
    const tally = startTally(flow.targets.map((target) => target.target.name));
    const error = await failureOf(() => runFlow(context, flow, tally));
    done.push({ name: flow.flow.name, ...countsOf(tally) });
    // `--only 'id = 12345'` means a row of one flow: it matched nothing when it did so in all of them.
    if (error?.code === runErrors.only_matched_nothing.code) missed.push(error);
    else if (error) {
      // Whoever counts along knows the last batch that was done, and not what was written since.
      const counts = countsOf(tally);
      if (counts.read > 0) task.emit({ type: 'batch-done', at: task.clock.now(), flow: flow.flow.name, counts });
      return { flows: done, error };
    }
  }
  const [error] = missed;
  return { flows: done, ...(error && missed.length === flows.length && { error }) };
}

async function failureOf(work: () => Promise<void>): Promise<PipeError | undefined> {
  try {
    await work();
    return undefined;
  } catch (thrown) {
    return toPipeError(thrown);
  }
}

function chosenFlows(task: RunTask): readonly CompiledFlow[] {
  const { flows } = task.compiled;
  const wanted = task.options.flows;
  const names = flows.map((flow) => flow.flow.name);
  for (const flow of wanted ?? []) {
    if (names.includes(flow)) continue;
    const expected = names.map((name) => `"${name}"`).join(' | ');
    throw runErrors.unknown_flow.error({ flow, pipeline: task.compiled.pipeline.file, expected });
  }
  return flows.filter((flow) => (wanted ? wanted.includes(flow.flow.name) : flow.enabled));
}

function usedConnections(compiled: CompiledPipeline, flows: readonly CompiledFlow[]) {
  const names = new Set(
    flows.flatMap((flow) => [flow.flow.source.connection, ...flow.flow.targets.map((target) => target.connection)]),
  );
  return [...compiled.pipeline.connections.values()].filter((spec) => names.has(spec.name));
}

/** What the signal's reason says when a person stopped the run. */
export const stops = { SIGINT: 130, SIGTERM: 143 } as const;

function exitCodeOf(flows: FlowsDone['flows'], error: PipeError | undefined, signal: AbortSignal): number {
  if (signal.aborted) return signal.reason === 'SIGTERM' ? stops.SIGTERM : stops.SIGINT;
  if (error) return exitCodes[error.kind];
  return flows.some((flow) => flow.queued + flow.rejected + (flow.purged ?? 0) > 0) ? exitCodes.data : 0;
}

/** Counts only: numbers, names and lists of them are rows as they stand. */
function asRow(result: Omit<RunResult, 'exitCode' | 'error'>) {
  return {
    ...result,
    flows: result.flows.map((flow) => ({ ...flow, targets: flow.targets.map((target) => ({ ...target })) })),
  };
}
