import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../base-command.ts';
import { cliErrors } from '../../errors.ts';
import { fileArgument } from '../../flags.ts';
import { decideNamed, filterOf, queueFlags, stateFlags, withQueue } from '../../queue.ts';
import { droppedText } from '../../render/queue.ts';

export default class QueueDrop extends BaseCommand {
  static override summary =
    'Drop waiting records. Rows whose write has no answer yet stay. Of a quarantined row: its write arrived, leave it.';
  static override args = {
    file: fileArgument,
    row: Args.string({ description: 'id or key of one row' }),
  };
  static override flags = {
    ...queueFlags,
    ...stateFlags,
    all: Flags.boolean({ description: 'every row of the queue' }),
  };
  static override examples = [
    '<%= config.bin %> queue drop pipelines/ident-to-bitrix.yaml F1_12345',
    '<%= config.bin %> queue drop pipelines/ident-to-bitrix.yaml --in failed',
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(QueueDrop);
    const { row, file } = args;
    const isNamed = row !== undefined || flags.flow !== undefined || flags.in !== undefined;
    if (isNamed && flags.all) throw cliErrors.drop_all_or_some.error({});
    if (!isNamed && !flags.all) throw cliErrors.drop_what.error({});
    const change = await withQueue(file, flags, async (queue) =>
      row === undefined
        ? queue.state.dropQueue(filterOf(flags))
        : decideNamed(queue, row, flags, 'arrived', (filter) => queue.state.dropQueue(filter)),
    );
    await this.present(change, (language) => droppedText(change, file, language));
  }
}
