import { Args } from '@oclif/core';
import { BaseCommand } from '../../base-command.ts';
import { fileArgument } from '../../flags.ts';
import { chosenRows, queueFlags, stateFlags, withQueue } from '../../queue.ts';
import { retriedText } from '../../render/queue.ts';

export default class QueueRetry extends BaseCommand {
  static override summary = 'Mark waiting records due: the next run tries them again.';
  static override args = {
    file: fileArgument,
    row: Args.string({ description: 'id or key of one row; default: all that flags name' }),
  };
  static override flags = { ...queueFlags, ...stateFlags };
  static override examples = [
    '<%= config.bin %> queue retry pipelines/ident-to-bitrix.yaml',
    '<%= config.bin %> queue retry pipelines/ident-to-bitrix.yaml F1_12345',
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(QueueRetry);
    const rows = await withQueue(args.file, flags, async (queue) =>
      queue.state.retryQueue(await chosenRows(queue, args.row, flags)),
    );
    await this.present({ rows }, (language) => retriedText(rows, args.file, language));
  }
}
