import { Type } from '../type.ts';
import {
  closed,
  durationOrAllSchema,
  durationSchema,
  enumOf,
  expressionSchema,
  listOf,
  mapOf,
  nameSchema,
  orParam,
  textSchema,
} from './schema-parts.ts';
import { targetSchema } from './schema-target.ts';
import { constProperties, tableProperties } from './schema-value.ts';

const cursorSchema = closed(
  {
    field: textSchema('The column that tells when a row was changed', 'changedAt'),
    first: Type.Optional(orParam(durationOrAllSchema('How far the first run goes back; default all'))),
    overlap: Type.Optional(orParam(durationSchema('How far each run goes back behind the last one; default 5m'))),
    full: Type.Optional(orParam(durationOrAllSchema('How far mode full goes back; default `first`'))),
  },
  { description: 'Read only what changed; without it every run reads the whole source' },
);

/** The engine's own keys of a source; the others are the connector's. */
export const sourceProperties = {
  connection: nameSchema('Where to read: a name under connections', 'clinic'),
  cursor: Type.Optional(cursorSchema),
  batch: Type.Optional(
    orParam(
      Type.Integer({
        minimum: 1,
        maximum: 100_000,
        description: 'Rows planned, journalled and checkpointed together; default 500',
        examples: [1000],
      }),
    ),
  ),
};

const sourceSchema = Type.Object(sourceProperties, {
  additionalProperties: true,
  description: 'Where rows come from; stream, entity, table, query, list, filter are the connector’s keys',
});

const mapValueSchema = Type.Union(
  [
    expressionSchema('JSONata over the source row', 'patient.surname'),
    closed(constProperties, { description: 'A literal' }),
    closed(tableProperties, { description: 'A value looked up in a table' }),
  ],
  { description: 'An expression, { const: … } or { from: …, table: … }' },
);

const guardSchema = closed(
  {
    if: expressionSchema('JSONata over the record, true ends it', '$empty(phone)'),
    skip: textSchema('The name under which it is counted', 'NO PHONE'),
  },
  { description: 'Ends the record by name, before any target' },
);

const retrySchema = closed(
  { delays: listOf(durationSchema('One pause'), 'Pauses before each further try', ['30s', '60s', '300s']) },
  { description: 'How often a failed record is tried again; default 30s, 60s, 300s' },
);

const queueSchema = closed(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, description: 'Most records that may wait; default 1000' })),
    keep: Type.Optional(durationSchema('How long completed rows are kept; default 7d')),
    whenFull: Type.Optional(enumOf(['stop', 'drop-oldest'], 'What happens at the limit; default stop')),
  },
  { description: 'Failed records that wait' },
);

export const flowSchema = closed(
  {
    enabled: Type.Optional(expressionSchema('JSONata over $params, false switches the flow off', '$params.leads')),
    after: Type.Optional(listOf(nameSchema('A flow'), 'Flows that run before this one', ['patients'])),
    source: sourceSchema,
    key: nameSchema('The field of the record that is its key', 'uniqueId'),
    map: Type.Optional(mapOf(mapValueSchema, 'The record, field by field; absent: the record is the source row')),
    require: Type.Optional(listOf(nameSchema('A field'), 'Fields a record must have', ['uniqueId', 'start'])),
    guard: Type.Optional(listOf(guardSchema, 'Ends records by name', [{ if: '$empty(phone)', skip: 'NO PHONE' }])),
    targets: mapOf(targetSchema, 'Where the record goes, one after the other'),
    whole: Type.Optional(
      Type.Boolean({ description: 'Write nothing of a record one of whose targets cannot be planned; default false' }),
    ),
    retry: Type.Optional(retrySchema),
    queue: Type.Optional(queueSchema),
  },
  { description: 'source → map → targets' },
);
