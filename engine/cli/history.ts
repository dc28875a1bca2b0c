import type { Row, Value } from '../connector.ts';
import { stops } from '../errors.ts';
import type { FlowCounts } from '../events/events.ts';
import { systemClock } from '../state/clock.ts';
import { holderOf, lockFile } from '../state/lease.ts';
import { machineFolder } from '../state/machine-folder.ts';
import { openToLook } from '../state/open-state.ts';
import type { RunEntry, StoredError } from '../state/ports.ts';
import { lookAt } from './prepare.ts';

/** The runs of a pipeline, newest first, as `pipe history --json` prints them. */
export interface History {
  readonly pipeline: string;
  readonly runs: readonly PastRun[];
}

export interface PastRun {
  readonly run: string;
  readonly startedAt: string;
  readonly finishedAt?: string;
  readonly seconds?: number;
  readonly exitCode?: number;
  /** `killed`: it left no word. `running`: it is at work now. */
  readonly state: 'ended' | 'stopped' | 'killed' | 'running';
  /** Who asked it to stop: a person at the keyboard, or the system, a service, another process. */
  readonly stoppedBy?: 'person' | 'system';
  /** What stopped it of itself. */
  readonly error?: StoredError;
  /** The first letters of the hash of mapping and params. */
  readonly mapping: string;
  readonly flows: readonly PastFlow[];
}

type Counts = 'read' | 'created' | 'updated' | 'unchanged' | 'skipped' | 'queued' | 'rejected' | 'deleted';

export interface PastFlow extends Pick<FlowCounts, Counts> {
  readonly name: string;
}

export async function pipelineHistory(file: string, stateFlag: string | undefined, limit: number): Promise<History> {
  const { pipeline, stateFolder } = await lookAt(file, stateFlag);
  const isHeld = holderOf(lockFile(machineFolder(process.env), pipeline.name)) !== undefined;
  const state = await openToLook(stateFolder, { pipeline: pipeline.name, clock: systemClock });
  try {
    const runs = await state.runs(limit);
    return { pipeline: pipeline.name, runs: runs.map((run, index) => pastRun(run, isHeld && index === 0)) };
  } finally {
    await state.close();
  }
}

/** `mayRun`: one without an end may be at work still, else it was killed. */
export function pastRun(entry: RunEntry, mayRun: boolean): PastRun {
  const { run, startedAt, finishedAt, exitCode, mapping, result = {} } = entry;
  const stoppedBy = exitCode === stops.SIGINT ? 'person' : exitCode === stops.SIGTERM ? 'system' : undefined;
  const { seconds, error, flows } = result;
  return {
    run,
    startedAt: iso(startedAt),
    ...(finishedAt !== undefined && { finishedAt: iso(finishedAt) }),
    ...(typeof seconds === 'number' && { seconds }),
    ...(exitCode !== undefined && { exitCode }),
    state: exitCode === undefined ? (mayRun ? 'running' : 'killed') : stoppedBy ? 'stopped' : 'ended',
    ...(stoppedBy && { stoppedBy }),
    ...(isRow(error) && { error: storedError(error) }),
    mapping: mapping.slice(0, 8),
    flows: Array.isArray(flows) ? flows.filter(isRow).map(pastFlow) : [],
  };
}

function pastFlow(flow: Row): PastFlow {
  const count = (name: Counts): number => (typeof flow[name] === 'number' ? flow[name] : 0);
  return {
    name: String(flow['name'] ?? ''),
    read: count('read'),
    created: count('created'),
    updated: count('updated'),
    unchanged: count('unchanged'),
    skipped: count('skipped'),
    queued: count('queued'),
    rejected: count('rejected'),
    deleted: count('deleted'),
  };
}

function storedError({ code, parameters }: Row): StoredError {
  const given = isRow(parameters) ? Object.entries(parameters) : [];
  return {
    code: String(code ?? ''),
    parameters: Object.fromEntries(
      given.map(([name, value]) => [name, typeof value === 'number' ? value : String(value)]),
    ),
  };
}

function isRow(value: Value | undefined): value is Row {
  return typeof value === 'object' && !Array.isArray(value);
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
