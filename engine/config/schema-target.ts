import { Type } from '../type.ts';
import { closed, enumOf, expressionSchema, listOf, mapOf, nameSchema, textSchema } from './schema-parts.ts';
import { constProperties, tableProperties } from './schema-value.ts';

const writeSchema = enumOf(
  ['notNull', 'always', 'fill', 'create', 'add'],
  'notNull: nothing leaves the target alone · always: nothing clears · fill: only where empty · create: only on create · add: to a set',
);

const provisionSchema = Type.Union(
  [
    textSchema('The type', 'text'),
    closed(
      {
        type: textSchema('The type, in the words of the connector', 'select'),
        apiOnly: Type.Optional(Type.Boolean({ description: 'People cannot edit it' })),
        options: Type.Optional(listOf(nameSchema('A choice'), 'The choices of a list', ['Мужской', 'Женский'])),
        title: Type.Optional(textSchema('What people call it')),
      },
      { description: 'The field' },
    ),
  ],
  { description: 'What `pipe provision` creates when the target lacks the field' },
);

const itemProperties = {
  type: Type.Optional(textSchema('Kind of an entry of a multi-field', 'MOBILE')),
  write: Type.Optional(writeSchema),
  field: Type.Optional(provisionSchema),
};

const referenceSchema = closed(
  {
    ref: textSchema('A table or entity of the same connection', 'cities'),
    by: mapOf(expressionSchema('The value'), 'Field of that table: expression'),
    take: textSchema('The field whose value is taken', 'id'),
    missing: Type.Optional(
      Type.Union([Type.Null(), enumOf(['skip', 'null', 'error'], 'No such row')], {
        description: 'No such row: leave the target alone, give the field no value, queue the record; default error',
      }),
    ),
    write: Type.Optional(writeSchema),
  },
  { description: 'A value out of another table', examples: [{ ref: 'cities', by: { btxid: 'city' }, take: 'id' }] },
);

const valueProperties = { value: expressionSchema('JSONata over the record', 'phone') };

const itemSchemas = [
  expressionSchema('JSONata over the record', 'phone'),
  closed({ ...valueProperties, ...itemProperties }, { description: 'An expression and how it is written' }),
  closed({ ...constProperties, ...itemProperties }, { description: 'A literal' }),
  closed({ ...tableProperties, ...itemProperties }, { description: 'A value looked up in a table' }),
];

const fieldSchema = Type.Union(
  [...itemSchemas, referenceSchema, listOf(Type.Union(itemSchemas), 'Several values of one field')],
  { description: 'An expression, { value: … }, { const: … }, { from: …, table: … }, { ref: … } or a list of them' },
);

const fieldsSchema = Type.Union(
  [enumOf(['all'], 'Every field of the record'), mapOf(fieldSchema, 'Field of the target: value')],
  {
    description: 'What is written; absent: the target is only looked up. `"*": all` stands for the other fields',
  },
);

const rungFieldSchema = Type.Union(
  [
    expressionSchema('JSONata over the record; nothing skips the rung', 'uniqueId'),
    closed({ empty: Type.Literal(true, { description: 'The field has no value' }) }, { description: 'No value' }),
    closed(constProperties, { description: 'A literal' }),
  ],
  { description: 'An expression or { empty: true }' },
);

const rungSchema = closed(
  {
    name: textSchema('The name shown in diffs and logs', 'IDENT id'),
    by: Type.Union(
      [
        listOf(nameSchema('A field, with the value `fields` gives it'), 'Fields as mapped', ['UF_CRM_IDENT_ID']),
        mapOf(rungFieldSchema, 'Field of the target: value'),
        enumOf(['link'], 'The row this record was written to before'),
      ],
      { description: 'What the rows asked for are equal in' },
    ),
    where: Type.Optional(expressionSchema('JSONata over $found, keeps a row', '$found.OPENED = "Y"')),
    refused: Type.Optional(enumOf(['next', 'create', 'skip'], '`where` refused every row found; default next')),
    prefer: Type.Optional(expressionSchema('JSONata over $found, rows for which it is true come first')),
    order: Type.Optional(
      Type.Union(
        [textSchema('A field, `-` for the newest first', '-DATE_CREATE'), listOf(textSchema('A field'), 'Fields')],
        {
          description: 'Which row comes first',
        },
      ),
    ),
    many: Type.Optional(enumOf(['error', 'newest', 'oldest', 'all'], 'Several rows are left; default error')),
    warnMany: Type.Optional(textSchema('The name under which several rows are reported', 'МНОЖЕСТВЕННЫЕ СДЕЛКИ')),
  },
  { description: 'One way to find the row; the first that finds some decides' },
);

const targetGuardSchema = closed(
  {
    if: expressionSchema('JSONata over the record and $found', '$found.STAGE_ID = "WON"'),
    skip: Type.Optional(textSchema('Write nothing; the name under which it is counted', 'IGNORE')),
    keep: Type.Optional(listOf(nameSchema('A field'), 'Leave these fields alone', ['STAGE_ID'])),
    only: Type.Optional(listOf(nameSchema('A field'), 'Write no other fields', ['STAGE_ID'])),
    log: Type.Optional(textSchema('The name under which it is reported', 'PROTECTED')),
  },
  { description: 'What managers have the last word on: one of skip, keep, only' },
);

const rowsSchema = mapOf(
  Type.Union([
    expressionSchema('JSONata that gives the rows'),
    closed({ ...valueProperties, write: Type.Optional(writeSchema) }, { description: 'Rows and how they are written' }),
  ]),
  'Child list: rows',
);

/** The engine's own keys of a target; the others (`entity`, `table` …) are the connector's. */
export const targetProperties = {
  connection: nameSchema('Where to write: a name under connections', 'portal'),
  key: Type.Optional(listOf(nameSchema('A field'), 'The identity in the target', ['UF_CRM_IDENT_ID'])),
  match: Type.Optional(listOf(rungSchema, 'How the row is found; default by `key`', [{ name: 'id', by: ['ID'] }])),
  missing: Type.Optional(enumOf(['create', 'skip', 'error'], 'No row was found; default create')),
  guard: Type.Optional(listOf(targetGuardSchema, 'In order; the first skip ends the target')),
  write: Type.Optional(writeSchema),
  fields: Type.Optional(fieldsSchema),
  rows: Type.Optional(rowsSchema),
  ddl: Type.Optional(
    enumOf(['never', 'create', 'evolve'], 'SQL: may the engine create or widen the table; default never'),
  ),
  absent: Type.Optional(
    Type.Union(
      [
        enumOf(['keep', 'delete'], 'What becomes of rows whose record is gone'),
        closed({ mark: textSchema('A field that takes the time', 'deleted_at') }, { description: 'Mark the row' }),
      ],
      { description: 'What becomes of rows whose record is gone from the source; default keep' },
    ),
  ),
  within: Type.Optional(expressionSchema('JSONata over $found: only such rows may go', '$found.source = "pipe"')),
};

export const targetSchema = Type.Object(targetProperties, {
  additionalProperties: true,
  description: 'One place a record is written to',
});
