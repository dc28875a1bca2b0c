import { fileArgument } from '../../flags.ts';
import { ServiceCommand } from '../../service-command.ts';

export default class ServiceUninstall extends ServiceCommand {
  static override summary = 'Stop a service and remove it; pipeline, state and logs stay.';
  static override args = { file: fileArgument };
  static override examples = ['<%= config.bin %> service uninstall pipelines/ident-to-bitrix.yaml'];

  async run(): Promise<void> {
    const { args } = await this.parse(ServiceUninstall);
    await this.act('uninstall', args.file, {});
  }
}
