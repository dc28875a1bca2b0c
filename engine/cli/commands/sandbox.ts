import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { once } from 'node:events';
import { BaseCommand } from '../base-command.ts';
import { numberFlag } from '../flags.ts';
import { sandboxData, sandboxText } from '../render/sandbox.ts';
import { findSandbox, portError } from '../sandbox.ts';
import { stopSignal } from '../stop-signal.ts';

export default class Sandbox extends BaseCommand {
  static override summary = "Start a connector's vendor-like server on loopback, until Ctrl+C.";
  static override args = { connector: Args.string({ required: true, description: 'connector, e.g. bitrix24' }) };
  static override flags = {
    port: numberFlag({ description: 'port; default: any free one', min: 0, max: 65535, default: 0 }),
    seed: numberFlag({ description: 'seed of the invented data; default: 1', min: 0, default: 1 }),
    size: numberFlag({ description: 'rows of invented data', min: 0 }),
    bare: Flags.boolean({ description: 'without the custom fields of the clinic: what `pipe provision` finds' }),
  };
  static override examples = ['<%= config.bin %> sandbox bitrix24 --port 8124'];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Sandbox);
    const { size, port, seed, bare } = flags;
    const sandbox = await findSandbox(args.connector);
    const stop = stopSignal();
    const running = await sandbox
      .start({ port, seed, bare, ...(size !== undefined && { size }) })
      .catch(portError(port));
    await this.present(sandboxData(args.connector, running), () => sandboxText(running));
    if (!stop.signal.aborted) await once(stop.signal, 'abort');
    await running.close();
    stop.release();
  }
}
