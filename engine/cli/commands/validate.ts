import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../base-command.ts';
import { validateFiles } from '../prepare.ts';
import { validationData, validationText } from '../render/validation.ts';

export default class Validate extends BaseCommand {
  static override summary = 'Check pipeline files offline: YAML, schema, expressions, names, references.';
  static override strict = false;
  static override args = { files: Args.string({ description: 'pipeline files; default: pipelines/*.yaml' }) };
  static override flags = {
    param: Flags.string({ description: 'value of a param, name=value', multiple: true }),
    format: Flags.string({ description: 'how findings are printed', options: ['text', 'github'], default: 'text' }),
  };
  static override examples = ['<%= config.bin %> validate pipelines/ident-to-bitrix.yaml'];

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Validate);
    const result = await validateFiles(argv.map(String), flags.param ?? [], process.env);
    await this.present(validationData(result, this.language), (language) =>
      validationText(result, flags.format, language),
    );
    if (result.findings.some((finding) => finding.severity === 'error')) this.leave(2);
  }
}
