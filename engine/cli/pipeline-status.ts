import { exitCodes } from '../errors.ts';
import { systemClock } from '../state/clock.ts';
import { holderOf, lockFile } from '../state/lease.ts';
import { machineFolder } from '../state/machine-folder.ts';
import { openToLook } from '../state/open-state.ts';
import type { Holder } from '../state/machine-ports.ts';
import type { Checkpoint, QueueCounts, RunEntry, StateStore } from '../state/ports.ts';
import { lookAt } from './prepare.ts';
import { silentSeconds } from './take-lease.ts';
import { shellWord } from '../messages/shell-word.ts';

/** How a pipeline is, as `pipe status --json` prints it. Times are ISO, lags seconds. */
export interface PipelineStatus {
  readonly pipeline: string;
  readonly running?: {
    readonly pid: number;
    readonly host: string;
    readonly since: string;
    readonly silentSeconds: number;
  };
  readonly lastRun?: { readonly run: string; readonly startedAt: string; readonly exitCode?: number };
  readonly lastSuccess?: string;
  readonly flows: readonly {
    readonly name: string;
    readonly checkpointAt?: string;
    readonly lagSeconds?: number;
    readonly queue: QueueCounts;
    /** Records last delivered under another mapping or other params than those of the last run. */
    readonly olderMapping: number;
  }[];
  /** The one command to type next. */
  readonly next: string;
}

export async function pipelineStatus(file: string, stateFlag: string | undefined): Promise<PipelineStatus> {
  const { pipeline, stateFolder } = await lookAt(file, stateFlag);
  const holder = holderOf(lockFile(machineFolder(process.env), pipeline.name));
  const state = await openToLook(stateFolder, { pipeline: pipeline.name, clock: systemClock });
  try {
    const runs = await state.runs(100);
    const [last] = runs;
    const success = runs.find((run) => run.exitCode === 0);
    const flows = await flowStatus(
      state,
      pipeline.flows.map((flow) => flow.name),
    );
    return {
      pipeline: pipeline.name,
      ...(holder && { running: running(holder) }),
      ...(last && { lastRun: lastRun(last) }),
      ...(success && { lastSuccess: iso(success.finishedAt ?? success.startedAt) }),
      flows,
      next: nextCommand(file, flows, holder, last),
    };
  } finally {
    await state.close();
  }
}

function running(holder: Holder) {
  const { pid, host, since } = holder;
  return { pid, host, since: iso(since), silentSeconds: silentSeconds(holder) };
}

function lastRun({ run, startedAt, exitCode }: RunEntry) {
  return { run, startedAt: iso(startedAt), ...(exitCode !== undefined && { exitCode }) };
}

async function flowStatus(state: StateStore, names: readonly string[]) {
  const checkpoints = new Map((await state.checkpoints()).map((checkpoint) => [checkpoint.flow, checkpoint]));
  return Promise.all(
    names.map(async (name) => ({
      name,
      ...lag(checkpoints.get(name)),
      queue: await state.queueCounts(name),
      olderMapping: await state.writtenByOlder(name),
    })),
  );
}

function lag(checkpoint: Checkpoint | undefined) {
  if (!checkpoint) return {};
  return {
    checkpointAt: iso(checkpoint.at),
    lagSeconds: Math.max(0, Math.round((systemClock.now() - checkpoint.at) / 1000)),
  };
}

function nextCommand(
  file: string,
  flows: PipelineStatus['flows'],
  holder: Holder | undefined,
  last: RunEntry | undefined,
): string {
  const isStuck = flows.some(({ queue }) => queue.failed + queue.quarantined > 0);
  if (holder) return `pipe status ${shellWord(file)}`;
  // Of a wrong file too: what is wrong with it may be a field that the system has lost, which only `check` sees.
  if (!last || last.exitCode === exitCodes.environment || last.exitCode === exitCodes.input) {
    return `pipe check ${shellWord(file)}`;
  }
  return isStuck ? `pipe queue list ${shellWord(file)}` : `pipe run ${shellWord(file)}`;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
