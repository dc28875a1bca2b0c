import type { Field } from '../../connector.ts';
import { any, boolean, listOf, number } from './type.ts';
import type { Format, Nothing, Type } from './type.ts';

/** What a value of a described field is: of a source's row, of a row in the target. */
export function typeOfField(field: Field): Type {
  const one = typeOfOne(field);
  const type = field.multiple ? listOf(one) : one;
  return { ...type, nothing: nothingOf(field) };
}

function nothingOf({ optional }: Field): Nothing {
  return optional === undefined ? 'unsaid' : optional ? 'maybe' : 'never';
}

function typeOfOne({ type, name, options = [], fields, naive }: Field): Type {
  switch (type) {
    case 'text':
      return textOf(undefined, options);
    case 'id':
      return textOf('id', []);
    case 'date':
      return textOf('date', []);
    case 'datetime':
      return textOf(naive ? 'naive' : 'datetime', []);
    case 'enum':
      return textOf('id', options);
    case 'integer':
    case 'number':
      return number;
    case 'boolean':
      return boolean;
    case 'phones':
    case 'emails':
      return listOf(entry);
    case 'json':
      return fields ? typeOfFields(fields, name) : any;
    default:
      return type satisfies never;
  }
}

function textOf(format: Format | undefined, options: NonNullable<Field['options']>): Type {
  return { nothing: 'never', text: { ...(format && { format }), ...(options.length > 0 && { options }) } };
}

/** One of a multi-field, as rows hold them. */
const entry: Type = typeOfFields(
  [
    { name: 'id', type: 'id' },
    { name: 'value', type: 'text', optional: false },
    { name: 'type', type: 'text' },
  ],
  'phones',
);

/** A row of these fields; `called` names it in messages. */
export function typeOfFields(fields: readonly Field[], called?: string, open = false): Type {
  return {
    nothing: 'never',
    object: {
      fields: new Map(fields.map((field) => [field.name, typeOfField(field)])),
      open,
      ...(called !== undefined && { called }),
    },
  };
}
