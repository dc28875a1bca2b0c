import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import type { PipeError } from '../../errors.ts';
import { applyOnce } from '../apply.ts';
import { BaseCommand } from '../base-command.ts';
import { pipelineFlags, refuseAlone } from '../flags.ts';
import { openToOthers } from '../open-files.ts';
import { readPlan } from '../plan-file.ts';
import { prepare } from '../prepare.ts';
import { appliedData, appliedText, leftText, planData, planText } from '../render/apply.ts';
import { errorText } from '../render/error.ts';
import { afterword, stoppingText } from '../render/run.ts';
import { stopSignal } from '../stop-signal.ts';
import { watchRun } from '../watch-run.ts';

export default class Apply extends BaseCommand {
  static override summary =
    'Do what a plan of `pipe diff --out` says; rows that changed since are left alone and named.';
  static override args = { plan: Args.string({ required: true, description: 'plan file' }) };
  static override flags = {
    ...pipelineFlags,
    show: Flags.boolean({ description: 'show what is in the plan, and do nothing' }),
    reveal: Flags.boolean({ description: 'show personal data' }),
  };
  static override examples = ['<%= config.bin %> apply plan.jsonl', '<%= config.bin %> apply plan.jsonl --show'];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Apply);
    refuseAlone(flags, [['reveal', 'show']]);
    const plan = await readPlan(args.plan);
    if (flags.show) {
      const shown = await planData(plan, flags.reveal);
      return this.present(shown, (language) => planText(shown, language));
    }
    const { file } = plan.header;
    const prepared = await prepare(file, flags, process.env);
    // People's data lie in it in clear.
    this.tellFindings([...prepared.warnings, ...openToOthers([args.plan])]);
    const watch = await watchRun(prepared, {}, this.language);
    const stop = stopSignal(() => watch.say(stoppingText(this.language)));
    const result = await applyOnce(prepared, plan, watch.options, watch.listen, stop.signal).finally(() => {
      watch.end();
      stop.release();
    });
    await this.present(appliedData(plan.header, result, this.language), (language) => appliedText(result, language));
    const fail = (error: PipeError) => errorText(error, this.language);
    this.tellFailure(
      result.error ? fail(result.error) : (leftText(result, this.language) ?? afterword(result, file, this.language)),
    );
    this.leave(result.exitCode);
  }
}
