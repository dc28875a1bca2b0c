import type { Field, FieldType } from '../../engine/index.ts';

/** A field that every row has. */
export const always = (name: string, type: FieldType): Field => ({ name, type, optional: false });

/** Times of a clinic are those of its clocks, without a zone. */
export const maybe = (name: string, type: FieldType): Field => ({
  name,
  type,
  optional: true,
  ...(type === 'datetime' && { naive: true }),
});

/** Masked wherever people look (G9). */
export const personal = (name: string, kind: NonNullable<Field['personal']>): Field => ({
  ...maybe(name, 'text'),
  personal: kind,
});

export const list = (name: string, fields: readonly Field[]): Field => ({
  ...always(name, 'json'),
  multiple: true,
  fields,
});
