import { BaseCommand } from '../../base-command.ts';
import { fileArgument, numberFlag } from '../../flags.ts';
import { queueFlags, stateFlags, waitingOf, withQueue } from '../../queue.ts';
import { queueData, queueText } from '../../render/queue.ts';

export default class QueueList extends BaseCommand {
  static override summary = 'List the records of a pipeline that failed and wait.';
  static override args = { file: fileArgument };
  static override flags = {
    ...queueFlags,
    ...stateFlags,
    limit: numberFlag({ description: 'at most so many rows; default: 100', min: 1, default: 100 }),
  };
  static override examples = [
    '<%= config.bin %> queue list pipelines/ident-to-bitrix.yaml',
    '<%= config.bin %> queue list pipelines/ident-to-bitrix.yaml --in failed',
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(QueueList);
    const { entries, counts } = await withQueue(args.file, flags, async ({ state }) => ({
      entries: await state.queue({ ...waitingOf(flags), limit: flags.limit }),
      counts: await state.queueCounts(flags.flow),
    }));
    await this.present(queueData(entries, counts, this.language), (language) => queueText(entries, counts, language));
  }
}
