import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../base-command.ts';
import { choiceFlag, fileArgument, pipelineFlags } from '../../flags.ts';
import { resetQuestion, resetText } from '../../render/state.ts';
import { isAgreed, resetFlow } from '../../state-by-hand.ts';

export default class StateReset extends BaseCommand {
  static override summary =
    'Forget how far a flow came and what it delivered: the next run reads and compares all anew. What is in doubt stays.';
  static override args = {
    file: fileArgument,
    flow: Args.string({ required: true, description: 'name of the flow' }),
  };
  static override flags = {
    state: pipelineFlags.state,
    only: choiceFlag({
      description: 'forget only how far it came, or only what it delivered',
      choices: ['checkpoint', 'known'],
      helpValue: 'checkpoint|known',
    }),
    yes: Flags.boolean({ description: 'do not ask' }),
  };
  static override examples = ['<%= config.bin %> state reset pipelines/ident-to-bitrix.yaml receptions --yes'];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(StateReset);
    const what = { checkpoint: flags.only !== 'known', known: flags.only !== 'checkpoint' };
    const command = `pipe state reset ${args.file} ${args.flow}`;
    const agree = async () => flags.yes || isAgreed(resetQuestion(args.flow, what, this.language), command);
    const done = await resetFlow(args.file, args.flow, what, flags.state, agree);
    if (done) await this.present(done, (language) => resetText(done, language));
  }
}
