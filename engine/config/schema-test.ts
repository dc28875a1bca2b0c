import { Type } from '../type.ts';
import { closed, enumOf, listOf, mapOf, nameSchema, textSchema } from './schema-parts.ts';

function anyValue(description: string) {
  return Type.Unsafe<unknown>({
    type: ['string', 'number', 'boolean', 'array', 'object', 'null'],
    description,
  });
}

const rowSchema = mapOf(anyValue('A value; nothing after the colon: the row has none'), 'A row: column: value');

function oneOrMore<Schema extends object>(schema: Schema, description: string) {
  return Type.Unsafe<unknown>({ anyOf: [schema, { type: 'array', items: schema }], description });
}

const paramsSchema = mapOf(anyValue('The value'), 'Values of params: name: value');
const nowSchema = Type.String({
  format: 'date-time',
  description: 'The clock of the run, with its offset; $now(), $age and $run.startedAt go by it',
  examples: ['2026-03-01T10:00:00+03:00'],
});

const wantedFields = mapOf(
  anyValue('The value expected; nothing after the colon: the field is cleared, or has none'),
  'Fields with the values expected',
);

export const changeWords = ['create', 'update', 'unchanged', 'found', 'none'] as const;

const changeSchema = closed(
  {
    create: Type.Optional(wantedFields),
    update: Type.Optional(wantedFields),
    unchanged: Type.Optional(Type.Literal(true, { description: 'A row is found and nothing differs' })),
    found: Type.Optional(Type.Literal(true, { description: 'A look-up finds a row' })),
    none: Type.Optional(Type.Literal(true, { description: 'No row is found and none is made' })),
    skip: Type.Optional(nameSchema('The name of the guard or rung that ends the target', 'IGNORE')),
    failed: Type.Optional(textSchema('The code of the error the target fails with', 'plan.many_rows')),
    row: Type.Optional(nameSchema('The key of the row that is found', '5')),
    rung: Type.Optional(nameSchema('The rung that finds it', 'IDENT id')),
    rows: Type.Optional(mapOf(listOf(rowSchema, 'Rows, in order'), 'Child lists that are sent: list: rows')),
    log: Type.Optional(listOf(nameSchema('A name'), 'Names the log gets: of guards, rungs, `warnMany`', ['PROTECTED'])),
  },
  { description: 'What becomes of the target: one of create, update, unchanged, found, none, skip, failed' },
);

const targetChange = Type.Union(
  [enumOf(changeWords, 'What becomes of it, whatever its fields'), changeSchema, Type.Array(changeSchema)],
  { description: 'What becomes of the target; a list where a rung takes several rows' },
);

const expectSchema = closed(
  {
    record: Type.Optional(mapOf(anyValue('The value; nothing after the colon: no value'), 'Fields of the record')),
    changes: Type.Optional(
      mapOf(targetChange, 'Target: what becomes of it; a target that writes and is not named here is a difference'),
    ),
    skipped: Type.Optional(nameSchema('The name of the guard that ends the record', 'NO PHONE')),
    refused: Type.Optional(textSchema('The code of the error the record is refused with', 'run.required_empty')),
    whole: Type.Optional(
      Type.Unsafe<boolean | string>({
        enum: [true, false, 'record', 'changes'],
        description: 'Other fields than those named are a difference: everywhere, or in one of the two; default false',
      }),
    ),
  },
  { description: 'What is to become of the row: at least one of record, changes, skipped, refused' },
);

const caseSchema = closed(
  {
    name: nameSchema('A sentence about what is to happen', 'a finished visit wins its deal'),
    flow: Type.Optional(nameSchema('The flow; not needed where the pipeline has one', 'receptions')),
    source: oneOrMore(rowSchema, 'The source row, or several that come one after the other'),
    target: Type.Optional(
      mapOf(
        mapOf(oneOrMore(rowSchema, 'Rows, typed as `pipe discover` shows them'), 'Entity or table: rows it holds'),
        'Connection: entity: rows that are there before',
      ),
    ),
    params: Type.Optional(paramsSchema),
    now: Type.Optional(nowSchema),
    expect: oneOrMore(expectSchema, 'What is to become of the row; of several rows a list'),
  },
  { description: 'One case' },
);

/** A file of mapping tests, `<pipeline>.test.yaml`. */
export const testSchema = closed(
  {
    pipeline: Type.Optional(
      textSchema('The pipeline; default: the file beside this one without .test', './deals.yaml'),
    ),
    params: Type.Optional(paramsSchema),
    now: Type.Optional(nowSchema),
    cases: Type.Array(caseSchema, { minItems: 1, description: 'The cases, in order' }),
  },
  { description: 'Mapping tests of `pipe test`' },
);
