import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Connector } from '../connector.ts';
import { writeOrCheck } from '../messages/generated-files.ts';
import type { GeneratedFile } from '../messages/generated-files.ts';
import { connectorNames, loadConnector } from '../registry.ts';
import { dialect, editorSchema } from './editor-schema.ts';
import { lockSchema } from './lock-schema.ts';
import { testSchema } from './schema-test.ts';

const folder = fileURLToPath(new URL('../../schemas/', import.meta.url));

/** schemas/pipeline.schema.json, those of mapping tests and lock files, and one for each connector, for editors and people. */
export function schemaFiles(connectors: readonly Connector[]): readonly GeneratedFile[] {
  const own = connectors.map((connector) => ({
    path: join(folder, 'connectors', `${connector.name}.schema.json`),
    text: asText(connectorSchema(connector)),
  }));
  const kept = new Set(own.map(({ path }) => path));
  const gone = existing(join(folder, 'connectors')).filter((path) => !kept.has(path));
  return [
    { path: join(folder, 'pipeline.schema.json'), text: asText(editorSchema(connectors)) },
    { path: join(folder, 'test.schema.json'), text: asText({ $schema: dialect, ...testSchema }) },
    { path: join(folder, 'lock.schema.json'), text: asText({ $schema: dialect, ...lockSchema }) },
    ...own,
    ...gone.map((path) => ({ path, text: undefined })),
  ];
}

function connectorSchema({ name, summary, settings, source, sink }: Connector): object {
  return {
    $schema: dialect,
    title: name,
    description: summary,
    type: 'object',
    properties: {
      connection: settings,
      ...(source && { source: source.settings }),
      ...(sink && { target: sink.settings }),
    },
  };
}

function existing(path: string): readonly string[] {
  return existsSync(path) ? readdirSync(path).map((file) => join(path, file)) : [];
}

function asText(schema: object): string {
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

async function shippedConnectors(): Promise<readonly Connector[]> {
  const loaded = await Promise.all(connectorNames().map(async (name) => loadConnector(name)));
  return loaded.filter((connector) => connector !== undefined);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = schemaFiles(await shippedConnectors());
  process.exitCode = writeOrCheck(files, process.argv, 'node engine/config/generate-schemas.ts');
}
