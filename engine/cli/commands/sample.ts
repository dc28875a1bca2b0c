import * as Flags from '@oclif/core/flags';
import type { RunEvent } from '../../events/events.ts';
import { BaseCommand } from '../base-command.ts';
import { cliErrors } from '../errors.ts';
import { choiceFlag, fileArgument, numberFlag, pipelineFlags, repeated } from '../flags.ts';
import { prepare } from '../prepare.ts';
import { previewWord } from '../render/preview.ts';
import { sampleData, sampleLines, sampleTests } from '../render/sample.ts';
import { readFlags } from '../run-flags.ts';
import { compileOnly } from '../row-filter.ts';
import { takeSample } from '../sample.ts';
import { stopSignal } from '../stop-signal.ts';

export default class Sample extends BaseCommand {
  static override summary = 'Read source rows as fixtures for tests and diffs, shapes kept, nobody recognisable.';
  static override args = { file: fileArgument };
  static override flags = {
    ...pipelineFlags,
    flow: Flags.string({ description: 'only these flows', helpValue: '<name,…>', delimiter: ',', ...repeated }),
    only: readFlags.only,
    limit: numberFlag({ description: 'at most so many rows of each flow; default: 20', min: 1, default: 20 }),
    anonymise: Flags.boolean({
      description: 'put other names, phones, numbers and days in the place of those that are',
    }),
    reveal: Flags.boolean({ description: 'show personal data' }),
    format: choiceFlag({
      description: 'a JSON object a line, or the beginning of a test file; default: jsonl',
      choices: ['jsonl', 'test'],
      helpValue: 'jsonl|test',
      default: 'jsonl',
    }),
  };
  static override examples = [
    '<%= config.bin %> sample pipelines/ident-to-bitrix.yaml --anonymise --output rows.jsonl',
    "<%= config.bin %> sample pipelines/ident-to-bitrix.yaml --anonymise --only 'id = 12345' --format test",
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Sample);
    if (!flags.anonymise && !flags.reveal) throw cliErrors.sample_in_clear.error({});
    if (flags.anonymise && flags.reveal) throw cliErrors.flag_beside.error({ flag: '--anonymise', other: '--reveal' });
    const options = {
      full: false,
      allow: new Set<string>(),
      ...(flags.flow && { flows: flags.flow }),
      ...(flags.only === undefined ? { limit: flags.limit } : { only: compileOnly(flags.only) }),
    };
    const prepared = await prepare(args.file, flags, process.env);
    this.tellFindings(prepared.warnings);
    const stop = stopSignal();
    const emit = (event: RunEvent) => {
      const text = previewWord(event, this.language);
      if (text !== undefined) this.tell(text);
    };
    const { limit, anonymise: anonymised } = flags;
    const task = { prepared, options, limit, anonymised, emit, signal: stop.signal };
    const sample = await takeSample(task).finally(() => stop.release());
    const text = flags.format === 'test' ? sampleTests : sampleLines;
    await this.present(sampleData(sample), () => text(sample), 0o600);
  }
}
