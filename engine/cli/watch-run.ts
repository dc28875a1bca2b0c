import type { Listener } from '../events/events.ts';
import { logErrors } from '../log/errors.ts';
import { isHeard } from '../log/level.ts';
import { logFolder, logSettings } from '../log/settings.ts';
import { rotatingFile } from '../log/rotating-file.ts';
import { runLog } from '../log/run-log.ts';
import type { Language } from '../messages/template.ts';
import type { RunOptions } from '../run/context.ts';
import { codeOf, reasonOf } from '../state/place.ts';
import type { Prepared } from './prepare.ts';
import { findingsText } from './render/error.ts';
import { showProgress } from './render/progress.ts';
import type { Progress } from './render/progress.ts';

/** A run as people see it: on the console while it goes, and in the log for later. */
export interface Watch extends Progress {
  /** What the run has to tell for it. */
  readonly options: Pick<RunOptions, 'tellRows'>;
}

/** `level` is that of `--log-level`. */
export async function watchRun({ compiled }: Prepared, level: string | undefined, language: Language): Promise<Watch> {
  const settings = logSettings(process.env, level);
  const { pipeline } = compiled;
  const folder = logFolder(settings, pipeline.folder);
  const extension = settings.format === 'json' ? ('jsonl' as const) : ('txt' as const);
  const file = rotatingFile({ ...settings, folder, name: pipeline.name, extension });
  const progress = await showProgress(process.stderr, { ...settings, language });
  const unlessItFails = toldOnce((thrown) => {
    const reason = codeOf(thrown) ?? reasonOf(thrown);
    progress.say(findingsText([logErrors.unwritable.finding({ folder, reason }, undefined, 'warning')], language));
  });
  const write = (line: string, at: number) => unlessItFails(() => file.write(line, at));
  const listen = both(progress.listen, runLog({ ...settings, language }, write));
  return {
    options: isHeard('INFO', settings.level) ? { tellRows: settings.inFull ? 'full' : 'masked' } : {},
    listen: settings.inFull ? warning(listen) : listen,
    say: (line) => progress.say(line),
    end: () => {
      unlessItFails(file.close);
      progress.end();
    },
  };
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

/** Each run says that the log holds what it should not hold for long. */
function warning(listen: Listener): Listener {
  const { code, parameters } = logErrors.personal_in_full.error({});
  return (event) => {
    listen(event);
    if (event.type === 'run-started') listen({ type: 'warning', at: event.at, error: { code, parameters } });
  };
}
