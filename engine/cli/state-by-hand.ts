import { createInterface } from 'node:readline/promises';
import type { Flow } from '../config/pipeline.ts';
import { systemClock } from '../state/clock.ts';
import { machineFolder } from '../state/machine-folder.ts';
import { lockFile } from '../state/lease.ts';
import { openState } from '../state/open-state.ts';
import type { ResetDone, ResetWhat, StateStore } from '../state/ports.ts';
import { cliErrors } from './errors.ts';
import { flowNamed } from './flow-named.ts';
import { lookAt } from './prepare.ts';
import { windowOf } from './row-filter.ts';
import { takeLease } from './take-lease.ts';

export interface CheckpointSet {
  readonly pipeline: string;
  readonly flow: string;
  readonly since: string;
}

/** Has the next run of a flow read from a time on, and go on from there. */
export async function setCheckpoint(
  file: string,
  flow: string,
  time: string,
  state: string | undefined,
): Promise<CheckpointSet> {
  const { since = '' } = windowOf({ since: time });
  return withLock(file, flow, state, async (store, found, pipeline) => {
    if (!found.source.window) throw cliErrors.flow_without_cursor.error({ flow, file });
    await store.setCheckpoint(flow, since, systemClock.now());
    return { pipeline, flow, since };
  });
}

export interface FlowReset extends ResetDone {
  readonly pipeline: string;
  readonly flow: string;
  /** Writes of the flow without an answer: they stay, and so does what waits in the queue. */
  readonly inDoubt: number;
}

/** undefined: it was not agreed to. */
export async function resetFlow(
  file: string,
  flow: string,
  what: ResetWhat,
  state: string | undefined,
  agree: () => Promise<boolean>,
): Promise<FlowReset | undefined> {
  flowNamed((await lookAt(file, state)).pipeline, flow);
  if (!(await agree())) return undefined;
  return withLock(file, flow, state, async (store, _found, pipeline) => ({
    pipeline,
    flow,
    ...(await store.resetFlow(flow, what)),
    inDoubt: (await store.openIntents(flow)).length,
  }));
}

/** Yes or no of whoever sits at the terminal; without one it has to be given as a flag. */
export async function isAgreed(question: string, command: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw cliErrors.wants_yes.error({ command });
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^(y|yes|д|да)$/i.test((await lines.question(question)).trim());
  } finally {
    lines.close();
  }
}

/** No run may be at work meanwhile: it would write over what is set here, or go on from what is forgotten. */
async function withLock<Result>(
  file: string,
  flow: string,
  stateFlag: string | undefined,
  use: (state: StateStore, flow: Flow, pipeline: string) => Promise<Result>,
): Promise<Result> {
  const { pipeline, stateFolder } = await lookAt(file, stateFlag);
  const { name } = pipeline;
  const found = flowNamed(pipeline, flow);
  const lease = takeLease(lockFile(machineFolder(process.env), name), name, file);
  try {
    const state = await openState(stateFolder, { pipeline: name, clock: systemClock });
    try {
      return await use(state, found, name);
    } finally {
      await state.close();
    }
  } finally {
    lease.release();
  }
}
