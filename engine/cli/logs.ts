import { logErrors } from '../log/errors.ts';
import { followLog } from '../log/follow.ts';
import { logFiles } from '../log/log-files.ts';
import type { LogFile } from '../log/log-files.ts';
import { isDay } from '../log/moment.ts';
import { readDay } from '../log/read.ts';
import type { LogDay, LogLine } from '../log/read.ts';
import { logFolder, logSettings } from '../log/settings.ts';
import { codeOf } from '../state/place.ts';
import { lookAt } from './prepare.ts';
import { runClock } from './run-clock.ts';

/** The log of a pipeline, found where `pipe run` writes it. */
interface FoundLog {
  readonly pipeline: string;
  readonly folder: string;
  /** Listed anew: there may be more by now. Oldest first. */
  readonly files: () => readonly LogFile[];
}

/** One day of a log, as `pipe logs --json` prints it. */
export interface ShownDay extends LogDay {
  readonly pipeline: string;
  readonly day: string;
}

export interface WantedDay {
  readonly day?: string | undefined;
  readonly grep?: string | undefined;
}

/** Lines shown of a day that was not asked for. */
const lastLines = 20;

/** A day that is named, or else the last lines of the newest one; with `grep` all lines of the day that hold it. */
export async function showDay(file: string, { day, grep }: WantedDay): Promise<ShownDay> {
  if (day !== undefined && !isDay(day)) throw logErrors.bad_day.error({ value: day });
  const { pipeline, folder, files } = await findLog(file);
  const all = files();
  const [first, newest] = [all[0]?.day ?? '', all.at(-1)?.day ?? ''];
  const shown = day ?? newest;
  const own = all.filter((one) => one.day === shown);
  if (own.length === 0) throw logErrors.no_day.error({ pipeline, day: shown, first, last: newest });
  const wanted = {
    ...(grep !== undefined && { grep }),
    ...(day === undefined && grep === undefined && { last: lastLines }),
  };
  return { pipeline, day: shown, ...(await readDay(own, wanted).catch((thrown: unknown) => raise(folder, thrown))) };
}

/** How often a file that grows is looked at: nobody reads faster. */
const lookMs = 200;

/** The last lines and those to come, until the signal. */
export async function* followFrom(file: string, signal: AbortSignal): AsyncGenerator<LogLine> {
  const { files, folder } = await findLog(file);
  try {
    yield* followLog(files, lastLines, () => runClock.sleep(lookMs, signal));
  } catch (thrown) {
    raise(folder, thrown);
  }
}

async function findLog(file: string): Promise<FoundLog> {
  const { pipeline } = await lookAt(file, undefined);
  const { name } = pipeline;
  const folder = logFolder(logSettings(process.env, undefined), pipeline.folder);
  const files = () => listed(folder, name);
  if (files().length === 0) throw logErrors.none_yet.error({ pipeline: name, folder, file });
  return { pipeline: name, folder, files };
}

function listed(folder: string, name: string): readonly LogFile[] {
  try {
    return logFiles(folder, name);
  } catch (cause) {
    raise(folder, cause);
  }
}

/** What the system refuses gets its name, anything else passes as it is. */
function raise(folder: string, thrown: unknown): never {
  const reason = codeOf(thrown);
  if (reason === undefined || !/^E[A-Z]+$/.test(reason)) throw thrown;
  throw logErrors.unreadable.error({ folder, reason }, { cause: thrown });
}
