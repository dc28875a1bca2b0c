import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { updateTest } from '../../cases/update-test.ts';
import { BaseCommand } from '../base-command.ts';
import { testData, testText, updatedText } from '../render/test.ts';
import { runTests, testExitCode, testFiles } from '../test-files.ts';

export default class Test extends BaseCommand {
  static override summary =
    'Test mappings: source rows in, records and changes out, by <pipeline>.test.yaml. No network.';
  static override strict = false;
  static override args = {
    files: Args.string({ description: 'test files, pipelines or folders; default: pipelines/*.test.yaml' }),
  };
  static override flags = {
    coverage: Flags.boolean({ description: 'show which fields, table entries, rungs and guards no case reaches' }),
    update: Flags.boolean({ description: 'after showing the differences, write what happens into the test files' }),
  };
  static override examples = [
    '<%= config.bin %> test',
    '<%= config.bin %> test pipelines/ident-to-bitrix.yaml --coverage',
    '<%= config.bin %> test pipelines/ident-to-bitrix.yaml --update',
  ];

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Test);
    const results = await runTests(testFiles(argv.map(String)));
    const colour = process.stdout.isTTY && flags.output === undefined && !process.env['NO_COLOR'];
    const shown = { coverage: flags.coverage, colour };
    await this.present(testData(results, flags.coverage, this.language), (language) =>
      testText(results, shown, language),
    );
    const code = testExitCode(results);
    this.leave(code);
    if (!flags.update || code !== 4) return;
    for (const { file, cases } of results) {
      const { cases: count, findings } = updateTest(file, cases);
      if (count > 0) this.tell(updatedText(file, count, this.language));
      this.tellFindings(findings);
    }
  }
}
