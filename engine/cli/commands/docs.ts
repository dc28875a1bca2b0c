import * as Flags from '@oclif/core/flags';
import { namedVariables } from '../../config/environment-example.ts';
import { loadPipeline } from '../../config/load.ts';
import { BaseCommand } from '../base-command.ts';
import { othersLeftOut } from '../check-connections.ts';
import { pipelineText } from '../docs/pipeline.ts';
import { readTables, tableConnections } from '../docs/read-tables.ts';
import type { DocumentedTable } from '../docs/tables.ts';
import { fileArgument, pipelineFlags, refuseAlone } from '../flags.ts';
import { lookAt, prepare } from '../prepare.ts';
import { stopSignal } from '../stop-signal.ts';

export default class Docs extends BaseCommand {
  static override summary =
    'Describe a pipeline as Markdown: sources, fields, rungs, guards, schedule; with --tables also what it fills.';
  static override args = { file: fileArgument };
  static override flags = {
    connection: pipelineFlags.connection,
    tables: Flags.boolean({
      description: 'also each table of a target data base: columns, comments, a sample, what feeds them',
    }),
    reveal: Flags.boolean({ description: 'show personal data' }),
  };
  static override examples = [
    '<%= config.bin %> docs pipelines/ident-to-bitrix.yaml --output ident-to-bitrix.md',
    '<%= config.bin %> docs pipelines/bitrix-to-postgres.yaml --tables',
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Docs);
    refuseAlone(flags, [
      ['connection', 'tables'],
      ['reveal', 'tables'],
    ]);
    const { connectors, pipeline: looked } = await lookAt(args.file, undefined);
    // Without this machine's variables: a description of the file is the same everywhere.
    const { pipeline = looked } = await loadPipeline(args.file, { env: {}, variables: 'optional' });
    const names = flags.tables ? tableConnections(connectors, looked.connections) : [];
    const tables = names.length > 0 ? await this.#read(args.file, names, flags) : [];
    const variables = await namedVariables(args.file);
    const { name } = looked;
    const markdown = `${pipelineText(pipeline, variables, tables, this.language)}\n`;
    await this.present({ name, tables, markdown }, () => markdown.trimEnd());
  }

  async #read(
    file: string,
    names: readonly string[],
    { connection, reveal }: { readonly connection?: readonly string[] | undefined; readonly reveal: boolean },
  ): Promise<readonly DocumentedTable[]> {
    const sandboxes = await othersLeftOut(file, names);
    const prepared = await prepare(file, { connection, sandboxes }, process.env);
    const stop = stopSignal();
    return readTables(prepared, names, reveal, stop.signal).finally(() => stop.release());
  }
}
