import { fileArgument } from '../../flags.ts';
import { ServiceCommand } from '../../service-command.ts';

export default class ServiceDisable extends ServiceCommand {
  static override summary = 'Switch the schedule of a service off; a run under way goes on to its end.';
  static override args = { file: fileArgument };
  static override examples = ['<%= config.bin %> service disable pipelines/ident-to-bitrix.yaml'];

  async run(): Promise<void> {
    const { args } = await this.parse(ServiceDisable);
    await this.act('disable', args.file, {});
  }
}
