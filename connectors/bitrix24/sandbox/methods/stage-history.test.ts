import { expect, test } from 'vitest';
import { error, member, noon, openPortal } from '../open-for-test.ts';

test('every move of a deal is told: it came, moved, changed its funnel, came to its end', async () => {
  let now = noon;
  const portal = await openPortal({ now: () => now });
  portal.create('deal', { TITLE: 'Приём' });
  for (const fields of [{ STAGE_ID: 'EXECUTING' }, { TITLE: 'Осмотр' }, { STAGE_ID: 'LOSE' }]) {
    now += 60_000;
    portal.edit('deal', 1, fields);
  }
  await portal.result('crm.item.update', { entityTypeId: 2, id: 1, fields: { categoryId: 1 } });
  const { body } = await portal.post('crm.stagehistory.list', { entityTypeId: 2, order: { ID: 'ASC' } });
  expect(body).toMatchObject({
    result: {
      items: [
        {
          ID: 1,
          TYPE_ID: 1,
          OWNER_ID: 1,
          CREATED_TIME: '2026-11-20T12:00:00+03:00',
          CATEGORY_ID: 0,
          STAGE_SEMANTIC_ID: 'P',
          STAGE_ID: 'NEW',
        },
        { ID: 2, TYPE_ID: 2, CREATED_TIME: '2026-11-20T12:01:00+03:00', STAGE_ID: 'EXECUTING' },
        { ID: 3, TYPE_ID: 3, CREATED_TIME: '2026-11-20T12:03:00+03:00', STAGE_ID: 'LOSE', STAGE_SEMANTIC_ID: 'F' },
        { ID: 4, TYPE_ID: 5, CATEGORY_ID: 1, STAGE_ID: 'C1:NEW' },
      ],
    },
    total: 4,
  });
});

test('moves are found by their fields, walked by id, and go with their record', async () => {
  const portal = await openPortal();
  for (let number = 1; number <= 30; number += 1) portal.create('deal', {});
  for (let number = 1; number <= 30; number += 1) portal.edit('deal', number, { STAGE_ID: 'WON' });
  const list = async (params: object): Promise<readonly unknown[]> => {
    const { items } = Object(await portal.result('crm.stagehistory.list', { entityTypeId: 2, ...params }));
    return Array.isArray(items) ? items.map((row) => member(row, 'ID')) : [];
  };
  expect(await list({ filter: { '>ID': 57 }, start: -1 })).toEqual([58, 59, 60]);
  expect(await list({ filter: { OWNER_ID: [3, 30], TYPE_ID: 3 } })).toEqual([33, 60]);
  expect(await list({ filter: { '>CREATED_TIME': '2026-11-20T12:00:00+03:00' } })).toEqual([]);
  expect(await list({ order: { ID: 'DESC' } })).toHaveLength(50);
  portal.remove('deal', 3);
  portal.create('deal', {});
  expect(await list({ filter: { '@OWNER_ID': [3, 31] } })).toEqual([61]);
});

test('a lead has a status, a smart process a stage, a contact neither', async () => {
  const portal = await openPortal();
  portal.create('lead', { STATUS_ID: 'IN_PROCESS' });
  portal.create('contract', {});
  const items = async (entityTypeId: number): Promise<unknown> =>
    member(await portal.result('crm.stagehistory.list', { entityTypeId }), 'items');
  expect(await items(1)).toEqual([
    {
      ID: 1,
      TYPE_ID: 1,
      OWNER_ID: 1,
      CREATED_TIME: '2026-11-20T12:00:00+03:00',
      STATUS_SEMANTIC_ID: 'P',
      STATUS_ID: 'IN_PROCESS',
    },
  ]);
  expect(await items(1036)).toMatchObject([{ CATEGORY_ID: 11, STAGE_ID: 'DT1036_11:NEW' }]);
  expect(await portal.post('crm.stagehistory.list', { entityTypeId: 3 })).toEqual({
    status: 400,
    body: error('ENTITY_TYPE_NOT_SUPPORTED', 'Entity type CONTACT is not supported'),
  });
  const filter = { entityTypeId: 1, filter: { STAGE_ID: 'NEW' } };
  expect((await portal.post('crm.stagehistory.list', filter)).body).toEqual(
    error('INVALID_ARG_VALUE', "Invalid filter: field 'STAGE_ID' is not allowed in filter"),
  );
});
