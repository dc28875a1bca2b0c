import type { Client } from '../client.ts';
import { listOrNone, some } from './crm-methods.ts';
import { errors } from '../errors.ts';
import { categoryFields, departmentFields, statusFields, userField } from './fixed-fields.ts';
import type { Method } from './listing.ts';
import { readAll } from './refusal.ts';
import { isObject } from '../schema.ts';
import { typeIdOf } from './config.ts';

/** People of the portal (https://apidocs.bitrix24.com/api-reference/user/user-get.html): `sort` and `order` are texts here. */
export async function userMethod(client: Client, signal: AbortSignal): Promise<Method> {
  const asked = { host: client.host, what: 'user' };
  const [titles] = await readAll(client, asked, [{ method: 'user.fields', params: {} }], signal);
  if (!isObject(titles)) throw errors.unexpected_result.error({ host: client.host, method: 'user.fields' });
  const fields = Object.entries(titles).map(([name, title]) => userField(name, String(title)));
  return {
    what: 'user',
    method: 'user.get',
    key: 'ID',
    pages: 'offset',
    fields: fields.some(({ name }) => name === 'ID') ? fields : [userField('ID', 'ID'), ...fields],
    all: [],
    list: (filter, start) => ({
      method: 'user.get',
      params: { sort: 'ID', order: 'ASC', ...filterAs('FILTER', filter), ...from('start', start) },
    }),
    rows: listOrNone,
    fetch: (keys, filter) => [
      { method: 'user.get', params: { sort: 'ID', order: 'ASC', FILTER: { ...filter, '@ID': keys } } },
    ],
  };
}

/** https://apidocs.bitrix24.com/api-reference/departments/department-get.html: filters are parameters of their own. */
export const departmentMethod: Method = {
  what: 'department',
  method: 'department.get',
  key: 'ID',
  pages: 'offset',
  fields: departmentFields,
  all: [],
  list: (filter, start) => ({
    method: 'department.get',
    params: { ...filter, sort: 'ID', order: 'ASC', ...from('START', start) },
  }),
  rows: listOrNone,
};

/** All reference books (https://apidocs.bitrix24.com/api-reference/crm/status/crm-status-list.html). */
export const statusMethod: Method = {
  what: 'status',
  method: 'crm.status.list',
  key: 'ID',
  pages: 'whole',
  fields: statusFields,
  all: [],
  list: (filter, start) => ({
    method: 'crm.status.list',
    params: { order: { ID: 'ASC' }, ...some(filter), ...from('start', start) },
  }),
  rows: listOrNone,
};

/** Funnels (https://apidocs.bitrix24.com/api-reference/crm/universal/category/crm-category-list.html). */
export function categoryMethod(of: string): Method {
  return {
    what: `category of ${of}`,
    method: 'crm.category.list',
    key: 'id',
    pages: 'whole',
    fields: categoryFields,
    all: [],
    list: (_filter, start) => ({
      method: 'crm.category.list',
      params: { entityTypeId: typeIdOf(of), ...from('start', start) },
    }),
    rows: (result) => listOrNone(isObject(result) ? result['categories'] : undefined),
  };
}

export function filterAs(name: string, filter: Parameters<Method['list']>[0]): Parameters<Method['list']>[0] {
  return Object.keys(filter).length > 0 ? { [name]: filter } : {};
}

/** The first page goes without an offset: not every method knows one. */
export function from(name: string, start: number): Parameters<Method['list']>[0] {
  return start > 0 ? { [name]: start } : {};
}
