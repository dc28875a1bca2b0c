import { Type } from '../../../engine/index.ts';
import type { SourceBlock } from '../../../engine/index.ts';
import { isObject } from '../answer.ts';
import { entityChoices, entityPattern } from '../entities.ts';

const wanted = Type.Union([Type.String(), Type.Number(), Type.Boolean()]);

/** Keys of a source block that are this connector's own. */
export const sourceSettings = Type.Object({
  entity: Type.String({
    pattern: entityPattern,
    examples: ['lead', 'catalog:Услуги'],
    description: entityChoices,
  }),
  filter: Type.Optional(
    Type.Record(Type.String(), Type.Union([wanted, Type.Array(wanted)]), {
      columns: true,
      description: 'Only these rows: field to value, or to a list of values; options and stages by their text or id',
    }),
  ),
  select: Type.Optional(
    Type.Array(Type.String(), {
      minItems: 1,
      columns: true,
      description: 'Only these fields, under the name given here, and the id; rows without links are read faster',
    }),
  ),
});

/** What a source block asks for. */
export interface SourceSetting {
  readonly entity: string;
  readonly filter: Readonly<Record<string, readonly Scalar[]>>;
  readonly select?: readonly string[];
}

export type Scalar = string | number | boolean;

/** The block was checked against the schema. */
export function readSetting({ entity, filter, select }: SourceBlock): SourceSetting {
  const entries = isObject(filter) ? Object.entries(filter) : [];
  return {
    entity: String(entity),
    filter: Object.fromEntries(entries.map(([name, value]) => [name, scalarsOf(value)])),
    ...(Array.isArray(select) && { select: select.map(String) }),
  };
}

function scalarsOf(value: unknown): readonly Scalar[] {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  return all.filter((one) => typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean');
}
