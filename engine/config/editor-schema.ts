import type { Connector } from '../connector.ts';
import { paramReference } from './param-references.ts';
import { isMap } from './schema-branch.ts';
import { connectionSchema, pipelineSchema } from './schema.ts';

export const dialect = 'https://json-schema.org/draft/2020-12/schema';

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
export function forEditors(schema: object): object {
  const { orParam, ...rest } = schema as { readonly orParam?: unknown; readonly description?: unknown };
  const parts = Object.entries(rest).map(([key, part]): [string, unknown] => [
    key,
    isMap(part) ? forEditors(part) : part,
  ]);
  const own: Readonly<Record<string, unknown>> = Object.fromEntries<unknown>(parts);
  if (orParam !== true) return own;
  return { description: rest.description, anyOf: [own, { type: 'string', pattern: paramReference }] };
}
