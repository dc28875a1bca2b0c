import { Type } from '../type.ts';
import { closed, expressionSchema, literalSchema, mapOf } from './schema-parts.ts';

const otherwiseSchema = Type.Union(
  [
    Type.Unsafe<string | number | boolean>({ type: ['string', 'number', 'boolean'], description: 'The literal' }),
    closed(
      {
        const: literalSchema('The literal'),
        warn: Type.Optional(Type.Boolean({ description: 'Name the unknown value in the run’s log' })),
      },
      { description: 'A literal, and whether to warn' },
    ),
  ],
  { description: 'The value when no key of the table is equal; absent: nothing', examples: ['NEW'] },
);

export const constProperties = { const: literalSchema('The literal') };

export const tableProperties = {
  from: expressionSchema('JSONata whose value is looked up, compared as text', 'status'),
  table: mapOf(literalSchema('The literal for this key'), 'Key: literal'),
  otherwise: Type.Optional(otherwiseSchema),
};
