import { expect, test } from 'vitest';
import { error, member, openPortal } from '../open-for-test.ts';

test('the stages of a book come in one answer with their meaning', async () => {
  const portal = await openPortal();
  const { body } = await portal.post('crm.status.list', {
    filter: { ENTITY_ID: 'DEAL_STAGE_1' },
    order: { SORT: 'ASC' },
  });
  expect(member(body, 'total')).toBe(4);
  expect(member(member(body, 'result'), '0')).toMatchObject({
    ENTITY_ID: 'DEAL_STAGE_1',
    STATUS_ID: 'C1:NEW',
    NAME: 'Новое обращение',
    SORT: '10',
    CATEGORY_ID: '1',
    SEMANTICS: null,
    EXTRA: { SEMANTICS: 'process' },
  });
  expect(member(member(body, 'result'), '3')).toMatchObject({ SEMANTICS: 'F', EXTRA: { SEMANTICS: 'failure' } });
});

test('all statuses come unpaged, the clinic’s own stage among them', async () => {
  const portal = await openPortal();
  const { body } = await portal.post('crm.status.list');
  const rows = Object.values(Object(member(body, 'result')));
  expect(rows).toHaveLength(Number(member(body, 'total')));
  expect(rows).toContainEqual(expect.objectContaining({ ENTITY_ID: 'DEAL_STAGE', STATUS_ID: 'UC_NO40X0' }));
});

test('books are listed with the ends of those that are stages', async () => {
  const portal = await openPortal();
  const types = await portal.result('crm.status.entity.types');
  expect(types).toContainEqual({ ID: 'SOURCE', NAME: 'Источники' });
  expect(types).toContainEqual({
    ID: 'DEAL_STAGE_1',
    NAME: 'Стадии сделки: Ортодонтия',
    SEMANTIC_INFO: {
      START_FIELD: 'C1:NEW',
      FINAL_SUCCESS_FIELD: 'C1:WON',
      FINAL_UNSUCCESS_FIELD: 'C1:LOSE',
      FINAL_SORT: 0,
    },
    ENTITY_TYPE_ID: 2,
    PARENT_ID: 'DEAL_STAGE',
    PREFIX: 'C1',
    FIELD_ATTRIBUTE_SCOPE: 'category_1',
    CATEGORY_ID: '1',
  });
});

test('funnels come unpaged, the general one is 0', async () => {
  const portal = await openPortal();
  expect((await portal.post('crm.category.list', { entityTypeId: 2 })).body).toMatchObject({
    result: {
      categories: [
        { id: 0, name: 'Общая', sort: 100, entityTypeId: 2, isDefault: 'Y' },
        { id: 1, name: 'Ортодонтия', sort: 200, entityTypeId: 2, isDefault: 'N', originId: '', originatorId: '' },
      ],
    },
    total: 2,
  });
  expect((await portal.post('crm.category.list', { entityTypeId: 99 })).body).toEqual(
    error('NOT_FOUND', 'Smart process not found'),
  );
});

test('the CRM works in its classic mode, with leads', async () => {
  const portal = await openPortal();
  expect(await portal.result('crm.settings.mode.get')).toBe(1);
});
