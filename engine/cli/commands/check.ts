import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../base-command.ts';
import { checkConnections, namesAndSettings, othersLeftOut } from '../check-connections.ts';
import { fileArgument, pipelineFlags, repeated } from '../flags.ts';
import { prepare } from '../prepare.ts';
import { checkData, checkExitCode, checkText } from '../render/check.ts';
import { waitText } from '../../log/spoken.ts';
import type { Wait } from '../../log/spoken.ts';
import { stopSignal } from '../stop-signal.ts';

export default class Check extends BaseCommand {
  static override summary = 'Reach every connection: login, rights, tables, fields, clock. Changes nothing.';
  static override args = { file: fileArgument };
  static override flags = {
    param: pipelineFlags.param,
    connection: Flags.string({
      description: 'look at this connection only; name.key=value: a setting of a connection',
      helpValue: '<name>',
      ...repeated,
    }),
  };
  static override examples = [
    '<%= config.bin %> check pipelines/ident-to-bitrix.yaml',
    '<%= config.bin %> check pipelines/ident-to-bitrix.yaml --connection portal',
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Check);
    const { names, settings } = namesAndSettings(flags.connection ?? []);
    const sandboxes = await othersLeftOut(args.file, names);
    const prepared = await prepare(args.file, { param: flags.param, connection: settings, sandboxes }, process.env);
    this.tellFindings(prepared.warnings);
    const stop = stopSignal();
    const tell = (wait: Wait) => this.tell(waitText(wait, this.language));
    const checked = await checkConnections(prepared, names, stop.signal, tell).finally(() => stop.release());
    await this.present(checkData(checked, this.language), (language) => checkText(checked, language));
    this.leave(checkExitCode(checked));
  }
}
