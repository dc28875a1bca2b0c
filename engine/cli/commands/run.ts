import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../base-command.ts';
import { pipelineFlags, prepare } from '../prepare.ts';
import { compileOnly, timeFlag } from '../row-filter.ts';
import { errorData, errorText } from '../render/error.ts';
import { showProgress } from '../render/progress.ts';
import { runData, runText } from '../render/run.ts';
import { runOnce } from '../run-once.ts';
import { stopSignal } from '../stop-signal.ts';

export default class Run extends BaseCommand {
  static override summary = 'Run a pipeline: read, map, match, write what differs.';
  static override args = { file: Args.string({ required: true, description: 'pipeline file' }) };
  static override flags = {
    ...pipelineFlags,
    flow: Flags.string({ description: 'only these flows', multiple: true, delimiter: ',' }),
    full: Flags.boolean({ description: 'read as far back as cursor.full says and look at every target row again' }),
    since: Flags.string({ description: 'lower bound of the window; the checkpoint stays where it is' }),
    until: Flags.string({ description: 'upper bound of the window; the checkpoint stays where it is' }),
    only: Flags.string({ description: "only source rows for which this is true: 'id = 1', or @file" }),
    limit: Flags.integer({ description: 'read at most so many rows', min: 1 }),
    allow: Flags.string({ description: 'lift a brake', options: ['creates', 'updates', 'deletes'], multiple: true }),
  };
  static override examples = ['<%= config.bin %> run pipelines/ident-to-bitrix.yaml'];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Run);
    const prepared = await prepare(args.file, flags, process.env);
    const stop = stopSignal();
    const progress = showProgress(process.stderr, this.language);
    const options = {
      full: flags.full,
      allow: new Set(flags.allow ?? []),
      ...(flags.flow && { flows: flags.flow }),
      ...(flags.since !== undefined && { since: timeFlag('--since', flags.since) }),
      ...(flags.until !== undefined && { until: timeFlag('--until', flags.until) }),
      ...(flags.limit !== undefined && { limit: flags.limit }),
      ...(flags.only !== undefined && { only: await compileOnly(flags.only) }),
    };
    const result = await runOnce(prepared, options, progress.listen, stop.signal).finally(() => {
      progress.end();
      stop.release();
    });
    const { error } = result;
    await this.present({ ...runData(result), ...(error && errorData(error, this.language)) }, (language) =>
      runText(result, language),
    );
    if (error && result.exitCode < 128) this.tell(errorText(error, this.language));
    this.leave(result.exitCode);
  }
}
