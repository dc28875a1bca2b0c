import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../base-command.ts';
import { pipelineStatus } from '../pipeline-status.ts';
import { statusText } from '../render/status.ts';

export default class Status extends BaseCommand {
  static override summary = 'Show how a pipeline is: last success, lag, queue, who runs it, what to type next.';
  static override args = { file: Args.string({ required: true, description: 'pipeline file' }) };
  static override flags = {
    state: Flags.string({ description: 'folder of the state; default: .pipe beside the file' }),
  };
  static override examples = ['<%= config.bin %> status pipelines/ident-to-bitrix.yaml'];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Status);
    const status = await pipelineStatus(args.file, flags.state);
    await this.present(status, (language) => statusText(status, language));
  }
}
