import { toPipeError, exitCodes } from '../errors.ts';
import type { PipeError } from '../errors.ts';
import type { RunOptions } from '../run/context.ts';
import { readTurns, turnsFile, writeTurns } from '../service/turns-file.ts';
import type { Scheduled } from './by-schedule.ts';
import { cliErrors } from './errors.ts';
import { outputErrors } from './errors-output.ts';
import type { Prepared } from './prepare.ts';
import { runClock } from './run-clock.ts';

const scheduling = ['loop', 'scheduled'];
const ofOneRun = ['full', 'since', 'until', 'only', 'limit', 'allow', 'flow', 'dry-run', 'end-holder'];

/** The schedule says what runs: flags that say it for one run have no place beside it. */
export function checkSchedulingFlags(flags: Readonly<Record<string, unknown>>): void {
  const isGiven = (name: string): boolean => flags[name] !== undefined && flags[name] !== false;
  const [flag, second] = scheduling.filter(isGiven);
  const other = second ?? ofOneRun.find(isGiven);
  if (flag !== undefined && other !== undefined) {
    throw cliErrors.flag_beside.error({ flag: `--${flag}`, other: `--${other}` });
  }
}

/** What a turn did is done, also where stdout does not take its result: told to `fail`, it is not done once more. */
export async function hadAnyway(shown: Promise<void>, fail: (error: PipeError) => void): Promise<void> {
  await shown.catch((thrown: unknown) => {
    const error = toPipeError(thrown);
    if (error.code !== outputErrors.disk_refuses.code) throw thrown;
    fail(error);
  });
}

/** `once` shows its results; what throws because of the environment is told by `fail`, and the next turn tries again. */
export function scheduledWork(
  { compiled, stateFolder }: Prepared,
  signal: AbortSignal,
  once: (options: RunOptions) => Promise<number>,
  fail: (error: PipeError) => void,
): Scheduled {
  const { schedule, name, file } = compiled.pipeline;
  if (schedule.length === 0) throw cliErrors.no_schedule.error({ file });
  const turns = turnsFile(stateFolder, name);
  const off = new Set(compiled.flows.flatMap(({ flow, enabled }) => (enabled ? [] : flow.name)));
  const run = async ({ flows, ...others }: RunOptions): Promise<number> => {
    // Only a person who names it runs a flow that is switched off.
    const on = flows?.filter((flow) => !off.has(flow));
    if (on?.length === 0) return 0;
    const options = { ...others, ...(on && { flows: on }) };
    try {
      return await once(options);
    } catch (thrown) {
      const error = signal.aborted ? undefined : toPipeError(thrown);
      if (error?.kind !== 'environment') throw thrown;
      fail(error);
      return exitCodes.environment;
    }
  };
  return { schedule, clock: runClock, signal, turns: readTurns(turns), save: (had) => writeTurns(turns, had), run };
}
