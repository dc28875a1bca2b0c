import { toPipeError } from '../errors.ts';
import type { PipeError } from '../errors.ts';
import type { FlowCounts } from '../events/events.ts';
import type { ChosenFlow } from './choose-flows.ts';
import type { RunContext } from './context.ts';
import { countsOf, startTally } from './counts.ts';
import type { Tally } from './counts.ts';
import { runErrors } from './errors.ts';
import { lostBy, lostFor } from './lost.ts';
import { runFlow } from './run-flow.ts';

/** What a flow came to; in a run that goes on without it the failure is the flow's own. */
export interface FlowResult extends FlowCounts {
  readonly name: string;
  /** Rows of a plan that were left alone. */
  readonly left?: number;
  /** What ended it before its end; a stop that was asked for is no failure. */
  readonly error?: PipeError;
  /** Why it was not begun. */
  readonly skippedBecause?: PipeError;
}

export interface FlowEnd {
  readonly result: FlowResult;
  /** A stop that was asked for ended it. */
  readonly stopped: boolean;
  /** On the wall clock. */
  readonly startedAt: number;
}

export interface FlowsDone {
  readonly flows: readonly FlowResult[];
  readonly error?: PipeError;
}

/**
 * Runs flows in their order (docs/decisions/failed-flows.md). A failure of one flow's data or mapping ends that flow and
 * those that come after it; a system that is out of reach, those that use it; anything else the run. `ended` hears of
 * each flow, whatever became of it.
 */
export async function runFlows(
  context: RunContext,
  flows: readonly ChosenFlow[],
  ended: (end: FlowEnd) => Promise<void>,
): Promise<FlowsDone> {
  const results: FlowResult[] = [];
  const missed: PipeError[] = [];
  for (const chosen of flows) {
    const startedAt = context.clock.now();
    const because = reasonToSkip(context, chosen, results);
    const result = because ? skipFlow(context, chosen, because) : await runOne(context, chosen, missed);
    results.push(result);
    const stopped = context.signal.aborted;
    await ended({ result, stopped, startedAt });
    if (stopped) return { flows: results };
    const { error, name } = result;
    if (error && stopsRun(context, error)) return { flows: results, error };
    if (error && results.length < flows.length) tellFailed(context, name, error);
  }
  const [first] = [...results.flatMap(({ error }) => error ?? []), ...context.lost.values()];
  // `--only 'id = 12345'` means a row of one flow: it matched nothing when it did so in all of them.
  const error = first ?? (missed.length === flows.length ? missed[0] : undefined);
  return { flows: results, ...(error && { error }) };
}

async function runOne(context: RunContext, { flow, for: later }: ChosenFlow, missed: PipeError[]): Promise<FlowResult> {
  const { name } = flow.flow;
  if (later !== undefined) context.emit({ type: 'flow-added', at: context.clock.now(), flow: name, for: later });
  const tally = startTally(flow.targets.map(({ target }) => target.name));
  const error = await failureIn(() => runFlow(context, flow, tally));
  const result = { name, ...countsOf(tally) };
  if (!error) return result;
  if (error.code === runErrors.only_matched_nothing.code) {
    missed.push(error);
    return result;
  }
  tellCounts(context, name, tally);
  return context.signal.aborted ? result : { ...result, error };
}

/** What this work ended with, where it did not come to its end. */
export async function failureIn(work: () => Promise<void>): Promise<PipeError | undefined> {
  try {
    await work();
    return undefined;
  } catch (thrown) {
    return toPipeError(thrown);
  }
}

/** Whoever counts along knows the last batch that was done, and not what was written since. */
function tellCounts({ clock, emit }: RunContext, flow: string, tally: Tally): void {
  const counts = countsOf(tally);
  if (counts.read > 0) emit({ type: 'batch-done', at: clock.now(), flow, counts });
}

/** What it comes after did not get done, or a system of its is out of reach. */
function reasonToSkip(
  context: RunContext,
  { flow }: ChosenFlow,
  results: readonly FlowResult[],
): PipeError | undefined {
  const failed = results.find(
    ({ name, error, skippedBecause }) => (error ?? skippedBecause) && flow.flow.after.includes(name),
  );
  const { name } = flow.flow;
  if (failed) return runErrors.prerequisite_failed.error({ flow: name, before: failed.name });
  const connection = lostFor(context, flow);
  return connection === undefined ? undefined : runErrors.connection_lost.error({ flow: name, connection });
}

function skipFlow({ clock, emit }: RunContext, { flow }: ChosenFlow, because: PipeError): FlowResult {
  const { name } = flow.flow;
  const { code, parameters } = because;
  emit({ type: 'flow-skipped', at: clock.now(), flow: name, error: { code, parameters } });
  const tally = startTally(flow.targets.map(({ target }) => target.name));
  return { name, ...countsOf(tally), skippedBecause: because };
}

/** A bug, and trouble that is not that of one system: they concern all the flows that are left. */
function stopsRun(context: RunContext, error: PipeError): boolean {
  return error.kind === 'bug' || (error.kind === 'environment' && lostBy(context, error) === undefined);
}

function tellFailed({ clock, emit }: RunContext, flow: string, { code, parameters }: PipeError): void {
  emit({ type: 'flow-failed', at: clock.now(), flow, error: { code, parameters } });
}
