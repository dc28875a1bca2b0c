import type { PipeError } from '../../errors.ts';
import type { FlowRecord } from '../../plan/change.ts';
import { meetsAny } from '../../plan/claims.ts';
import { splitWave } from '../../plan/waves.ts';
import { Answers } from '../ask/answers.ts';
import { patienceMs } from '../attempt.ts';
import { commit } from './commit.ts';
import type { FlowContext } from '../context.ts';
import { tallyDone, tallyWritten } from '../counts.ts';
import type { Progress, Tally } from '../counts.ts';
import { reach } from '../crash-points.ts';
import { runErrors } from '../errors.ts';
import { executeWave } from './execute-wave.ts';
import type { Executed } from './execute-wave.ts';
import { unfinishedRecords, whyItWaits } from '../doubt/unfinished.ts';
import type { Unfinished } from '../doubt/unfinished.ts';
import { isDoubt } from '../failures.ts';
import type { Failure } from '../failures.ts';
import type { MappedRow } from '../read/map-batch.ts';
import { planBatch } from './plan-batch.ts';
import { tracePut } from './trace.ts';
import type { PlannedRecord } from './plan-batch.ts';
import { freshMs } from '../../state/machine-ports.ts';

/** How many records the next wave may take. */
export interface Pace {
  waveSize: number;
}

/** What delivering records needs beside the context. */
export interface DeliveryTask {
  readonly tally: Tally;
  readonly pace: Pace;
  /** Records of this run that wait to be tried again: one that is tried within the run counts by what came of that. */
  readonly waiting: Set<string>;
}

/**
 * Delivers records wave after wave (DL-1): plan all, carry out those that need not see all the work of one before them, plan
 * the rest again. Every record ends as delivered or in the queue; each wave is committed on its own.
 */
export async function deliver(context: FlowContext, records: readonly MappedRow[], task: DeliveryTask): Promise<void> {
  const hashes = new Map(records.map((record) => [record.key, record.hash]));
  const progress = new Map(records.map((record) => [record.key, { created: false, updated: false }]));
  let pending: readonly FlowRecord[] = await putAside(context, records, task);
  const answers = new Answers(context);
  const noteWave = watchStandstill(context);
  while (pending.length > 0) {
    context.signal.throwIfAborted();
    const asking = pending.slice(0, task.pace.waveSize);
    const beganAt = context.clock.monotonic();
    const planned = await planBatch(context, asking, answers);
    const { free, waiting } = partition(context, planned, await unfinishedRecords(context));
    const plannedInMs = context.clock.monotonic() - beganAt;
    reach('planned');
    const { now, later } = splitWave(free, pending.length > asking.length);
    const executed = await executeWave(context, now, answers);
    for (const record of executed) tallyWritten(task.tally, progressOf(progress, record.record.key), record);
    const stale = executed.filter((record) => record.stale);
    const done = executed.filter((record) => !record.stale);
    await commitWave(context, task, { done, waiting, hashes, progress });
    setPace(
      task.pace,
      asking.length,
      plannedInMs,
      stale.some(({ behind }) => !behind),
    );
    noteWave(waiting.length > 0 || executed.some((record) => !record.stale || record.written.length > 0), stale);
    pending = [...inOrder(asking, [...later, ...stale]), ...pending.slice(asking.length)];
  }
}

/** DL-13: a record whose own write is in doubt needs no plan: it waits, in the version that was just read. */
async function putAside(
  context: FlowContext,
  records: readonly MappedRow[],
  task: DeliveryTask,
): Promise<readonly MappedRow[]> {
  const { records: held } = context.doubts;
  const failures = records.flatMap(({ key, source, hash }) => {
    const doubt = held.get(key);
    return doubt ? [{ key, source, hash, error: doubt.error }] : [];
  });
  if (failures.length === 0) return records;
  await commit(context, task, { delivered: [], failures });
  return records.filter(({ key }) => !held.has(key));
}

/** Ends the run when for too long wave after wave came too late to write anything: asking on would not help. */
export function watchStandstill(
  context: FlowContext,
): (moved: boolean, stale: readonly Pick<Executed, 'heldUpBy'>[]) => void {
  // Waiting for a limit is no failure: that time does not count.
  const spent = (): number => context.clock.monotonic() - context.usage.limitedMs;
  let movedAt = spent();
  return (moved, stale) => {
    const now = spent();
    if (moved) movedAt = now;
    if (now - movedAt > patienceMs) throw stale.at(0)?.heldUpBy ?? runErrors.too_slow.error({});
  };
}

