import { Args, Flags } from '@oclif/core';
import { once } from 'node:events';
import { connectorNames, loadConnector } from '../../registry.ts';
import { listed } from '../../config/nearest.ts';
import { BaseCommand } from '../base-command.ts';
import { cliErrors } from '../errors.ts';
import { stopSignal } from '../stop-signal.ts';

export default class Sandbox extends BaseCommand {
  static override summary = "Start a connector's vendor-like server on loopback, until Ctrl+C.";
  static override args = { connector: Args.string({ required: true, description: 'connector, e.g. bitrix24' }) };
  static override flags = {
    port: Flags.integer({ description: 'port; default: any free one', min: 0, max: 65535, default: 0 }),
    seed: Flags.integer({ description: 'seed of the invented data', default: 1 }),
    size: Flags.integer({ description: 'rows of invented data', min: 0 }),
  };
  static override examples = ['<%= config.bin %> sandbox bitrix24 --port 8124'];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Sandbox);
    const connector = (await connectorNames()).includes(args.connector)
      ? await loadConnector(args.connector)
      : undefined;
    const sandbox = await connector?.sandbox?.();
    if (!sandbox)
      throw cliErrors.no_sandbox.error({ connector: args.connector, expected: listed(await connectorNames()) });
    const stop = stopSignal();
    const { size, port, seed } = flags;
    const running = await sandbox.start({ port, seed, ...(size !== undefined && { size }) });
    await this.present({ connector: args.connector, settings: running.settings, facts: running.facts }, () =>
      [...Object.entries(running.settings).map(([name, value]) => `${name}: ${String(value)}`), ...running.facts].join(
        '\n',
      ),
    );
    if (!stop.signal.aborted) await once(stop.signal, 'abort');
    await running.close();
    stop.release();
  }
}
