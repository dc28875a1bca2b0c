import { onTestFinished } from 'vitest';
import { request } from 'undici';
import { openAt, type Opened } from '../../../connectors/bitrix24/open-for-test.ts';
import { startPortal, type Portal } from '../../../connectors/bitrix24/sandbox/index.ts';
import type { Question, Write } from '../../../engine/index.ts';
import { startMainJob } from '../main-job.ts';
import type { Documentation } from './documentation.ts';

/** The shipped pipeline, and again without its memory: the second run finds in the portal what the first one wrote. */
export async function runShippedPipeline(): Promise<Portal> {
  const job = await startMainJob({ appointments: 40, flaws: true, limits: 'off' });
  onTestFinished(() => job.close());
  await job.run();
  await job.forget();
  await job.run({ full: true });
  return job.portal;
}

const entities = ['lead', 'contact', 'company', 'deal'] as const;

/** Everything the connector can do, with every field it knows. */
export async function useConnector(): Promise<Portal> {
  const portal = await openPortal();
  const opened = openAt(portal.webhook);
  const { connection, sink, signal } = opened;
  const uses = entities.map((entity) => ({ entity, fields: ['ID', 'UF_CRM_NOWHERE', 'STAGE_ID', 'STATUS_ID'] }));
  await connection.check({ sources: [], entities: uses }, signal);
  for (const writes of [creates, changes]) await sink.write(writes, signal);
  for (const entity of entities) await findEverything(opened, entity);
  await sink.write(
    entities.map((entity) => ({ operation: 'delete', entity, key: '1' })),
    signal,
  );
  return portal;
}

const person = { NAME: 'Вера', PHONE: [{ value: '+79161234567' }], EMAIL: [{ value: 'vera@example.com' }] };
const origin = { ORIGINATOR_ID: 'CLINIC', ORIGIN_ID: '7' };

const creates: readonly Write[] = [
  { operation: 'create', entity: 'lead', values: { TITLE: 'Звонок', ...person, ...origin } },
  { operation: 'create', entity: 'contact', values: { ...person, ...origin, BIRTHDATE: '1990-05-17' } },
  { operation: 'create', entity: 'company', values: { TITLE: 'Клиника', PHONE: person.PHONE, ...origin } },
  { operation: 'create', entity: 'deal', values: { TITLE: 'Чистка', CONTACT_ID: 1, OPPORTUNITY: 3500, ...origin } },
  { operation: 'create', entity: 'deal', values: { TITLE: 'Имплант', LEAD_ID: 1 } },
];

const changes: readonly Write[] = [
  { operation: 'update', entity: 'lead', key: '1', values: { STATUS_ID: 'CONVERTED', COMMENTS: null } },
  {
    operation: 'update',
    entity: 'contact',
    key: '1',
    values: { PHONE: [{ id: '3', remove: true }], SOURCE_ID: 'WEB' },
  },
  { operation: 'update', entity: 'company', key: '1', values: { COMPANY_TYPE: 'CUSTOMER' } },
  { operation: 'update', entity: 'deal', key: '1', values: { STAGE_ID: 'EXECUTING', TYPE_ID: 'Услуга' } },
  { operation: 'update', entity: 'deal', key: '2', values: { CATEGORY_ID: 1, STAGE_ID: 'C1:NEW' } },
  {
    operation: 'rows',
    entity: 'deal',
    key: '1',
    list: 'productrows',
    rows: [{ PRODUCT_NAME: 'Чистка', PRICE: 3500, QUANTITY: 1, TAX_RATE: 20, TAX_INCLUDED: 'Y', SORT: 10 }],
  },
];

