import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../base-command.ts';
import { fileArgument, pipelineFlags } from '../../flags.ts';
import { setText } from '../../render/state.ts';
import { setCheckpoint } from '../../state-by-hand.ts';

export default class StateSet extends BaseCommand {
  static override summary = 'Have the next run of a flow read from a time on, and go on from there.';
  static override args = {
    file: fileArgument,
    flow: Args.string({ required: true, description: 'name of the flow' }),
  };
  static override flags = {
    state: pipelineFlags.state,
    since: Flags.string({
      required: true,
      description: 'the time to read from; without a zone it is this machine’s',
      helpValue: '<time>',
    }),
  };
  static override examples = [
    '<%= config.bin %> state set pipelines/ident-to-bitrix.yaml receptions --since 2026-03-01',
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(StateSet);
    const set = await setCheckpoint(args.file, args.flow, flags.since, flags.state);
    await this.present(set, (language) => setText(set, language));
  }
}
