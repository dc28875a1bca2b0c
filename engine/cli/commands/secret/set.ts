import { vaultErrors } from '../../../vault/errors.ts';
import { BaseCommand } from '../../base-command.ts';
import { hiddenAnswer } from '../../hidden-answer.ts';
import { setText } from '../../render/secret.ts';
import { ownVault, secretArgument } from '../../secrets.ts';

export default class SecretSet extends BaseCommand {
  static override summary = 'Put a secret into the vault: asked for without showing it, or read from stdin.';
  static override strict = false;
  static override args = { name: secretArgument };
  static override examples = ['<%= config.bin %> secret set BITRIX24_WEBHOOK'];

  async run(): Promise<void> {
    const { name } = await this.#parsed();
    const value = await hiddenAnswer(`${name}: `);
    if (value === undefined) throw vaultErrors.no_value.error({ name });
    const { vault, file } = ownVault();
    const [replaced] = await vault.set(new Map([[name, value]]));
    const result = { name, replaced: replaced !== undefined, file };
    if (process.env[name]) this.tellFindings([vaultErrors.shadowed.finding({ name }, undefined, 'warning')]);
    await this.present(result, (language) => setText(result, language));
  }

  /** A word too many is a value, and one like a flag may be: neither is repeated in a message. */
  async #parsed(): Promise<{ readonly name: string }> {
    try {
      const { args, argv } = await this.parse(SecretSet);
      if (argv.length === 1) return args;
    } catch (thrown) {
      if (!(thrown instanceof Error && 'flags' in thrown)) throw thrown;
    }
    throw vaultErrors.value_as_argument.error({});
  }
}
