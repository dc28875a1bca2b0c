import { setFlagsFromString } from 'node:v8';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../base-command.ts';
import { choiceFlag, pipelineFlags } from '../flags.ts';
import { annotationsText } from '../render/annotations.ts';
import { sarifText } from '../render/sarif.ts';
import { validationData, validationExitCode, validationText } from '../render/validation.ts';
import { validateFiles } from '../validate-files.ts';
import type { Validation } from '../validate-files.ts';
import type { Language } from '../../messages/template.ts';
import { stopSignal } from '../stop-signal.ts';

export default class Validate extends BaseCommand {
  static override summary = 'Check pipeline files offline: YAML, schema, expressions, names, references.';
  static override strict = false;
  static override args = {
    files: Args.string({ description: 'pipeline files, folders or patterns; default: pipelines/*.yaml' }),
  };
  static override flags = {
    param: pipelineFlags.param,
    format: choiceFlag({
      description: 'how findings are printed; default: text',
      choices: ['text', 'json', 'github', 'sarif'],
      helpValue: 'text|json|github|sarif',
      default: 'text',
    }),
    online: Flags.boolean({ description: 'ask the systems too, as `pipe check` does; variables must have values' }),
  };
  static override examples = [
    '<%= config.bin %> validate',
    '<%= config.bin %> validate pipelines/ident-to-bitrix.yaml --format github',
    "<%= config.bin %> validate pipelines 'clinics/**/*.yaml' --format sarif --output pipe.sarif",
  ];

  async run(): Promise<void> {
    // TurboFan would take a second processor for code that a hundred files are done before they have used.
    setFlagsFromString('--no-turbofan');
    const { argv, flags } = await this.parse(Validate);
    const options = { params: flags.param ?? [], env: process.env };
    const result = flags.online
      ? await this.#online(argv.map(String), options)
      : await validateFiles(argv.map(String), options);
    const data = validationData(result, this.language);
    await this.present(data, (language) => this.#text(result, data, flags.format, language));
    this.leave(validationExitCode(result));
  }

  async #online(files: readonly string[], options: Parameters<typeof validateFiles>[1]): Promise<Validation> {
    // What reaches systems is half of the program, and most calls read files.
    const { checkOnline } = await import('../check-online.ts');
    const stop = stopSignal();
    const online = checkOnline(this.language, stop.signal, (text) => this.tell(text));
    return validateFiles(files, { ...options, online }).finally(() => stop.release());
  }

  #text(result: Validation, data: object, format: string, language: Language): string {
    if (format === 'json') return JSON.stringify(data, null, 2);
    if (format === 'github') return annotationsText(result.findings, language);
    return format === 'sarif'
      ? sarifText(result.findings, this.config.version, language)
      : validationText(result, language);
  }
}
