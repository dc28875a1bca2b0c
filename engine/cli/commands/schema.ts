import { readLock } from '../../config/lock-file.ts';
import { pipelineEditorSchema } from '../../config/pipeline-editor-schema.ts';
import { BaseCommand } from '../base-command.ts';
import { fileArgument } from '../flags.ts';
import { lookAt } from '../prepare.ts';

export default class Schema extends BaseCommand {
  static override summary =
    'Write the JSON Schema of one pipeline for editors: its connections, their keys, the fields of its targets.';
  static override args = { file: fileArgument };
  static override examples = [
    '<%= config.bin %> schema pipelines/ident-to-bitrix.yaml --output ident-to-bitrix.schema.json',
  ];

  async run(): Promise<void> {
    const { args } = await this.parse(Schema);
    const { pipeline, connectors } = await lookAt(args.file, undefined);
    const { lock, findings } = readLock(args.file);
    this.tellFindings(findings);
    const schema = pipelineEditorSchema(pipeline, connectors, lock);
    await this.present(schema, () => JSON.stringify(schema, undefined, 2));
  }
}
