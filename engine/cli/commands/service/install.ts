import * as Flags from '@oclif/core/flags';
import { choiceFlag, fileArgument } from '../../flags.ts';
import { stepsText } from '../../render/service.ts';
import { planAction, systems } from '../../service.ts';
import { ServiceCommand } from '../../service-command.ts';

export default class ServiceInstall extends ServiceCommand {
  static override summary =
    'Have the system run a pipeline by its schedule: Task Scheduler on Windows, systemd on Linux.';
  static override args = { file: fileArgument };
  static override flags = {
    user: Flags.string({
      description: 'who runs it; default: SYSTEM on Windows, the owner of the pipeline’s folder on Linux',
      helpValue: '<name>',
    }),
    state: Flags.string({ description: 'folder of the state; default: .pipe beside the file', helpValue: '<folder>' }),
    print: Flags.boolean({ description: 'show what would be written and called, and change nothing' }),
    for: choiceFlag({
      description: 'with --print: the system it is meant for; default: this one',
      choices: systems,
      helpValue: 'windows|linux',
    }),
  };
  static override examples = [
    '<%= config.bin %> service install pipelines/ident-to-bitrix.yaml',
    '<%= config.bin %> service install pipelines/ident-to-bitrix.yaml --print --for windows',
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ServiceInstall);
    const wishes = {
      ...(flags.state !== undefined && { state: flags.state }),
      ...(flags.user && { user: flags.user }),
    };
    if (!flags.print) return this.act('install', args.file, wishes);
    const system = systems.find((each) => each === flags.for);
    const report = await planAction('install', args.file, wishes, this.language, system);
    return this.present(report, (language) => stepsText(report, language));
  }
}
