import type { Row } from '../connector.ts';
import { systemClock } from '../state/clock.ts';
import { machineFolder } from '../state/machine-folder.ts';
import { hasState, openToLook } from '../state/open-state.ts';
import { openPortalBook } from '../state/portal-book.ts';
import type { OtherInstance, PortalBook } from '../state/machine-ports.ts';
import type { Identity, StateIdentity } from '../state/ports.ts';
import { lookAt } from './prepare.ts';

/** What a pipeline remembers of itself, as `pipe state show --json` prints it. Times are ISO. */
export interface PipelineState {
  readonly pipeline: string;
  /** Absent: there is no state yet. */
  readonly beganAt?: string;
  /** The machine, and the instance the pipeline is on it. */
  readonly machine: string;
  readonly instance: string;
  /** The state was begun elsewhere; the next run looks up anew what it knows. */
  readonly copiedFrom?: Identity;
  /** Instances whose rows were met in the targets; adopted ones count as ours. */
  readonly others: readonly { readonly instance: string; readonly metAt: string; readonly adopted: boolean }[];
  readonly flows: readonly {
    readonly name: string;
    readonly checkpointAt?: string;
    readonly cursor?: Row;
    readonly since?: string;
  }[];
}

export async function pipelineState(file: string, stateFlag: string | undefined): Promise<PipelineState> {
  const { pipeline, stateFolder } = await lookAt(file, stateFlag);
  const { name } = pipeline;
  const { mine, others } = await withBook(async (book) => ({
    mine: await book.identity(name),
    others: await book.others(name),
  }));
  const state = await openToLook(stateFolder, { pipeline: name, clock: systemClock });
  try {
    const identity = await state.identity();
    const checkpoints = new Map((await state.checkpoints()).map((checkpoint) => [checkpoint.flow, checkpoint]));
    return {
      pipeline: name,
      ...(hasState(stateFolder, name) && { beganAt: iso(identity.beganAt) }),
      ...mine,
      ...copiedFrom(identity, mine),
      others: others.map(otherData),
      flows: pipeline.flows.map((flow) => {
        const { at, cursor, since } = checkpoints.get(flow.name) ?? {};
        return {
          name: flow.name,
          ...(at !== undefined && { checkpointAt: iso(at) }),
          ...(cursor && { cursor }),
          ...(since !== undefined && { since }),
        };
      }),
    };
  } finally {
    await state.close();
  }
}

/** What a person takes for the pipeline's own. */
export interface Adopted {
  /** Instances met so far: the book keeps that, so it holds though the state is deleted. */
  readonly adopted: readonly string[];
  /** Connections whose system has another name now and is the same. */
  readonly systems: readonly string[];
}

export async function adoptAsOwn(file: string, stateFlag: string | undefined): Promise<Adopted> {
  const { pipeline, stateFolder } = await lookAt(file, stateFlag);
  const adopted = await withBook((book) => book.adopt(pipeline.name));
  const state = await openToLook(stateFolder, { pipeline: pipeline.name, clock: systemClock });
  try {
    return { adopted, systems: await state.adoptSystems() };
  } finally {
    await state.close();
  }
}

async function withBook<Result>(use: (book: PortalBook) => Promise<Result>): Promise<Result> {
  const book = await openPortalBook(machineFolder(process.env), systemClock);
  try {
    return await use(book);
  } finally {
    await book.close();
  }
}

function copiedFrom({ machine, instance }: StateIdentity, mine: Identity): { readonly copiedFrom?: Identity } {
  if (machine === undefined || instance === undefined) return {};
  return machine === mine.machine && instance === mine.instance ? {} : { copiedFrom: { machine, instance } };
}

function otherData({ instance, metAt, adopted }: OtherInstance) {
  return { instance, metAt: iso(metAt), adopted };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