async function findEverything({ sink, signal }: Pick<Opened, 'sink' | 'signal'>, entity: string): Promise<void> {
  const { fields, lists } = await sink.describe(entity, signal);
  const names = [...fields, ...lists]
    .map(({ name }) => name)
    .filter((name) => name !== 'CONTACT_IDS' && name !== 'COMPANY_IDS');
  const questions: Question[] = [
    { by: { ID: { anyOf: ['1'] } } },
    { by: { ORIGINATOR_ID: { anyOf: ['CLINIC'] }, ORIGIN_ID: { anyOf: ['7'] } } },
    { by: { ORIGIN_ID: { empty: true } } },
    ...(entity === 'deal'
      ? [{ by: { CONTACT_ID: { anyOf: ['1'] } } }]
      : [{ by: { PHONE: { anyOf: ['+79161234567'] } } }]),
  ];
  await sink.find(entity, questions, names, signal);
}

/** Calls every method the sandbox has; lists select what the example of their page shows. */
export async function callEveryMethod(docs: Documentation): Promise<Portal> {
  const portal = await openPortal();
  const selection = (method: string): object => {
    const result: unknown = docs.page(method)?.resultExample?.['result'];
    const [row] = Object.values(Object(Array.isArray(result) ? result : Object(result)['items']));
    return row === undefined ? {} : { select: Object.keys(Object(row)) };
  };
  const rowsOf = (kind: 'lead' | 'deal', name: string): readonly Call[] => [
    [`crm.${kind}.productrows.set`, { id: 1, rows: [{ PRODUCT_NAME: name, PRICE: 3500, QUANTITY: 1 }] }],
    [`crm.${kind}.productrows.get`, { id: 1 }],
  ];
  const phones = { PHONE: [{ VALUE: '+79161234567', VALUE_TYPE: 'MOBILE' }] };
  const mails = { EMAIL: [{ VALUE: 'vera@example.com', VALUE_TYPE: 'WORK' }] };
  const links = { IM: [{ VALUE: 'vera', VALUE_TYPE: 'TELEGRAM' }] };
  const calls: readonly Call[] = [
    ...(['server.time', 'scope', 'profile', 'user.get', 'crm.settings.mode.get', 'crm.status.list'] as const).map(
      plain,
    ),
    ['method.get', { name: 'crm.deal.add' }],
    ['crm.status.entity.types', {}],
    ['crm.category.list', { entityTypeId: 2 }],
    ['crm.lead.add', { fields: { TITLE: 'Звонок', NAME: 'Вера', ...phones, ...mails, ...links } }],
    ['crm.contact.add', { fields: { NAME: 'Вера', ...phones, ...mails } }],
    ['crm.company.add', { fields: { TITLE: 'Клиника', ...phones, ...mails } }],
    ['crm.deal.add', { fields: { TITLE: 'Чистка', CONTACT_ID: 1, COMPANY_ID: 1 } }],
    ['crm.duplicate.findbycomm', { type: 'PHONE', values: ['+79161234567'], entity_type: 'CONTACT' }],
    ['crm.deal.contact.items.get', { id: 1 }],
    ...rowsOf('lead', 'Осмотр'),
    ...rowsOf('deal', 'Чистка'),
    ['crm.item.productrow.set', { ownerId: 1, ownerType: 'D', productRows: [{ productName: 'Чистка', price: 3500 }] }],
    ['crm.item.productrow.list', { filter: { '=ownerId': 1, '=ownerType': 'D' } }],
    ['crm.item.add', { entityTypeId: 2, fields: { title: 'Имплант' } }],
    ['crm.item.update', { entityTypeId: 2, id: 2, fields: { comments: 'Перезвонить' } }],
    ['crm.item.get', { entityTypeId: 1, id: 1 }],
    ['crm.item.list', { entityTypeId: 1, ...selection('crm.item.list') }],
    ['crm.item.fields', { entityTypeId: 2 }],
    ['crm.item.delete', { entityTypeId: 2, id: 2 }],
    ['crm.type.list', { order: { id: 'DESC' } }],
    ['crm.stagehistory.list', { entityTypeId: 2 }],
    ['crm.product.fields', {}],
    ['crm.product.list', {}],
    ['crm.product.get', { id: 1 }],
    ['user.fields', {}],
    ['department.fields', {}],
    ['department.get', { sort: 'NAME', order: 'ASC', PARENT: 1 }],
    ...listCalls,
    ...entities.flatMap((entity): readonly Call[] => [
      [`crm.${entity}.fields`, {}],
      [`crm.${entity}.update`, { id: 1, fields: { COMMENTS: 'Перезвонить' } }],
      [`crm.${entity}.get`, { id: 1 }],
      [`crm.${entity}.list`, selection(`crm.${entity}.list`)],
      [`crm.${entity}.userfield.list`, { filter: { LANG: 'ru' } }],
    ]),
  ];
  portal.create('product', { NAME: 'Чистка', PRICE: 3500 });
  for (const [method, params] of calls) await post(portal, method, params);
  for (const entity of entities) await makeUserField(portal, entity);
  for (const entity of entities) await post(portal, `crm.${entity}.delete`, { id: 1 });
  return portal;
}

