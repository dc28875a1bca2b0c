import { BaseCommand } from '../base-command.ts';
import { fileArgument, numberFlag, pipelineFlags } from '../flags.ts';
import { pipelineHistory } from '../history.ts';
import { historyData, historyText } from '../render/history.ts';

export default class History extends BaseCommand {
  static override summary = 'Show the runs of a pipeline: when, how long, what they did, how they ended.';
  static override args = { file: fileArgument };
  static override flags = {
    state: pipelineFlags.state,
    limit: numberFlag({ description: 'at most so many runs, the newest; default: 20', min: 1, default: 20 }),
  };
  static override examples = ['<%= config.bin %> history pipelines/ident-to-bitrix.yaml'];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(History);
    const history = await pipelineHistory(args.file, flags.state, flags.limit);
    await this.present(historyData(history, this.language), (language) => historyText(history, language));
  }
}
