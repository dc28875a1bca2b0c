import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../base-command.ts';
import { explainRecord } from '../explain.ts';
import { fileArgument, pipelineFlags } from '../flags.ts';
import { explainedData, explainedText } from '../render/explain.ts';
import { stopSignal } from '../stop-signal.ts';

export default class Explain extends BaseCommand {
  static override summary =
    'Show the life of one record: row, record, what was asked and answered, what was written, where it stands. Masked unless --reveal.';
  static override args = {
    file: fileArgument,
    key: Args.string({ required: true, description: 'key of the record' }),
  };
  static override flags = {
    param: pipelineFlags.param,
    state: pipelineFlags.state,
    flow: Flags.string({ description: 'only this flow', helpValue: '<name>' }),
    reveal: Flags.boolean({ description: 'show personal data' }),
  };
  static override examples = ['<%= config.bin %> explain pipelines/ident-to-bitrix.yaml F1_12345'];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Explain);
    const stop = stopSignal();
    const explained = await explainRecord(args.file, args.key, flags, stop.signal).finally(() => stop.release());
    await this.present(explainedData(explained, this.language), (language) => explainedText(explained, language));
  }
}
