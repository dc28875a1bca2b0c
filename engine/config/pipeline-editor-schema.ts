import type { Connector, Field } from '../connector.ts';
import { dialect, forEditors } from './editor-schema.ts';
import type { Lock } from './lock-file.ts';
import type { Pipeline, Target } from './pipeline.ts';
import { isMap } from './schema-branch.ts';
import { flowSchema, sourceProperties } from './schema-flow.ts';
import { targetProperties } from './schema-target.ts';
import { connectionSchema, pipelineSchema } from './schema.ts';

type Schema = Readonly<Record<string, unknown>>;
type Connectors = ReadonlyMap<string, Connector>;

/**
 * What an editor completes and marks in this one pipeline: its own connections by name, each source and target with the
 * keys of its connector, the types of `field`, and where there is a lock file the fields of each target.
 */
export function pipelineEditorSchema(pipeline: Pipeline, connectors: Connectors, lock: Lock | undefined): object {
  const { properties } = pipelineSchema;
  const flow = {
    ...flowSchema,
    properties: {
      ...flowSchema.properties,
      source: sourceSchema(pipeline, connectors),
      targets: { ...flowSchema.properties.targets, additionalProperties: targetSchema(pipeline, connectors, lock) },
    },
  };
  const own = {
    ...properties,
    connections: connectionsSchema(pipeline, connectors),
    flows: { ...properties.flows, additionalProperties: flow },
    ...(properties.schedule && { schedule: orReference(properties.schedule as unknown as Schema) }),
  };
  return { $schema: dialect, title: pipeline.name, ...forEditors(pipelineSchema), properties: forEditors(own) };
}

function connectionsSchema({ connections }: Pipeline, connectors: Connectors): Schema {
  const names = [...connections.values()].map(({ name, connector }) => {
    const { summary, settings } = connectors.get(connector) ?? {};
    const required = ['connector', ...((settings?.required as readonly string[] | undefined) ?? [])];
    const own = Object.entries(settings?.properties ?? {}).map(
      ([key, each]) => [key, orReference(each as Schema)] as const,
    );
    const properties = {
      ...connectionSchema.properties,
      connector: { const: connector },
      ...Object.fromEntries<unknown>(own),
    };
    return [name, { ...connectionSchema, required, description: summary ?? connector, properties }] as const;
  });
  return { ...pipelineSchema.properties.connections, properties: Object.fromEntries<unknown>(names) };
}

function sourceSchema(pipeline: Pipeline, connectors: Connectors): Schema {
  const able = [...pipeline.connections.values()].flatMap(({ name, connector }) => {
    const source = connectors.get(connector)?.source;
    return source ? [{ name, settings: source.settings }] : [];
  });
  return {
    type: 'object',
    description: 'Where rows come from',
    required: ['connection'],
    properties: {
      ...sourceProperties,
      connection: named(
        able.map(({ name }) => name),
        'Where to read',
      ),
    },
    allOf: able.map(({ name, settings }) =>
      when({ connection: name }, { properties: settings.properties, required: settings.required ?? [] }),
    ),
  };
}

function targetSchema(pipeline: Pipeline, connectors: Connectors, lock: Lock | undefined): Schema {
  const able = [...pipeline.connections.values()].flatMap(({ name, connector }) => {
    const sink = connectors.get(connector)?.sink;
    return sink ? [{ name, sink }] : [];
  });
  const targets = pipeline.flows.flatMap((flow) => flow.targets);
  return {
    type: 'object',
    description: 'One place a record is written to',
    required: ['connection'],
    properties: {
      ...targetProperties,
      connection: named(
        able.map(({ name }) => name),
        'Where to write',
      ),
    },
    allOf: [
      ...able.map(({ name, sink: { settings, fieldTypes } }) =>
        when(
          { connection: name },
          {
            properties: {
              ...settings.properties,
              ...(fieldTypes && { fields: { additionalProperties: provided(Object.keys(fieldTypes)) } }),
            },
            required: settings.required ?? [],
          },
        ),
      ),
      ...targets.flatMap((target) => lockedFields(target, lock)),
    ],
  };
}

/** The fields of one entity, as the lock file has them. */
function lockedFields({ connection, entity, block }: Target, lock: Lock | undefined): readonly Schema[] {
  const fields = lock?.connections[connection]?.entities[entity]?.fields;
  if (!fields) return [];
  const told = Object.fromEntries<unknown>(
    fields.filter(({ readOnly }) => !readOnly).map((field) => [field.name, about(field)]),
  );
  const place = Object.entries(block).filter(([key]) => key === 'entity' || key === 'table');
  return [
    when({ connection, ...Object.fromEntries<unknown>(place) }, { properties: { fields: { properties: told } } }),
  ];
}

function about({ name, title, type, options = [] }: Field): Schema {
  const choices = options.length > 0 ? `: ${options.map(({ text }) => text).join(', ')}` : '';
  return { description: `${title ?? name} (${type}${choices})` };
}

/** `field: text`, `field: { type: text }`, and any value without. */
function provided(types: readonly string[]): Schema {
  const type = { enum: types };
  const field = { if: { type: 'string' }, ...then(type), else: { properties: { type } } };
  return { properties: { field } };
}

function named(names: readonly string[], description: string): Schema {
  return { type: 'string', enum: names, description };
}

function when(is: Schema, what: Schema): Schema {
  const properties = Object.fromEntries<unknown>(Object.entries(is).map(([key, value]) => [key, { const: value }]));
  return { if: { properties, required: Object.keys(is) }, ...then(what) };
}

/** A keyword of JSON Schema, and no promise. */
function then(schema: Schema): Schema {
  // oxlint-disable-next-line unicorn/no-thenable
  return { then: schema };
}

const reference = { type: 'string', pattern: '\\$\\{(env|secret):' };

/** A setting as it is, or a variable in its place. */
function orReference(schema: Schema): Schema {
  const { properties, items, description } = schema;
  if (isMap(properties)) {
    const own = Object.entries(properties).map(([key, each]) => [key, orReference(each as Schema)] as const);
    return { ...schema, properties: Object.fromEntries<unknown>(own) };
  }
  if (isMap(items)) return { ...schema, items: orReference(items) };
  return { description, anyOf: [schema, reference] };
}
