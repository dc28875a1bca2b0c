import type { Field, Row, Value } from '../../engine/index.ts';
import type { Command, Params } from './command.ts';
import type { EntityKind } from './entities.ts';
import { errors } from './errors.ts';

/**
 * Product rows go through crm.item.productrow.* and not through crm.<entity>.productrows.*: the latter is no longer
 * developed, reads one owner at a time, and wipes all rows without a word when its list arrives under a wrong name.
 * The names people know are the latter's, so rows carry those.
 */
export const productRowFields: readonly Field[] = [
  { name: 'PRODUCT_ID', type: 'integer' },
  { name: 'PRODUCT_NAME', type: 'text' },
  { name: 'PRICE', type: 'number' },
  { name: 'QUANTITY', type: 'number' },
  { name: 'DISCOUNT_TYPE_ID', type: 'integer' },
  { name: 'DISCOUNT_RATE', type: 'number' },
  { name: 'DISCOUNT_SUM', type: 'number' },
  { name: 'TAX_RATE', type: 'number' },
  { name: 'TAX_INCLUDED', type: 'text' },
  { name: 'MEASURE_CODE', type: 'integer' },
  { name: 'SORT', type: 'integer' },
];

const itemNames = new Map(productRowFields.map(({ name }) => [name, camelCase(name)]));

/** `PRODUCT_NAME` → `productName`: how crm.item.* spells the names of legacy methods. */
export function camelCase(name: string): string {
  return name.toLowerCase().replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** One page of the rows of up to 50 owners (https://apidocs.bitrix24.com/api-reference/crm/universal/product-rows/crm-item-productrow-list.html). */
export function listCommand(kind: EntityKind, owners: readonly string[], start: number): Command {
  const filter = { '=ownerType': kind.letter, '=ownerId': owners };
  return { method: 'crm.item.productrow.list', params: { filter, order: { id: 'asc' }, start } };
}

/** Replaces all rows of one owner. */
export function setCommand(kind: EntityKind, owner: string, rows: readonly Row[]): Command {
  const params: Params = { ownerType: kind.letter, ownerId: owner, productRows: rows.map(itemRow) };
  return { method: 'crm.item.productrow.set', params };
}

function itemRow(row: Row): Params {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      const itemName = itemNames.get(name);
      if (itemName === undefined || (typeof value !== 'string' && typeof value !== 'number'))
        throw errors.bad_value.error({ field: `productrows.${name}`, wanted: wantedOf(itemName) });
      return [itemName, value];
    }),
  );
}

function wantedOf(itemName: string | undefined): string {
  return itemName === undefined ? productRowFields.map(({ name }) => name).join(', ') : 'text | number';
}

/** A row as the portal lists it; undefined when it is not one. */
export function readProductRow(given: unknown): { owner: string; id: number; row: Row } | undefined {
  if (typeof given !== 'object' || given === null || !('id' in given) || !('ownerId' in given)) return undefined;
  const values = new Map(Object.entries(given));
  const row: Record<string, Value> = {};
  for (const field of productRowFields) {
    const value: unknown = values.get(camelCase(field.name));
    if (value === null || value === undefined || value === '') continue;
    row[field.name] = field.type === 'text' ? String(value) : Number(value);
  }
  return { owner: String(given.ownerId), id: Number(given.id), row };
}
