import { fileArgument } from '../../flags.ts';
import { ServiceCommand } from '../../service-command.ts';

export default class ServiceStop extends ServiceCommand {
  static override summary =
    'End a service: the run under way finishes its request, nothing runs until it is started again.';
  static override args = { file: fileArgument };
  static override examples = ['<%= config.bin %> service stop pipelines/ident-to-bitrix.yaml'];

  async run(): Promise<void> {
    const { args } = await this.parse(ServiceStop);
    await this.act('stop', args.file, {});
  }
}
