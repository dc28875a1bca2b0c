import * as Args from '@oclif/core/args';
import { BaseCommand } from '../../base-command.ts';
import { newConnector } from '../../new-connector.ts';
import { newConnectorText } from '../../render/init.ts';

export default class ConnectorNew extends BaseCommand {
  static override summary =
    'Begin a connector in a clone: a folder that compiles, and a conformance test that says what to do.';
  static override args = { name: Args.string({ required: true, description: 'name of the connector, e.g. yclients' }) };
  static override examples = ['<%= config.bin %> connector new yclients'];

  async run(): Promise<void> {
    const { args } = await this.parse(ConnectorNew);
    const result = newConnector(args.name);
    await this.present(result, (language) => newConnectorText(result, language));
  }
}
