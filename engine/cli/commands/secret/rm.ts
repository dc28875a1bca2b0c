import { BaseCommand } from '../../base-command.ts';
import { removedText } from '../../render/secret.ts';
import { ownVault, secretArgument } from '../../secrets.ts';

export default class SecretRm extends BaseCommand {
  static override summary = 'Remove a secret from the vault.';
  static override args = { name: secretArgument };
  static override examples = ['<%= config.bin %> secret rm IDENT_PASSWORD'];

  async run(): Promise<void> {
    const { args } = await this.parse(SecretRm);
    const { vault, file } = ownVault();
    await vault.remove(args.name);
    await this.present({ name: args.name, file }, (language) => removedText(args.name, language));
  }
}
