import { expect, test } from 'vitest';
import { error, member, noon, openPortal, type Wire } from '../open-for-test.ts';

const contract = { entityTypeId: 1036 };

async function item(portal: Wire, method: string, params: object): Promise<unknown> {
  return member(await portal.result(method, params), 'item');
}

test('smart processes are listed with what is switched on for them, and sorted by `id` alone', async () => {
  const portal = await openPortal();
  expect((await portal.post('crm.type.list', { order: { id: 'DESC' } })).body).toMatchObject({
    result: {
      types: [
        { id: 7, title: 'Кабинеты', entityTypeId: 1040, isStagesEnabled: 'N', isCategoriesEnabled: 'N' },
        { id: 5, title: 'Договоры', entityTypeId: 1036, isStagesEnabled: 'Y', isCategoriesEnabled: 'Y' },
      ],
    },
    total: 2,
  });
  const filter = { '0': { logic: 'OR', '0': { '%title': 'бинет' }, '1': { entityTypeId: 5 } } };
  expect(await portal.result('crm.type.list', { filter })).toMatchObject({ types: [{ id: 7 }] });
  expect(await portal.post('crm.type.list', { order: { ID: 'ASC' } })).toEqual({
    status: 400,
    body: error(100, 'Unknown field definition `I_D`'),
  });
});

test('fields of a process are described with their types, titles and upper names', async () => {
  const portal = await openPortal();
  const { fields } = Object(await portal.result('crm.item.fields', contract));
  expect(fields).toMatchObject({
    id: { type: 'integer', isReadOnly: true, upperName: 'ID' },
    createdTime: { type: 'datetime', upperName: 'CREATED_TIME' },
    opened: { type: 'boolean' },
    stageId: { type: 'crm_status', statusType: 'DYNAMIC_1036_STAGE_11' },
    parentId2: { type: 'crm_entity', upperName: 'PARENT_ID_2' },
    ufCrm5Number: { type: 'string', isDynamic: true, title: 'Номер договора', upperName: 'UF_CRM_5_NUMBER' },
    ufCrm5_1747309803: { type: 'employee', isMultiple: true, title: 'Подписанты' },
  });
  expect(Object.keys(Object(member(await portal.result('crm.item.fields', { entityTypeId: 1040 }), 'fields')))).toEqual(
    ['id', 'title', 'xmlId', 'createdTime', 'updatedTime', 'createdBy', 'updatedBy', 'assignedById', 'opened'].concat([
      'webformId',
      'lastActivityBy',
      'lastActivityTime',
    ]),
  );
});

test('an item of a process is added, changed, moved through its funnels and deleted', async () => {
  let now = noon;
  const portal = await openPortal({ now: () => now });
  const fields = { title: 'Договор 17', opportunity: 1500, parentId2: 3, opened: 'N', ufCrm5_1747309727: '2026-11-19' };
  expect(await item(portal, 'crm.item.add', { ...contract, fields: { ...fields, ufCrm5_1747309803: [2, 5] } })).toEqual(
    {
      id: 1,
      title: 'Договор 17',
      xmlId: null,
      createdTime: '2026-11-20T12:00:00+03:00',
      updatedTime: '2026-11-20T12:00:00+03:00',
      createdBy: 1,
      updatedBy: 1,
      assignedById: 1,
      opened: 'N',
      webformId: null,
      lastActivityBy: 1,
      lastActivityTime: '2026-11-20T12:00:00+03:00',
      begindate: '2026-11-20T00:00:00+03:00',
      closedate: '2026-11-27T00:00:00+03:00',
      companyId: 0,
      contactId: 0,
      contactIds: [],
      observers: [],
      categoryId: 11,
      movedTime: '2026-11-20T12:00:00+03:00',
      movedBy: 1,
      stageId: 'DT1036_11:NEW',
      previousStageId: null,
      sourceId: null,
      sourceDescription: null,
      currencyId: 'RUB',
      isManualOpportunity: 'N',
      opportunity: 1500,
      taxValue: 0,
      parentId2: 3,
      ufCrm5Number: null,
      ufCrm5_1747309727: '2026-11-19T00:00:00+03:00',
      ufCrm5_1747309801: null,
      ufCrm5_1747309802: null,
      ufCrm5_1747309803: [2, 5],
      entityTypeId: 1036,
    },
  );
  now += 60_000;
  const update = async (changes: object): Promise<unknown> =>
    item(portal, 'crm.item.update', { ...contract, id: 1, fields: changes });
  expect(await update({ stageId: 'DT1036_11:SUCCESS' })).toMatchObject({
    previousStageId: 'DT1036_11:NEW',
    updatedTime: '2026-11-20T12:01:00+03:00',
  });
  expect(await update({ categoryId: 13 })).toMatchObject({ stageId: 'DT1036_13:NEW' });
  expect((await portal.post('crm.item.update', { ...contract, id: 1, fields: { categoryId: 0 } })).body).toEqual(
    error('CRM_FIELD_ERROR_VALUE_NOT_VALID', 'Invalid value for field "CATEGORY_ID"'),
  );
  expect(await portal.result('crm.item.delete', { ...contract, id: 1 })).toEqual([]);
  expect(portal.truth.records('contract')).toEqual([]);
});