/** Records nobody has, alone and in a batch: the errors of the older and of the newer methods. */
export async function askForNothing(): Promise<Portal> {
  const portal = await openPortal();
  await post(portal, 'crm.deal.get', { id: 404 });
  await post(portal, 'crm.item.get', { entityTypeId: 2, id: 404 });
  const cmd = { old: 'crm.deal.get?id=404', new: 'crm.item.get?entityTypeId=2&id=404', there: 'crm.deal.list?start=0' };
  await post(portal, 'batch', { halt: 0, cmd });
  return portal;
}

type Call = readonly [method: string, params: object];

const equipment = { IBLOCK_TYPE_ID: 'lists', IBLOCK_ID: 47, IBLOCK_CODE: 'equipment' };
const centrifuge = { ...equipment, ELEMENT_CODE: 'c-1' };

const listCalls: readonly Call[] = [
  ['lists.get', { IBLOCK_TYPE_ID: 'bitrix_processes', IBLOCK_ORDER: { NAME: 'asc' } }],
  ['lists.get.iblock.type.id', { IBLOCK_ID: 77, IBLOCK_CODE: 'objects' }],
  ['lists.field.get', { ...equipment, IBLOCK_TYPE_ID: 'bitrix_processes', IBLOCK_ID: 77, FIELD_ID: 'PROPERTY_637' }],
  ['lists.element.add', { ...centrifuge, FIELDS: { NAME: 'Центрифуга', PROPERTY_951: [2] } }],
  ['lists.element.get', { ...equipment, SELECT: ['ID', 'NAME', 'CODE', 'PROPERTY_951'], FILTER: { '%NAME': 'Центр' } }],
  ['lists.element.get', equipment],
  ['lists.element.update', { ...centrifuge, ELEMENT_ID: 22, FIELDS: { NAME: 'Центрифуга-2' } }],
  ['lists.element.delete', { ...centrifuge, ELEMENT_ID: 22 }],
];

const plain = (method: string): Call => [method, {}];

async function makeUserField(portal: Portal, entity: string): Promise<void> {
  const fields = { FIELD_NAME: 'TOUR', USER_TYPE_ID: 'enumeration', LIST: [{ VALUE: 'да' }, { VALUE: 'нет' }] };
  const { result } = Object(await post(portal, `crm.${entity}.userfield.add`, { fields })) as { result: number };
  const field = Object(await post(portal, `crm.${entity}.userfield.get`, { id: result })) as { result: object };
  const { LIST } = Object(field.result) as { LIST: readonly object[] };
  await post(portal, `crm.${entity}.userfield.update`, { id: result, fields: { LIST: [...LIST, { VALUE: 'иное' }] } });
}

async function openPortal(): Promise<Portal> {
  const portal = await startPortal({ limits: 'off' });
  onTestFinished(() => portal.close());
  return portal;
}

async function post({ webhook }: Portal, method: string, params: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  const answer = await request(`${webhook}${method}.json`, { method: 'POST', headers, body: JSON.stringify(params) });
  return answer.body.json();
}
