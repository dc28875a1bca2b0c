import { BaseCommand } from '../../base-command.ts';
import { fileArgument, pipelineFlags } from '../../flags.ts';
import { adoptAsOwn } from '../../pipeline-state.ts';
import { adoptedText } from '../../render/state.ts';

export default class StateAdopt extends BaseCommand {
  static override summary =
    'Say that what runs refused is ours: rows of another instance that has ended for good, a system under a new name.';
  static override args = { file: fileArgument };
  static override flags = { state: pipelineFlags.state };
  static override examples = ['<%= config.bin %> state adopt pipelines/ident-to-bitrix.yaml'];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(StateAdopt);
    const adopted = await adoptAsOwn(args.file, flags.state);
    await this.present(adopted, (language) => adoptedText(adopted, language));
  }
}
