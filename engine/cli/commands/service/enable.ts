import { fileArgument } from '../../flags.ts';
import { ServiceCommand } from '../../service-command.ts';

export default class ServiceEnable extends ServiceCommand {
  static override summary = 'Switch the schedule of a service on.';
  static override args = { file: fileArgument };
  static override examples = ['<%= config.bin %> service enable pipelines/ident-to-bitrix.yaml'];

  async run(): Promise<void> {
    const { args } = await this.parse(ServiceEnable);
    await this.act('enable', args.file, {});
  }
}
