import type { Lock } from './lock-file.ts';
import { fits } from './fits.ts';

const text = { type: 'string' };
const yes = { const: true };
const fields = { type: 'array', items: { $ref: '#/$defs/field' } };
const byName = (item: object) => ({ type: 'object', additionalProperties: item });
const object = (properties: Readonly<Record<string, object>>, required: readonly string[]) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

const fieldTypes = [
  'text',
  'integer',
  'number',
  'boolean',
  'date',
  'datetime',
  'id',
  'enum',
  'phones',
  'emails',
  'json',
];

/** schemas/lock.schema.json: `<pipeline>.lock.json`. */
export const lockSchema = {
  title: 'lock file of a pipeline',
  description:
    'What `pipe discover --lock` found of the systems a pipeline uses; written by it, committed, never edited',
  ...object({ version: { const: 1 }, connections: byName({ $ref: '#/$defs/connection' }) }, ['version', 'connections']),
  $defs: {
    connection: object(
      { connector: text, entities: byName({ $ref: '#/$defs/entity' }), sources: byName({ $ref: '#/$defs/source' }) },
      ['connector', 'entities', 'sources'],
    ),
    entity: object(
      {
        id: text,
        openFields: yes,
        fields,
        lists: { type: 'array', items: object({ name: text, fields }, ['name', 'fields']) },
      },
      ['id', 'fields', 'lists'],
    ),
    source: object(
      {
        of: byName({ type: ['string', 'number', 'boolean'] }),
        fields,
        askable: { ...fields, description: 'what `filter` and `select` may name, where that is more than `fields`' },
      },
      ['of', 'fields'],
    ),
    field: object(
      {
        name: text,
        type: { enum: fieldTypes },
        title: text,
        required: { type: 'boolean' },
        readOnly: { type: 'boolean' },
        multiple: { type: 'boolean' },
        optional: { type: 'boolean', description: 'whether it may be absent in a row; not there: not known' },
        naive: { ...yes, description: 'a local time without a zone' },
        personal: { enum: ['name', 'phone', 'email', 'text'] },
        options: { type: 'array', items: { $ref: '#/$defs/option' } },
        kinds: { type: 'array', items: text, description: 'what `type` of an entry of phones or emails may be' },
        fields,
      },
      ['name', 'type'],
    ),
    option: object(
      {
        id: text,
        text,
        within: {
          ...object({ field: text, value: text }, ['field', 'value']),
          description: 'it exists only where that field has this value: a stage in its funnel',
        },
        implies: { type: 'object', description: 'what other fields of the row hold with it' },
      },
      ['id', 'text'],
    ),
  },
} as const;

export function isLock(value: unknown): value is Lock {
  return fits(value, lockSchema);
}
