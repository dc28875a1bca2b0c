import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../base-command.ts';
import { checkConnections } from '../check-connections.ts';
import { pipelineFlags, prepare } from '../prepare.ts';
import { checkData, checkExitCode, checkText } from '../render/check.ts';
import { stopSignal } from '../stop-signal.ts';

export default class Check extends BaseCommand {
  static override summary = 'Reach every connection: login, rights, tables, fields, clock. Changes nothing.';
  static override args = { file: Args.string({ required: true, description: 'pipeline file' }) };
  static override flags = {
    ...pipelineFlags,
    only: Flags.string({ description: 'look at this connection only' }),
  };
  static override examples = ['<%= config.bin %> check pipelines/ident-to-bitrix.yaml'];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Check);
    const prepared = await prepare(args.file, flags, process.env);
    const stop = stopSignal();
    const checked = await checkConnections(prepared, flags.only, stop.signal).finally(() => stop.release());
    await this.present(checkData(checked, this.language), (language) => checkText(checked, language));
    this.leave(checkExitCode(checked));
  }
}
