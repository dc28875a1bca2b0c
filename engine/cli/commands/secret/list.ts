import { BaseCommand } from '../../base-command.ts';
import { listText } from '../../render/secret.ts';
import { ownVault } from '../../secrets.ts';

export default class SecretList extends BaseCommand {
  static override summary = 'List the names in the vault and when each was set; values are never shown.';
  static override examples = ['<%= config.bin %> secret list'];

  async run(): Promise<void> {
    await this.parse(SecretList);
    const { vault, file } = ownVault();
    const result = { file, secrets: vault.list() };
    await this.present(result, (language) => listText(result, language));
  }
}
