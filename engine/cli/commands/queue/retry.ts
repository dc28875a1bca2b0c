import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../../base-command.ts';
import { chosenRows, queueStates, withState } from '../../queue.ts';

export default class QueueRetry extends BaseCommand {
  static override summary = 'Mark waiting records due: the next run tries them again.';
  static override args = {
    file: Args.string({ required: true, description: 'pipeline file' }),
    row: Args.string({ description: 'id or key of one row; default: all that flags name' }),
  };
  static override flags = {
    state: Flags.string({ description: 'folder of the state; default: .pipe beside the file' }),
    flow: Flags.string({ description: 'only this flow' }),
    in: Flags.string({ description: 'only rows in this state', options: [...queueStates] }),
  };
  static override examples = ['<%= config.bin %> queue retry pipelines/ident-to-bitrix.yaml F1_12345'];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(QueueRetry);
    const rows = await withState(args.file, flags.state, async (state) =>
      state.retryQueue(await chosenRows(state, args.file, args.row, flags.flow, flags.in)),
    );
    await this.present({ rows }, (language) =>
      language === 'ru'
        ? `отмечено к повтору: ${rows}; повторит следующий запуск`
        : `${rows} marked; the next run tries them again`,
    );
  }
}
