import type { Row } from '../../../engine/index.ts';
import type { Client } from '../client.ts';
import type { Params } from '../command.ts';
import { listOrNone } from './crm-methods.ts';
import { errors } from '../errors.ts';
import { optionsIn, propertyKind } from './fixed-fields.ts';
import type { Method } from './listing.ts';
import { readAll } from './refusal.ts';
import { isObject, type PortalField, type VendorObject } from '../schema.ts';
import { filterAs, from } from './small-methods.ts';

/** Which universal list: its number and its kind (https://apidocs.bitrix24.com/api-reference/lists/index.html). */
export interface ListName {
  readonly list: number;
  readonly type: string;
}

/** Elements of a universal list (https://apidocs.bitrix24.com/api-reference/lists/elements/lists-element-get.html). */
export async function listMethod(client: Client, name: ListName, signal: AbortSignal): Promise<Method> {
  const block = blockOf(name);
  const fields = await listFields(client, name, signal);
  const select = fields.map((field) => field.name);
  return {
    what: whatOf(name),
    method: 'lists.element.get',
    key: 'ID',
    pages: 'offset',
    fields,
    all: select,
    list: (filter, start, selected) => ({
      method: 'lists.element.get',
      params: {
        ...block,
        SELECT: selected,
        ...filterAs('FILTER', filter),
        ELEMENT_ORDER: { ID: 'ASC' },
        ...from('start', start),
      },
    }),
    rows: listOrNone,
    // A filter by ID is not documented any more, one element is.
    fetch: (keys, filter, selected) =>
      keys.map((key) => ({
        method: 'lists.element.get',
        params: { ...block, ELEMENT_ID: key, SELECT: selected, ...filterAs('FILTER', filter) },
      })),
  };
}

/** The options of one field of a list, in the order people see them. */
export async function listOptions(
  client: Client,
  name: ListName,
  values: string,
  signal: AbortSignal,
): Promise<readonly Row[]> {
  const given = await readFields(client, name, { FIELD_ID: values }, signal);
  const field = given.find((one) => one['FIELD_ID'] === values);
  if (!field || propertyKind(field).type !== 'enum')
    throw errors.no_options.error({ field: values, what: whatOf(name) });
  return optionsIn(field['DISPLAY_VALUES_FORM']).map(({ id, text }) => ({ id, value: text }));
}

export function whatOf({ list, type }: ListName): string {
  return `list ${list} (${type})`;
}

function blockOf({ list, type }: ListName): Params {
  return { IBLOCK_TYPE_ID: type, IBLOCK_ID: list };
}

/** What every element has, whether the list shows it or not. */
const always: readonly PortalField[] = [
  { name: 'ID', type: 'id', vendorType: 'id' },
  { name: 'CODE', type: 'text', vendorType: 'text' },
  { name: 'IBLOCK_SECTION_ID', type: 'id', vendorType: 'user' },
  { name: 'CREATED_BY', type: 'id', vendorType: 'user' },
  { name: 'DATE_CREATE', type: 'datetime', vendorType: 'datetime', property: true },
  { name: 'SORT', type: 'integer', vendorType: 'integer' },
];

async function listFields(client: Client, name: ListName, signal: AbortSignal): Promise<readonly PortalField[]> {
  const given = await readFields(client, name, {}, signal);
  const read = given.map(listField);
  return [...always.filter((one) => !read.some((field) => field.name === one.name)), ...read];
}

function listField(given: VendorObject): PortalField {
  const name = String(given['FIELD_ID']);
  const title = String(given['NAME'] ?? name);
  return {
    name,
    ...propertyKind(given),
    property: true,
    ...(title !== name && { title }),
    ...(given['MULTIPLE'] === 'Y' && { multiple: true }),
    ...(name === 'NAME' && { personal: 'text' as const }),
  };
}

/** Fields come in a map whose keys say nothing; of no field at all, in an empty list. */
async function readFields(
  client: Client,
  name: ListName,
  more: Params,
  signal: AbortSignal,
): Promise<readonly VendorObject[]> {
  const asked = { host: client.host, what: whatOf(name) };
  const method = 'lists.field.get';
  const [given] = await readAll(client, asked, [{ method, params: { ...blockOf(name), ...more } }], signal);
  if (typeof given !== 'object' || given === null) throw errors.unexpected_result.error({ host: client.host, method });
  return Object.values(given).filter(isObject);
}
