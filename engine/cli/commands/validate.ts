import { Args } from '@oclif/core';
import { BaseCommand } from '../base-command.ts';
import { choiceFlag, pipelineFlags } from '../flags.ts';
import { validateFiles } from '../prepare.ts';
import { validationData, validationText } from '../render/validation.ts';

export default class Validate extends BaseCommand {
  static override summary = 'Check pipeline files offline: YAML, schema, expressions, names, references.';
  static override strict = false;
  static override args = { files: Args.string({ description: 'pipeline files; default: pipelines/*.yaml' }) };
  static override flags = {
    param: pipelineFlags.param,
    format: choiceFlag({
      description: 'how findings are printed',
      choices: ['text', 'github'],
      helpValue: 'text|github',
      default: 'text',
    }),
  };
  static override examples = [
    '<%= config.bin %> validate',
    '<%= config.bin %> validate pipelines/ident-to-bitrix.yaml --format github',
  ];

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Validate);
    const result = await validateFiles(argv.map(String), flags.param ?? [], process.env);
    await this.present(validationData(result, this.language), (language) =>
      validationText(result, flags.format, language),
    );
    if (result.findings.some((finding) => finding.severity === 'error')) this.leave(2);
  }
}
