import type { Client } from '../client.ts';
import type { Command, Params } from '../command.ts';
import { productFields, stageHistoryFields } from './fixed-fields.ts';
import { errors } from '../errors.ts';
import type { Method } from './listing.ts';
import { readAll, type Asked } from './refusal.ts';
import { isObject, readField, readStatuses, type Books, type PortalField, type Schemas } from '../schema.ts';
import { typeIdOf } from './config.ts';

/** Deals, contacts, companies and leads (https://apidocs.bitrix24.com/api-reference/crm/deals/crm-deal-list.html). */
export async function crmMethod(schemas: Schemas, entity: string, signal: AbortSignal): Promise<Method> {
  const schema = await schemas.of(entity, signal);
  const fields = [...schema.fields.values()];
  const method = `crm.${entity}.list`;
  const listed = (filter: Params, start: number, select: readonly string[]): Command => ({
    method,
    params: { select, ...some(filter), order: { ID: 'ASC' }, start },
  });
  return {
    what: entity,
    method,
    key: 'ID',
    pages: 'id',
    fields,
    // Phones and mails must be named (reference 4.3).
    all: ['*', 'UF_*', ...fields.filter(({ vendorType }) => vendorType === 'crm_multifield').map(({ name }) => name)],
    list: listed,
    rows: listOrNone,
    fetch: (keys, filter, select) => [listed({ ...filter, '@ID': keys }, -1, select)],
  };
}

/** Items of a smart process (https://apidocs.bitrix24.com/api-reference/crm/universal/crm-item-list.html). */
export async function itemMethod(client: Client, entity: string, signal: AbortSignal): Promise<Method> {
  const entityTypeId = typeIdOf(entity);
  // User fields keep the names people see; a portal that does not know the wish has others, in rows and fields alike.
  const common = { entityTypeId, useOriginalUfNames: 'Y' };
  const asked: Asked = { host: client.host, what: entity };
  const [fields, statuses] = await readAll(
    client,
    asked,
    [
      { method: 'crm.item.fields', params: common },
      { method: 'crm.status.list', params: {} },
    ],
    signal,
  );
  const given = isObject(fields) ? fields['fields'] : undefined;
  if (!isObject(given)) throw errors.unexpected_result.error({ host: client.host, method: 'crm.item.fields' });
  const listed = (filter: Params, start: number, select: readonly string[]): Command => ({
    method: 'crm.item.list',
    params: { ...common, select, ...some(filter), order: { id: 'ASC' }, start },
  });
  return {
    what: entity,
    method: 'crm.item.list',
    key: 'id',
    pages: 'id',
    fields: portalFields(entity, given, readStatuses(statuses)).map(multiFieldsAsTheyAre),
    all: ['*'],
    list: listed,
    rows: (result) => listOrNone(isObject(result) ? result['items'] : undefined),
    fetch: (keys, filter, select) => [listed({ ...filter, '@id': keys }, -1, select)],
  };
}

/** `fm` here is a list of { id, typeId, valueType, value }. */
function multiFieldsAsTheyAre(field: PortalField): PortalField {
  return field.vendorType === 'crm_multifield' ? { ...field, vendorType: 'fm', type: 'json', multiple: true } : field;
}

/**
 * Products of the default catalog, with their properties. The vendor says of crm.deal.list and its like that they can do
 * without counting, of this method it does not: pages are counted.
 * https://apidocs.bitrix24.com/api-reference/crm/outdated/products/crm-product-list.html
 */
export async function productMethod(client: Client, signal: AbortSignal): Promise<Method> {
  const asked: Asked = { host: client.host, what: 'product' };
  const [given] = await readAll(client, asked, [{ method: 'crm.product.fields', params: {} }], signal);
  if (!isObject(given)) throw errors.unexpected_result.error({ host: client.host, method: 'crm.product.fields' });
  const fields = productFields(portalFields('product', given, new Map()), given);
  const listed = (filter: Params, start: number, select: readonly string[]): Command => ({
    method: 'crm.product.list',
    params: { select, ...some(filter), order: { ID: 'ASC' }, start: Math.max(0, start) },
  });
  return {
    what: 'product',
    method: 'crm.product.list',
    key: 'ID',
    pages: 'id',
    fields,
    all: ['*', ...fields.filter(({ property }) => property === true).map(({ name }) => name)],
    list: listed,
    rows: listOrNone,
    fetch: (keys, filter, select) => [listed({ ...filter, ID: keys }, 0, select)],
  };
}

/** Moves from stage to stage (https://apidocs.bitrix24.com/api-reference/crm/crm-stage-history-list.html); pages are counted, as above. */
export function stageHistoryMethod(of: string): Method {
  const entityTypeId = typeIdOf(of);
  const fields = stageHistoryFields(of);
  const listed = (filter: Params, start: number, select: readonly string[]): Command => ({
    method: 'crm.stagehistory.list',
    params: { entityTypeId, select, ...some(filter), order: { ID: 'ASC' }, start: Math.max(0, start) },
  });
  return {
    what: `stagehistory of ${of}`,
    method: 'crm.stagehistory.list',
    key: 'ID',
    pages: 'id',
    fields,
    all: fields.map(({ name }) => name),
    list: listed,
    rows: (result) => listOrNone(isObject(result) ? result['items'] : undefined),
    fetch: (keys, filter, select) => [listed({ ...filter, '@ID': keys }, 0, select)],
  };
}

function portalFields(entity: string, given: Readonly<Record<string, unknown>>, books: Books): readonly PortalField[] {
  return Object.entries(given).map(([name, one]) => {
    const described = isObject(one) ? one : {};
    return { ...readField(entity, name, described, books), vendorType: String(described['type']) };
  });
}

/** A batch cannot carry an empty filter. */
export function some(filter: Params): { readonly filter?: Params } {
  return Object.keys(filter).length > 0 ? { filter } : {};
}

export function listOrNone(result: unknown): readonly unknown[] | undefined {
  return Array.isArray(result) ? result : undefined;
}
