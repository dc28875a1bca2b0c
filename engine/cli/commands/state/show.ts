import { BaseCommand } from '../../base-command.ts';
import { fileArgument, pipelineFlags } from '../../flags.ts';
import { pipelineState } from '../../pipeline-state.ts';
import { stateText } from '../../render/state.ts';

export default class StateShow extends BaseCommand {
  static override summary = 'Show what a pipeline remembers of itself: instance, machine, checkpoints.';
  static override args = { file: fileArgument };
  static override flags = { state: pipelineFlags.state };
  static override examples = ['<%= config.bin %> state show pipelines/ident-to-bitrix.yaml'];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(StateShow);
    const state = await pipelineState(args.file, flags.state);
    await this.present(state, (language) => stateText(state, language));
  }
}
