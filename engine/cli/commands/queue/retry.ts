import * as Args from '@oclif/core/args';
import { BaseCommand } from '../../base-command.ts';
import { fileArgument } from '../../flags.ts';
import { decideNamed, filterOf, queueFlags, stateFlags, withQueue } from '../../queue.ts';
import { retriedText } from '../../render/queue.ts';

export default class QueueRetry extends BaseCommand {
  static override summary =
    'Mark waiting records due: the next run tries them again. Of a quarantined row: its write did not arrive, write it.';
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
    const { row, file } = args;
    const change = await withQueue(file, flags, async (queue) =>
      row === undefined
        ? queue.state.retryQueue(filterOf(flags))
        : decideNamed(queue, row, flags, 'missing', (filter) => queue.state.retryQueue(filter)),
    );
    await this.present(change, (language) => retriedText(change, file, language));
  }
}
