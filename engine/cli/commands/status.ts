import { BaseCommand } from '../base-command.ts';
import { fileArgument, pipelineFlags } from '../flags.ts';
import { pipelineStatus } from '../pipeline-status.ts';
import { statusText } from '../render/status.ts';

export default class Status extends BaseCommand {
  static override summary = 'Show how a pipeline is: last success, lag, queue, who runs it, what to type next.';
  static override args = { file: fileArgument };
  static override flags = { state: pipelineFlags.state };
  static override examples = ['<%= config.bin %> status pipelines/ident-to-bitrix.yaml'];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Status);
    const status = await pipelineStatus(args.file, flags.state);
    await this.present(status, (language) => statusText(status, language));
  }
}
