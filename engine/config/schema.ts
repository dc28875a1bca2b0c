import { Type } from '../type.ts';
import { flowSchema } from './schema-flow.ts';
import {
  closed,
  durationSchema,
  enumOf,
  intervalSchema,
  listOf,
  mapOf,
  nameSchema,
  textSchema,
} from './schema-parts.ts';

const paramSchema = closed(
  {
    type: enumOf(['integer', 'number', 'string', 'boolean', 'list'], 'What the value is; a list is given as a,b,c'),
    default: Type.Optional(
      Type.Unknown({ description: 'The value when neither a flag nor the environment gives one' }),
    ),
    env: Type.Optional(textSchema('The environment variable that gives the value', 'FILIAL_ID')),
    optional: Type.Optional(Type.Boolean({ description: 'It may have no value at all' })),
    minimum: Type.Optional(Type.Number({ description: 'The smallest number allowed' })),
    maximum: Type.Optional(Type.Number({ description: 'The largest number allowed' })),
    description: Type.Optional(textSchema('One line for whoever sets it')),
  },
  { description: 'A value that differs from one installation to the next; expressions read it as $params.name' },
);

/** Keys of a connection block that are the engine's own. */
export const ownConnectionKeys = {
  connector: textSchema('The kind of system: a folder under connectors/', 'bitrix24'),
  waitFor: Type.Optional(durationSchema('How long a run waits at its start for a system that is not there yet')),
};

export const connectionSchema = Type.Object(ownConnectionKeys, {
  additionalProperties: true,
  description: 'A named, configured connector; the other keys are the connector’s own',
});

export const scheduleSchema = closed(
  {
    every: Type.Optional(intervalSchema('Time between two runs')),
    cron: Type.Optional(textSchema('Minute, hour, day, month, weekday', '0 8,20 * * *')),
    on: Type.Optional(enumOf(['events'], 'The source’s own notifications')),
    timezone: Type.Optional(textSchema('The zone `cron` counts in', 'Europe/Moscow')),
    mode: Type.Optional(
      enumOf(['incremental', 'full'], 'full reads back as far as `cursor.full`; default incremental'),
    ),
    flows: Type.Optional(listOf(nameSchema('A flow'), 'The flows to run; default all', ['receptions'])),
  },
  { description: 'When runs start: one of every, cron, on' },
);

function brakeSchema(what: string) {
  return Type.Optional(
    Type.Unsafe<string | number>({
      type: ['integer', 'string'],
      minimum: 0,
      pattern: '^\\d{1,9}(\\.\\d{1,3})?%$',
      description: `Most ${what} in one run: a number of rows, or a share of the rows looked at`,
      examples: [500, '30%', 0],
    }),
  );
}

const brakesSchema = closed(
  { creates: brakeSchema('creates'), updates: brakeSchema('updates'), deletes: brakeSchema('deletes') },
  { description: 'Limits on the plan of one run, checked before anything is written; --allow creates lifts one' },
);

const syncLogSchema = closed(
  { connection: nameSchema('A connection'), table: textSchema('The table', 'sync_logs') },
  { description: 'A table that gets a row about each run' },
);

/** What a pipeline may be called. */
export const pipelineName = '^[\\p{L}\\p{N}][\\p{L}\\p{N}._-]*$';

/** A pipeline file: the skeleton. The blocks a connector owns are checked against that connector's schemas. */
export const pipelineSchema = closed(
  {
    version: Type.Literal(1, { description: 'Version of this language' }),
    name: Type.String({
      pattern: pipelineName,
      description: 'The identity of all state: another name is another pipeline that knows nothing yet',
      examples: ['ident-to-bitrix'],
    }),
    description: Type.Optional(textSchema('One line: what goes where')),
    extends: Type.Optional(textSchema('A file this one is laid over: maps merge, lists replace', './base.yaml')),
    params: Type.Optional(mapOf(paramSchema, 'Values that differ from one installation to the next')),
    connections: mapOf(connectionSchema, 'The systems this pipeline talks to'),
    schedule: Type.Optional(
      listOf(scheduleSchema, 'When a service, `pipe run --loop` and `--scheduled` run it', [{ every: '2m' }]),
    ),
    brakes: Type.Optional(brakesSchema),
    syncLog: Type.Optional(syncLogSchema),
    flows: mapOf(flowSchema, 'What is moved; in the order of the file, `after` first'),
  },
  { description: 'A pipeline of `pipe`' },
);
