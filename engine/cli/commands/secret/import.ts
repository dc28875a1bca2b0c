import { resolve } from 'node:path';
import * as Args from '@oclif/core/args';
import { BaseCommand } from '../../base-command.ts';
import { cliErrors } from '../../errors.ts';
import { importSecrets } from '../../import-secrets.ts';
import { importedText } from '../../render/secret.ts';
import { ownVault } from '../../secrets.ts';

export default class SecretImport extends BaseCommand {
  static override summary = 'Move the secrets that pipelines name out of an .env into the vault.';
  static override args = {
    file: Args.string({
      default: '.env',
      description: 'default: .env; the pipelines beside it and in pipelines/ count',
    }),
  };
  static override examples = ['<%= config.bin %> secret import', '<%= config.bin %> secret import .env'];

  async run(): Promise<void> {
    const { args } = await this.parse(SecretImport);
    const { vault } = ownVault();
    const { findings, ...result } = await importSecrets(args.file, vault);
    // What the .env here cannot be read for has been told before any command began.
    const isHere = resolve(args.file) === resolve('.env');
    this.tellFindings(findings.filter(({ code }) => !isHere || code === cliErrors.env_emptied.code));
    await this.present(result, (language) => importedText(result, language));
  }
}
