import { fileArgument } from '../../flags.ts';
import { ServiceCommand } from '../../service-command.ts';

export default class ServiceStart extends ServiceCommand {
  static override summary = 'Switch the schedule of a service on and run now.';
  static override args = { file: fileArgument };
  static override examples = ['<%= config.bin %> service start pipelines/ident-to-bitrix.yaml'];

  async run(): Promise<void> {
    const { args } = await this.parse(ServiceStart);
    await this.act('start', args.file, {});
  }
}