/**
 * Plans that grew old before they could be sent were too many for one wave (DL-4). Where asking alone takes long, as of
 * an account that takes one phone a request, the wave is made as large as leaves time to write it.
 */
function setPace(pace: Pace, asked: number, plannedInMs: number, tooMany: boolean): void {
  const most = plannedInMs > freshMs / 2 ? (asked * freshMs * 0.75) / plannedInMs : Infinity;
  pace.waveSize = Math.max(1, Math.floor(Math.min(tooMany ? asked / 2 : pace.waveSize * 2, most)));
}

interface Waiting {
  readonly planned: PlannedRecord;
  readonly error: PipeError;
}

/**
 * A record with a write in doubt waits, and one that asked for or would write what such a write touches, whatever its
 * plan says: a late effect may yet undo what was found. So does one that meets what another has begun. The others go on
 * (DL-13).
 */
function partition(
  context: FlowContext,
  planned: readonly PlannedRecord[],
  unfinished: Unfinished,
): { free: PlannedRecord[]; waiting: Waiting[] } {
  const { claims, records } = context.doubts;
  const free: PlannedRecord[] = [];
  const waiting: Waiting[] = [];
  /** Keys of the records before it that go on. */
  const ahead = new Set<string>();
  for (const item of planned) {
    const isInDoubt = records.has(item.record.key) || item.claims.some((one) => one && meetsAny(one, claims));
    const error = isInDoubt
      ? runErrors.waits_for_doubt.error({}, { retry: true })
      : whyItWaits(context, unfinished, item, ahead);
    if (error) {
      waiting.push({ planned: item, error });
      continue;
    }
    free.push(item);
    ahead.add(item.record.key);
  }
  return { free, waiting };
}

function inOrder(
  asked: readonly FlowRecord[],
  chosen: readonly { readonly record: FlowRecord }[],
): readonly FlowRecord[] {
  const keys = new Set(chosen.map((item) => item.record.key));
  return asked.filter((record) => keys.has(record.key));
}

interface Wave {
  readonly done: readonly Executed[];
  readonly waiting: readonly Waiting[];
  readonly hashes: ReadonlyMap<string, string>;
  readonly progress: ReadonlyMap<string, Progress>;
}

async function commitWave(context: FlowContext, task: DeliveryTask, wave: Wave): Promise<void> {
  const delivered: { key: string; hash: string }[] = [];
  const failures: Failure[] = [];
  for (const executed of wave.done) {
    const { key } = executed.record;
    const hash = wave.hashes.get(key) ?? '';
    emitNamed(context, executed);
    await context.preview?.executed(context, executed);
    const error = worst(executed.failures);
    // Left to the people who changed it: it is named, and waits for nothing.
    if (error?.code === runErrors.changed_since.code) continue;
    if (error) {
      failures.push(failureOf(executed.record, error, hash));
      continue;
    }
    delivered.push({ key, hash });
    tallyDone(task.tally, progressOf(wave.progress, key), executed);
  }
  for (const { planned, error } of wave.waiting) {
    const { record } = planned;
    failures.push(failureOf(record, error, wave.hashes.get(record.key) ?? ''));
  }
  const traced = [...wave.done, ...wave.waiting.map(({ planned }) => planned)];
  const traces = traced.map((planned) => tracePut(context, planned));
  await commit(context, task, { delivered, failures, traces });
}

/** A missing answer is what the record has to wait for, whatever else failed. */
function worst(failures: ReadonlyMap<string, PipeError>): PipeError | undefined {
  const errors = [...failures.values()];
  return errors.find(isDoubt) ?? errors.find(({ code }) => code !== runErrors.changed_since.code) ?? errors[0];
}

function failureOf({ key, source }: FlowRecord, error: PipeError, hash: string): Failure {
  return { key, source, error, hash };
}

function progressOf(progress: ReadonlyMap<string, Progress>, key: string): Progress {
  return progress.get(key) ?? { created: false, updated: false };
}

/** Words of guards and rungs for the log, each once per record. */
function emitNamed(context: FlowContext, executed: Executed): void {
  for (const [target, plan] of executed.plans) {
    for (const word of plan.named) {
      const flow = context.flow.flow.name;
      const { key } = executed.record;
      context.emit({ type: 'record-named', at: context.clock.now(), flow, key, target, ...word });
    }
  }
}