test('items are walked by id, and found by when they changed, by flags and by names of either kind', async () => {
  const portal = await openPortal({
    seed(desk) {
      for (let number = 1; number <= 60; number += 1)
        desk.create('room', { TITLE: `Кабинет ${number}`, OPENED: number % 2 ? 'Y' : 'N' });
      desk.create('contract', { UF_CRM_5_NUMBER: '17/А', UF_CRM_5_1747309802: 'Y' });
      desk.edit('contract', 1, { UPDATED_TIME: '2026-11-21T10:00:00+03:00' });
    },
  });
  const list = async (params: object): Promise<readonly unknown[]> => {
    const { items } = Object(await portal.result('crm.item.list', { select: ['id'], start: -1, ...params }));
    return Array.isArray(items) ? items.map((row) => member(row, 'id')) : [];
  };
  const rooms = { entityTypeId: 1040, order: { id: 'ASC' } };
  expect(await list({ ...rooms, filter: { '>id': 50 } })).toEqual([51, 52, 53, 54, 55, 56, 57, 58, 59, 60]);
  expect(await list({ ...rooms, filter: { '<id': 5, opened: 'Y' } })).toEqual([1, 3]);
  expect(await list({ ...contract, filter: { '>=updatedTime': '2026-11-21T08:00:00+01:00' } })).toEqual([1]);
  expect(await list({ ...contract, filter: { ufCrm5Number: '17/А', ufCrm5_1747309802: 1 } })).toEqual([1]);
  const upper = { ...contract, useOriginalUfNames: 'Y', select: ['UF_CRM_5_NUMBER'] };
  expect(await portal.result('crm.item.list', { ...upper, filter: { UF_CRM_5_NUMBER: '17/А' } })).toEqual({
    items: [{ UF_CRM_5_NUMBER: '17/А' }],
  });
});

test('funnels and stages of a process are in the books of the portal', async () => {
  const portal = await openPortal();
  expect(await portal.result('crm.category.list', contract)).toEqual({
    categories: [
      { id: 11, name: 'Лечение', sort: 500, entityTypeId: 1036, isDefault: 'Y' },
      { id: 13, name: 'Страховые', sort: 600, entityTypeId: 1036, isDefault: 'N', originId: '', originatorId: '' },
    ],
  });
  const stages = { filter: { ENTITY_ID: 'DYNAMIC_1036_STAGE_13' } };
  expect(await portal.result('crm.status.list', stages)).toMatchObject([
    { STATUS_ID: 'DT1036_13:NEW', CATEGORY_ID: '13' },
    { STATUS_ID: 'DT1036_13:SUCCESS', SEMANTICS: 'S' },
    { STATUS_ID: 'DT1036_13:FAIL', SEMANTICS: 'F' },
  ]);
  expect(await portal.result('crm.status.entity.types')).toContainEqual(
    expect.objectContaining({ ID: 'DYNAMIC_1036_STAGE_11', NAME: 'Договоры (Лечение)', PREFIX: 'DT1036_11' }),
  );
  expect((await portal.post('crm.category.list', { entityTypeId: 1040 })).body).toEqual(
    error('ENTITY_TYPE_NOT_SUPPORTED', 'Entity type DYNAMIC_1040 is not supported'),
  );
});

test('products are read by methods of their own and by no other', async () => {
  const portal = await openPortal({
    seed(desk) {
      for (let number = 1; number <= 51; number += 1)
        desk.create('product', { NAME: `Услуга ${number}`, PRICE: number * 100, SECTION_ID: number % 2 });
    },
  });
  expect(await portal.result('crm.product.fields')).toMatchObject({
    NAME: { type: 'string' },
    PRICE: { type: 'double' },
    DETAIL_PICTURE: { type: 'product_file', isReadOnly: true },
    TIMESTAMP_X: { type: 'datetime' },
  });
  expect(await portal.result('crm.product.get', { id: 7 })).toMatchObject({
    ID: '7',
    NAME: 'Услуга 7',
    PRICE: '700.00',
    CURRENCY_ID: 'RUB',
    ACTIVE: 'Y',
    TIMESTAMP_X: '2026-11-20T12:00:00+03:00',
  });
  const rest = { filter: { '>ID': 49 }, select: ['ID', 'PRICE'], order: { ID: 'ASC' }, start: -1 };
  expect(await portal.result('crm.product.list', rest)).toEqual([
    { ID: '50', PRICE: '5000.00' },
    { ID: '51', PRICE: '5100.00' },
  ]);
  expect((await portal.post('crm.product.list', { select: ['ID'] })).body).toMatchObject({ total: 51, next: 50 });
  portal.edit('product', 7, { PRICE: 750 });
  expect(portal.truth.records('product')[6]).toMatchObject({ PRICE: '750.00', MODIFIED_BY: '2' });
  expect((await portal.post('crm.product.list', { select: ['PROPERTY_*'] })).body).toEqual(
    error('SANDBOX_UNKNOWN', 'The sandbox does not know the selected field PROPERTY_*'),
  );
  expect((await portal.post('crm.product.add', { fields: {} })).status).toBe(404);
});
