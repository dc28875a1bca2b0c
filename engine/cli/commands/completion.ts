import * as Args from '@oclif/core/args';
import { choicesFor } from '../../config/nearest.ts';
import { BaseCommand } from '../base-command.ts';
import { completionScript, shells } from '../completion.ts';
import { cliErrors } from '../errors.ts';

export default class Completion extends BaseCommand {
  static override summary = 'Print a script with which a shell completes commands and flags with the Tab key.';
  static override args = { shell: Args.string({ required: true, description: 'bash, zsh or powershell' }) };
  static override examples = ['<%= config.bin %> completion bash'];

  async run(): Promise<void> {
    const { args } = await this.parse(Completion);
    const shell = shells.find((each) => each === args.shell);
    if (shell === undefined)
      throw cliErrors.unknown_shell.error({ shell: args.shell, choices: choicesFor(args.shell, shells) });
    const commands = this.config.commands.map(({ id, flags }) => ({ id, flags: Object.keys(flags) }));
    const script = completionScript(shell, this.config.bin, commands);
    await this.present({ shell, script }, () => script.trimEnd());
  }
}
