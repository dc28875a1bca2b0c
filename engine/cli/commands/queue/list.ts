import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../../base-command.ts';
import { queueStates, withState } from '../../queue.ts';
import { queueData, queueText } from '../../render/queue.ts';

export default class QueueList extends BaseCommand {
  static override summary = 'List the records of a pipeline that failed and wait.';
  static override args = { file: Args.string({ required: true, description: 'pipeline file' }) };
  static override flags = {
    state: Flags.string({ description: 'folder of the state; default: .pipe beside the file' }),
    flow: Flags.string({ description: 'only this flow' }),
    in: Flags.string({ description: 'only rows in this state', options: [...queueStates] }),
    limit: Flags.integer({ description: 'at most so many rows', min: 1, default: 100 }),
  };
  static override examples = ['<%= config.bin %> queue list pipelines/ident-to-bitrix.yaml'];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(QueueList);
    const { entries, counts } = await withState(args.file, flags.state, async (state) => ({
      entries: await state.queue({
        limit: flags.limit,
        ...(flags.flow !== undefined && { flow: flags.flow }),
        ...(flags.in !== undefined && { state: queueStates.find((name) => name === flags.in) ?? 'pending' }),
      }),
      counts: await state.queueCounts(flags.flow),
    }));
    await this.present(queueData(entries, counts, this.language), (language) => queueText(entries, counts, language));
  }
}
