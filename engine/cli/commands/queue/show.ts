import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../../base-command.ts';
import { findEntry, personalFields, withState } from '../../queue.ts';
import { entryData, entryText } from '../../render/queue.ts';

export default class QueueShow extends BaseCommand {
  static override summary = 'Show one waiting record with its source row, masked unless --reveal.';
  static override args = {
    file: Args.string({ required: true, description: 'pipeline file' }),
    row: Args.string({ required: true, description: 'id or key of the row' }),
  };
  static override flags = {
    state: Flags.string({ description: 'folder of the state; default: .pipe beside the file' }),
    reveal: Flags.boolean({ description: 'show personal data' }),
  };
  static override examples = ['<%= config.bin %> queue show pipelines/ident-to-bitrix.yaml F1_12345'];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(QueueShow);
    const entry = await withState(args.file, flags.state, (state) => findEntry(state, args.file, args.row));
    const personal = flags.reveal ? undefined : await personalFields(args.file, entry.flow);
    await this.present(entryData(entry, personal, this.language), (language) => entryText(entry, personal, language));
  }
}
