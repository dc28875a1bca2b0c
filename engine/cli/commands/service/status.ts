import { BaseCommand } from '../../base-command.ts';
import { fileArgument } from '../../flags.ts';
import { serviceStatusText } from '../../render/service.ts';
import { serviceStatus } from '../../service.ts';

export default class ServiceStatus extends BaseCommand {
  static override summary = 'Say whether a service is Ready, Running or Disabled.';
  static override args = { file: fileArgument };
  static override examples = ['<%= config.bin %> service status pipelines/ident-to-bitrix.yaml'];

  async run(): Promise<void> {
    const { args } = await this.parse(ServiceStatus);
    const status = await serviceStatus(args.file, this.language);
    await this.present(status, (language) => serviceStatusText(status, language));
  }
}
