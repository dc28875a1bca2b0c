import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Connector } from '../connector.ts';
import { writeOrCheck } from '../messages/generated-files.ts';
import type { GeneratedFile } from '../messages/generated-files.ts';
import { connectorNames, loadConnector } from '../registry.ts';
import { lockSchema } from './lock-schema.ts';
import { paramReference } from './param-references.ts';
import { isMap } from './schema-branch.ts';
import { testSchema } from './schema-test.ts';
import { connectionSchema, pipelineSchema } from './schema.ts';

const folder = fileURLToPath(new URL('../../schemas/', import.meta.url));
const dialect = 'https://json-schema.org/draft/2020-12/schema';

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

/** The skeleton, with each connection's keys by the connector it names. */
export function editorSchema(connectors: readonly Connector[]): object {
  const { properties } = pipelineSchema;
  const connections = {
    ...properties.connections,
    additionalProperties: {
      ...connectionSchema,
      allOf: connectors.map(({ name, summary, settings }) => ({
        if: { properties: { connector: { const: name } }, required: ['connector'] },
        // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
        then: { description: summary, properties: settings.properties, required: settings.required ?? [] },
      })),
    },
  };
  return { $schema: dialect, ...forEditors(pipelineSchema), properties: forEditors({ ...properties, connections }) };
}

/** The engine checks what a param holds, an editor sees its name: either is right there. */
function forEditors(schema: object): object {
  const { orParam, ...rest } = schema as { readonly orParam?: unknown; readonly description?: unknown };
  const parts = Object.entries(rest).map(([key, part]): [string, unknown] => [
    key,
    isMap(part) ? forEditors(part) : part,
  ]);
  const own: Readonly<Record<string, unknown>> = Object.fromEntries<unknown>(parts);
  if (orParam !== true) return own;
  return { description: rest.description, anyOf: [own, { type: 'string', pattern: paramReference }] };
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
