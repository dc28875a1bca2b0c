import type { PipeError } from '../../errors.ts';
import type { RunEvent } from '../../events/events.ts';
import type { RunOptions } from '../../run/context.ts';
import { BaseCommand } from '../base-command.ts';
import { runDue, runForever } from '../by-schedule.ts';
import { fileArgument, refuseBeside } from '../flags.ts';
import type { Prepared } from '../prepare.ts';
import { previewExitCode, previewRun } from '../preview.ts';
import { previewData, previewText, previewWord } from '../render/preview.ts';
import { errorText } from '../render/error.ts';
import { afterword, endedText, failuresText, runData, runText, stoppingText } from '../render/run.ts';
import { runFlags, runOptions, runPairs } from '../run-flags.ts';
import type { RunFlags } from '../run-flags.ts';
import { runOnce } from '../run-once.ts';
import type { Holder } from '../../state/machine-ports.ts';
import { checkSchedulingFlags, hadAnyway, scheduledWork } from '../scheduled-work.ts';
import { withStandIns, type StandIns } from '../stand-ins.ts';
import { stopSignal } from '../stop-signal.ts';
import { prepareRun, watchRun } from '../watch-run.ts';

export default class Run extends BaseCommand {
  static override summary = 'Run a pipeline: read, map, match, write what differs.';
  static override args = { file: fileArgument };
  static override flags = runFlags;
  static override examples = [
    '<%= config.bin %> run pipelines/ident-to-bitrix.yaml',
    "<%= config.bin %> run pipelines/ident-to-bitrix.yaml --only 'id = 12345'",
    '<%= config.bin %> run pipelines/ident-to-bitrix.yaml --since 2026-03-01 --until 2026-03-02',
    '<%= config.bin %> run pipelines/ident-to-bitrix.yaml --dry-run',
    '<%= config.bin %> run pipelines/ident-to-bitrix.yaml --sandbox portal',
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Run);
    refuseBeside(flags, runPairs);
    checkSchedulingFlags(flags);
    const options = runOptions(flags);
    const work = (standIns: StandIns) => this.#run(args.file, { ...flags, ...standIns }, options);
    await withStandIns(args.file, flags, (line) => this.tell(line), this.language, work);
  }

  async #run(file: string, flags: RunFlags & StandIns, options: RunOptions): Promise<void> {
    const prepared = await prepareRun(file, flags, this.language);
    this.tellFindings(prepared.warnings);
    if (flags['dry-run']) return this.#preview(prepared, options);
    const isScheduled = flags.loop || flags.scheduled;
    const onEnded = flags['end-holder'] ? (holder: Holder) => this.tell(endedText(holder, this.language)) : undefined;
    // Of the run that is under way: between two of them a stop has nothing to wait for.
    let say: ((line: string) => void) | undefined;
    const stop = stopSignal(() => say?.(stoppingText(this.language)));
    const once = async (asked: RunOptions): Promise<number> => {
      const watch = await watchRun(prepared, flags, this.language);
      ({ say } = watch);
      const told = { ...asked, ...watch.options };
      const result = await runOnce(prepared, told, watch.listen, stop.signal, onEnded).finally(() => {
        watch.end();
        say = undefined;
      });
      const shown = this.present(runData(result, this.language), (language) => runText(result, language));
      await (isScheduled ? hadAnyway(shown, (error) => this.tell(errorText(error, this.language))) : shown);
      // A run apart leaves no queue to look into, and nothing to go on from.
      this.tellFailure(flags.apart ? failuresText(result, this.language) : afterword(result, file, this.language));
      return result.exitCode;
    };
    const fail = (error: PipeError) => this.tellFailure(errorText(error, this.language));
    const work = isScheduled ? scheduledWork(prepared, stop.signal, once, fail) : undefined;
    const bySchedule = flags.loop ? runForever : runDue;
    const done = work ? bySchedule(work) : once(options);
    this.leave(await done.finally(() => stop.release()));
  }

  async #preview(prepared: Prepared, options: RunOptions): Promise<void> {
    const stop = stopSignal();
    const emit = (event: RunEvent) => {
      const text = previewWord(event, this.language);
      if (text !== undefined) this.tell(text);
    };
    const preview = await previewRun(prepared, options, emit, stop.signal).finally(() => stop.release());
    await this.present(previewData(preview, this.language), (language) => previewText(preview, language));
    if (preview.error) this.tellFailure(errorText(preview.error, this.language));
    this.leave(previewExitCode(preview));
  }
}
