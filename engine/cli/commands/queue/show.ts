import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../base-command.ts';
import { fileArgument } from '../../flags.ts';
import { columnsOf, findEntry, placeOf, queueFlags, withQueue } from '../../queue.ts';
import { entryData, entryText } from '../../render/queue.ts';

export default class QueueShow extends BaseCommand {
  static override summary = 'Show one waiting record with its source row, masked unless --reveal.';
  static override args = {
    file: fileArgument,
    row: Args.string({ required: true, description: 'id or key of the row' }),
  };
  static override flags = { ...queueFlags, reveal: Flags.boolean({ description: 'show personal data' }) };
  static override examples = ['<%= config.bin %> queue show pipelines/ident-to-bitrix.yaml F1_12345'];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(QueueShow);
    const { entry, columns, place } = await withQueue(args.file, flags, async (queue) => {
      const found = await findEntry(queue, args.row, flags);
      return { entry: found, columns: columnsOf(queue, found), place: placeOf(queue, found) };
    });
    const personal = flags.reveal ? undefined : columns;
    const shown = { entry, personal, place };
    await this.present(entryData(shown, this.language), (language) => entryText(shown, args.file, language));
  }
}
