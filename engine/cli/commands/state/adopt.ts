import { BaseCommand } from '../../base-command.ts';
import { fileArgument } from '../../flags.ts';
import { adoptInstances } from '../../pipeline-state.ts';
import { adoptedText } from '../../render/state.ts';

export default class StateAdopt extends BaseCommand {
  static override summary = 'Take the rows of another instance of the pipeline for ours, once that has ended for good.';
  static override args = { file: fileArgument };
  static override examples = ['<%= config.bin %> state adopt pipelines/ident-to-bitrix.yaml'];

  async run(): Promise<void> {
    const { args } = await this.parse(StateAdopt);
    const adopted = await adoptInstances(args.file);
    await this.present({ adopted }, (language) => adoptedText(adopted, language));
  }
}
