import { Type } from '../type.ts';
import type { Static, TObject, TProperties, TSchema, TSchemaOptions, TUnsafe } from 'typebox';

/** An object that takes no other keys. */
export function closed<Properties extends TProperties>(
  properties: Properties,
  options: TSchemaOptions,
): TObject<Properties> {
  return Type.Object(properties, { additionalProperties: false, ...options });
}

/** A map with names of the author's own. */
export function mapOf<Value extends TSchema>(
  value: Value,
  description: string,
): TUnsafe<Readonly<Record<string, Static<Value>>>> {
  return Type.Unsafe({ type: 'object', additionalProperties: value, description });
}

export function listOf<Item extends TSchema>(item: Item, description: string, example?: readonly unknown[]) {
  return Type.Array(item, { description, ...(example && { examples: [example] }) });
}

export function enumOf<const Words extends readonly string[]>(words: Words, description: string) {
  return Type.Unsafe<Words[number]>({ type: 'string', enum: [...words], description });
}

export function textSchema(description: string, example?: string) {
  return Type.String({ minLength: 1, description, ...(example !== undefined && { examples: [example] }) });
}

/** The name of something in this file. YAML may take `1` for a number: a name is text all the same. */
export function nameSchema(description: string, example?: string) {
  return Type.Unsafe<string | number>({
    type: ['string', 'number'],
    minLength: 1,
    description,
    ...(example !== undefined && { examples: [example] }),
  });
}

export function durationSchema(description: string) {
  return Type.String({
    pattern: '^\\d{1,9}(s|m|h|d)$',
    description: `${description}: 30s, 2m, 2h, 7d`,
    examples: ['30s', '2m', '2h', '7d'],
  });
}

/** A duration that is not nothing: between two runs there must be some time. */
export function intervalSchema(description: string) {
  return Type.String({
    pattern: '^[1-9]\\d{0,8}(s|m|h|d)$',
    description: `${description}: 30s, 2m, 2h, 7d`,
    examples: ['30s', '2m', '2h', '7d'],
  });
}

export function durationOrAllSchema(description: string) {
  return Type.String({
    pattern: '^(\\d{1,9}(s|m|h|d)|all)$',
    description: `${description}: 30s, 2m, 2h, 7d or all`,
    examples: ['24h', '7d', 'all'],
  });
}

/** A setting that differs from one installation to the next: `$params.name` may stand in its place. */
export function orParam<Schema extends TSchema>(schema: Schema): Schema {
  return { ...schema, orParam: true };
}

/** JSONata. Numbers and booleans are expressions too. */
export function expressionSchema(description: string, example?: string) {
  return Type.Unsafe<string | number | boolean>({
    type: ['string', 'number', 'boolean'],
    minLength: 1,
    description,
    ...(example !== undefined && { examples: [example] }),
  });
}

/** A literal: anything but nothing. */
export function literalSchema(description: string) {
  return Type.Unsafe<unknown>({ type: ['string', 'number', 'boolean', 'array', 'object'], description });
}
