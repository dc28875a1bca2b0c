import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../../base-command.ts';
import { cliErrors } from '../../errors.ts';
import { chosenRows, queueStates, withState } from '../../queue.ts';

export default class QueueDrop extends BaseCommand {
  static override summary = 'Drop waiting records. Rows whose write has no answer yet stay.';
  static override args = {
    file: Args.string({ required: true, description: 'pipeline file' }),
    row: Args.string({ description: 'id or key of one row' }),
  };
  static override flags = {
    state: Flags.string({ description: 'folder of the state; default: .pipe beside the file' }),
    flow: Flags.string({ description: 'only this flow' }),
    in: Flags.string({ description: 'only rows in this state', options: [...queueStates] }),
    all: Flags.boolean({ description: 'every row of the queue' }),
  };
  static override examples = ['<%= config.bin %> queue drop pipelines/ident-to-bitrix.yaml F1_12345'];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(QueueDrop);
    const named = args.row !== undefined || flags.flow !== undefined || flags.in !== undefined || flags.all;
    if (!named) throw cliErrors.drop_what.error({});
    const rows = await withState(args.file, flags.state, async (state) =>
      state.dropQueue(await chosenRows(state, args.file, args.row, flags.flow, flags.in)),
    );
    await this.present({ rows }, (language) => (language === 'ru' ? `удалено из очереди: ${rows}` : `${rows} dropped`));
  }
}
