import { Type } from '../../../engine/index.ts';
import type { SourceBlock } from '../../../engine/index.ts';
import type { VendorObject } from '../schema.ts';

const wanted = Type.Union([Type.String(), Type.Number(), Type.Boolean()]);

/** Signs before a field's name (https://apidocs.bitrix24.com/api-reference/crm/deals/crm-deal-list.html). */
export const signs = '>=|<=|>|<|!=%|!%=|!%|!@|!=|!|=%|%=|%|@|=';

/** Keys of a source block that are this connector's own. */
export const sourceSettings = Type.Object({
  entity: Type.Optional(
    Type.String({
      pattern: '^(deal|contact|lead|company|product|user|department|category|status|stagehistory|item:[1-9][0-9]*)$',
      examples: ['deal', 'item:1036'],
      description:
        'deal, contact, lead, company, product, user, department, category, status, stagehistory, or item:<entityTypeId> of a smart process',
    }),
  ),
  list: Type.Optional(Type.Integer({ minimum: 1, description: 'IBLOCK_ID of a universal list, instead of `entity`' })),
  type: Type.Optional(
    Type.Enum(['lists', 'bitrix_processes'], { default: 'lists', description: 'Where `list` is kept' }),
  ),
  values: Type.Optional(
    Type.String({
      pattern: '^PROPERTY_[0-9]+$',
      examples: ['PROPERTY_637'],
      description: 'The options of this field of `list` instead of its elements: rows { id, value }',
    }),
  ),
  of: Type.Optional(
    Type.String({
      pattern: '^(deal|lead|contact|company|item:[1-9][0-9]*)$',
      default: 'deal',
      description: 'Whose `category` or `stagehistory`: deal, lead, contact, company, or item:<entityTypeId>',
    }),
  ),
  filter: Type.Optional(
    Type.Record(Type.String(), Type.Union([wanted, Type.Array(wanted)]), {
      columns: signs,
      description: 'Only these rows: field to value, or to a list of values; `>=FIELD` and its like compare',
    }),
  ),
  select: Type.Optional(
    Type.Array(Type.String(), {
      minItems: 1,
      columns: true,
      description: 'Only these fields, and the key; fewer are read faster',
    }),
  ),
});

/** What a source block asks for. */
export interface SourceSetting {
  readonly entity?: string;
  readonly list?: number;
  readonly type: string;
  readonly values?: string;
  readonly of: string;
  readonly filter: Readonly<Record<string, Given>>;
  readonly select?: readonly string[];
}

export type Scalar = string | number | boolean;
export type Given = Scalar | readonly Scalar[];

/** The block was checked against the schema. */
export function readSetting(block: SourceBlock): SourceSetting {
  const { entity, list, type, values, of, filter, select } = block;
  return {
    ...(typeof entity === 'string' && { entity }),
    ...(typeof list === 'number' && { list }),
    type: typeof type === 'string' ? type : 'lists',
    ...(typeof values === 'string' && { values }),
    of: typeof of === 'string' ? of : 'deal',
    filter: readFilter(filter),
    ...(Array.isArray(select) && { select: select.map(String) }),
  };
}

function readFilter(filter: unknown): SourceSetting['filter'] {
  if (typeof filter !== 'object' || filter === null) return {};
  const entries: readonly (readonly [string, unknown])[] = Object.entries(filter as VendorObject);
  return Object.fromEntries(
    entries.flatMap(([name, value]): readonly (readonly [string, Given])[] => {
      if (Array.isArray(value)) return [[name, value.filter(isScalar)]];
      return isScalar(value) ? [[name, value]] : [];
    }),
  );
}

function isScalar(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

const typeIds: Readonly<Record<string, number>> = { lead: 1, deal: 2, contact: 3, company: 4 };

/** `deal` → 2, `item:1036` → 1036. */
export function typeIdOf(name: string): number {
  return typeIds[name] ?? Number(name.slice('item:'.length));
}
