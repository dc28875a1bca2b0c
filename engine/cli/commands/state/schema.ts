import * as Flags from '@oclif/core/flags';
import type { RunEvent } from '../../../events/events.ts';
import { BaseCommand } from '../../base-command.ts';
import { fileArgument, pipelineFlags, repeated } from '../../flags.ts';
import { prepare } from '../../prepare.ts';
import { previewTables } from '../../preview.ts';
import { previewWord } from '../../render/preview.ts';
import { schemaData, schemaExitCode, schemaText } from '../../render/table-schemas.ts';
import { stopSignal } from '../../stop-signal.ts';

export default class StateSchema extends BaseCommand {
  static override summary =
    'Show the tables of the targets as they are, and what the next run would change in them, with its SQL. Changes nothing.';
  static override args = { file: fileArgument };
  static override flags = {
    param: pipelineFlags.param,
    connection: pipelineFlags.connection,
    flow: Flags.string({ description: 'only these flows', helpValue: '<name,…>', delimiter: ',', ...repeated }),
  };
  static override examples = ['<%= config.bin %> state schema pipelines/bitrix-to-postgres.yaml'];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(StateSchema);
    const prepared = await prepare(args.file, flags, process.env);
    this.tellFindings(prepared.warnings);
    const stop = stopSignal();
    const emit = (event: RunEvent) => {
      const text = previewWord(event, this.language);
      if (text !== undefined) this.tell(text);
    };
    const tables = await previewTables(prepared, flags.flow, emit, stop.signal).finally(() => stop.release());
    await this.present(schemaData(tables, this.language), (language) => schemaText(tables, language));
    this.leave(schemaExitCode(tables));
  }
}
