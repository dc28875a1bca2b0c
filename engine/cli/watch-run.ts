import { existsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { exitCodes, toPipeError } from '../errors.ts';
import type { PipeError } from '../errors.ts';
import type { Listener, RunEvent } from '../events/events.ts';
import { logErrors } from '../log/errors.ts';
import { isHeard } from '../log/level.ts';
import { logFolder, logSettings } from '../log/settings.ts';
import { rotatingFile } from '../log/rotating-file.ts';
import { runLog } from '../log/run-log.ts';
import type { Language } from '../messages/template.ts';
import type { RunOptions } from '../run/context.ts';
import { codeOf, reasonOf } from '../state/place.ts';
import { cliErrors } from './errors.ts';
import { FindingsError } from './findings-error.ts';
import { prepare } from './prepare.ts';
import type { Prepared, PrepareFlags } from './prepare.ts';
import { findingsText } from './render/error.ts';
import { showProgress } from './render/progress.ts';
import type { Progress } from './render/progress.ts';
import { rememberFiles } from './written-files.ts';

/** A run as people see it: on the console while it goes, and in the log for later. */
export interface Watch extends Progress {
  /** What the run has to tell for it. */
  readonly options: Pick<RunOptions, 'tellRows' | 'tellHow'>;
}

export interface WatchFlags {
  readonly 'log-level'?: string | undefined;
  /** The console says all there is of each row, whatever the log keeps. */
  readonly verbose?: boolean;
}

export async function watchRun(
  { compiled, apart, changedFiles }: Prepared,
  { 'log-level': level, verbose = false }: WatchFlags,
  language: Language,
): Promise<Watch> {
  const settings = logSettings(process.env, level);
  const { pipeline } = compiled;
  const folder = apart ?? logFolder(settings, pipeline.folder);
  const extension = settings.format === 'json' ? ('jsonl' as const) : ('txt' as const);
  const file = rotatingFile({ ...settings, folder, name: pipeline.name, extension });
  const said = verbose ? ({ ...settings, level: 'DEBUG' } as const) : settings;
  const progress = await showProgress(process.stderr, { ...said, language }, verbose);
  const unlessItFails = toldOnce((thrown) => {
    const reason = codeOf(thrown) ?? reasonOf(thrown);
    progress.say(findingsText([logErrors.unwritable.finding({ folder, reason }, undefined, 'warning')], language));
  });
  const write = (line: string, at: number) => unlessItFails(() => file.write(line, at));
  const listen = both(progress.listen, runLog({ ...settings, language }, write));
  return {
    options: {
      ...(isHeard('INFO', said.level) && { tellRows: settings.inFull ? ('full' as const) : ('masked' as const) }),
      ...(verbose && { tellHow: true as const }),
    },
    listen: warning(listen, [
      ...(settings.inFull ? [logErrors.personal_in_full.error({})] : []),
      ...(changedFiles?.() ?? []).map((changed) => cliErrors.file_changed.error({ file: changed })),
    ]),
    say: (line) => progress.say(line),
    end: () => {
      unlessItFails(file.close);
      progress.end();
    },
  };
}

/** Loads a pipeline to run it; that it cannot be is in its log, too. A loop reads its files this once. */
export async function prepareRun(
  file: string,
  flags: PrepareFlags & WatchFlags & { readonly loop?: boolean },
  language: Language,
): Promise<Prepared> {
  const changedFiles = flags.loop ? rememberFiles(file) : undefined;
  const prepared = await prepare(file, flags, process.env).catch((thrown: unknown) => {
    if (!flags.apart) logFailedStart(file, flags['log-level'], language, thrown);
    throw thrown;
  });
  return { ...prepared, ...(changedFiles && { changedFiles }) };
}

/**
 * A run that could not even begin, where nobody looks on: a service would fail every two minutes and its log would look
 * healthy. Its pipeline's name may be what is wrong, so the log is that of the file's.
 */
function logFailedStart(file: string, level: string | undefined, language: Language, thrown: unknown): void {
  if (process.stderr.isTTY || !existsSync(file)) return;
  try {
    const settings = logSettings(process.env, level);
    const folder = logFolder(settings, dirname(file));
    const name = basename(file).replace(/\.ya?ml$/, '');
    const log = rotatingFile({ ...settings, folder, name, extension: settings.format === 'json' ? 'jsonl' : 'txt' });
    const listen = runLog({ ...settings, language }, log.write);
    for (const { error, exitCode } of failuresOf(thrown))
      listen({ type: 'run-failed', at: Date.now(), pipeline: name, exitCode, error });
    log.close();
  } catch {
    // The failure itself is on its way to stderr.
  }
}

function failuresOf(thrown: unknown): readonly Pick<Extract<RunEvent, { type: 'run-failed' }>, 'error' | 'exitCode'>[] {
  if (!(thrown instanceof FindingsError)) {
    const { code, parameters, kind } = toPipeError(thrown);
    return [{ error: { code, parameters }, exitCode: exitCodes[kind] }];
  }
  return thrown.findings
    .filter(({ severity }) => severity === 'error')
    .map(({ code, parameters }) => ({ error: { code, parameters }, exitCode: exitCodes.input }));
}

/** No log is worth a record: what fails is told once, and the run goes on. */
function toldOnce(tell: (thrown: unknown) => void): (work: () => void) => void {
  let told = false;
  return (work) => {
    try {
      work();
    } catch (thrown) {
      if (!told) tell(thrown);
      told = true;
    }
  };
}

function both(first: Listener, second: Listener): Listener {
  return (event) => {
    first(event);
    second(event);
  };
}

/** Each run says what it should not stay like for long: what the log holds, that its file is another by now. */
function warning(listen: Listener, errors: readonly PipeError[]): Listener {
  return (event) => {
    listen(event);
    if (event.type !== 'run-started') return;
    for (const { code, parameters } of errors) listen({ type: 'warning', at: event.at, error: { code, parameters } });
  };
}
