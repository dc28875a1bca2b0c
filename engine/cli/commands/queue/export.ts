import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../base-command.ts';
import { choiceFlag, fileArgument } from '../../flags.ts';
import { columnsOf, queueFlags, stateFlags, waitingOf, withQueue } from '../../queue.ts';
import { exportData, exportText } from '../../render/queue-export.ts';

export default class QueueExport extends BaseCommand {
  static override summary =
    'Give out waiting records with their source rows, for people to mend; masked unless --reveal.';
  static override args = { file: fileArgument };
  static override flags = {
    ...queueFlags,
    ...stateFlags,
    format: choiceFlag({
      description: 'a JSON object a line, or a table for Excel; default: jsonl',
      choices: ['jsonl', 'csv'],
      helpValue: 'jsonl|csv',
      default: 'jsonl',
    }),
    reveal: Flags.boolean({ description: 'show personal data' }),
  };
  static override examples = [
    '<%= config.bin %> queue export pipelines/ident-to-bitrix.yaml --output queue.jsonl',
    '<%= config.bin %> queue export pipelines/ident-to-bitrix.yaml --in failed --format csv --reveal --output queue.csv',
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(QueueExport);
    const rows = await withQueue(args.file, flags, async (queue) => {
      const entries = await queue.state.queue(waitingOf(flags));
      return entries.map((entry) => ({ entry, personal: flags.reveal ? undefined : columnsOf(queue, entry) }));
    });
    const data = exportData(rows, this.language);
    await this.present(data, () => exportText(data, flags.format), ownerOnly);
  }
}

/** What waits are patients and their phones, also in a file whose rows are masked. */
const ownerOnly = 0o600;
