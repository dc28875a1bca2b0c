import { expect, test } from 'vitest';
import { error, member, openPortal } from './open-for-test.ts';

const visit = 'UF_CRM_1769072841035';

test('a filter is ignored without a word', async () => {
  const portal = await openPortal();
  portal.create('deal', { [visit]: 'F1_1' });
  portal.create('deal', { [visit]: 'F1_2' });
  const read = { filter: { [`@${visit}`]: ['F1_1'] }, select: ['ID'] };
  expect(await portal.result('crm.deal.list', read)).toEqual([{ ID: '1' }]);
  portal.ignoreFilter({ entity: 'deal', field: visit });
  expect(await portal.result('crm.deal.list', read)).toEqual([{ ID: '1' }, { ID: '2' }]);
  expect(portal.journal.refusals).toEqual([]);
});

test('a user field that is gone is passed over in a filter, a selection and a write', async () => {
  const portal = await openPortal();
  portal.create('deal', { [visit]: 'F1_1' });
  portal.loseField({ entity: 'deal', field: visit });
  expect(Object.keys(Object(await portal.result('crm.deal.fields')))).not.toContain(visit);
  const read = { filter: { [visit]: 'F1_9' }, select: ['ID', visit] };
  expect(await portal.result('crm.deal.list', read)).toEqual([{ ID: '1' }]);
  expect(await portal.result('crm.deal.update', { id: 1, fields: { TITLE: 'x', [visit]: 'F1_3' } })).toBe(true);
  expect(portal.truth.deals()[0]).toMatchObject({ TITLE: 'x' });
  expect(Object.keys(portal.truth.deals()[0] ?? {})).not.toContain(visit);
  const item = await portal.post('crm.item.list', { entityTypeId: 2, filter: { ufCrm_1769072841035: 'F1_1' } });
  expect(member(item.body, 'error')).toBe('INVALID_ARG_VALUE');
  expect(portal.journal.refusals).toEqual([]);
});

test('a user field created again is there again, and empty', async () => {
  const portal = await openPortal();
  portal.create('deal', { [visit]: 'F1_1' });
  portal.loseField({ entity: 'deal', field: visit });
  await portal.result('crm.deal.userfield.add', { fields: { FIELD_NAME: visit, USER_TYPE_ID: 'string' } });
  expect(await portal.result('crm.deal.list', { filter: { [visit]: 'F1_1' }, select: ['ID'] })).toEqual([]);
  expect(await portal.result('crm.deal.list', { select: [visit] })).toEqual([{ [visit]: null }]);
});

test('only a user field can be lost', async () => {
  const portal = await openPortal();
  expect(() => portal.loseField({ entity: 'deal', field: 'TITLE' })).toThrow(
    'The sandbox does not know the user field TITLE of a deal',
  );
});

test('a right that is lost empties lists and refuses the rest', async () => {
  const portal = await openPortal();
  portal.create('deal', {});
  portal.create('contact', {});
  portal.loseRight({ entity: 'deal' });
  expect((await portal.post('crm.deal.list', {})).body).toMatchObject({ result: [], total: 0 });
  expect((await portal.post('crm.item.list', { entityTypeId: 2 })).body).toMatchObject({ result: { items: [] } });
  const denied = { status: 400, body: error('', 'Access denied.') };
  expect(await portal.post('crm.deal.get', { id: 1 })).toEqual(denied);
  expect(await portal.post('crm.deal.add', { fields: {} })).toEqual(denied);
  expect(await portal.post('crm.deal.update', { id: 1, fields: {} })).toEqual(denied);
  expect(await portal.post('crm.deal.delete', { id: 1 })).toEqual(denied);
  expect(await portal.post('crm.item.add', { entityTypeId: 2, fields: {} })).toEqual({
    status: 400,
    body: error('ACCESS_DENIED', 'Access denied'),
  });
  expect(await portal.result('crm.contact.list', {})).toHaveLength(1);
});

test('one right alone may be lost', async () => {
  const portal = await openPortal();
  portal.create('deal', {});
  portal.loseRight({ entity: 'deal', verb: 'update' });
  expect(await portal.post('crm.deal.update', { id: 1, fields: {} })).toMatchObject({ status: 400 });
  expect(await portal.result('crm.deal.add', { fields: {} })).toBe(2);
});

test('a page may hold more rows than 50', async () => {
  const portal = await openPortal();
  for (let count = 0; count < 60; count += 1) portal.create('deal', {});
  portal.answerWith({ pageSize: 55 });
  expect(await portal.result('crm.deal.list', { start: -1 })).toHaveLength(55);
  const counted = (await portal.post('crm.deal.list', {})).body;
  expect(counted).toMatchObject({ next: 55, total: 60 });
});

test('findbycomm names twenty ids of an entity, or as many as it is told to', async () => {
  const portal = await openPortal();
  const PHONE = [{ VALUE: '+79000000001', VALUE_TYPE: 'WORK' }];
  for (let count = 0; count < 25; count += 1) portal.create('contact', { PHONE });
  const find = (): Promise<unknown> =>
    portal.result('crm.duplicate.findbycomm', { type: 'PHONE', values: ['+79000000001'] });
  expect(await find()).toEqual({ CONTACT: Array.from({ length: 20 }, (_, index) => index + 1) });
  portal.answerWith({ searchHits: 24 });
  expect(member(await find(), 'CONTACT')).toHaveLength(24);
});

test('another program behind the same address takes its share of the bucket', async () => {
  const portal = await openPortal({ limits: { capacity: 5, perSecond: 1 } });
  expect(portal.neighbour(4)).toBe(4);
  expect((await portal.post('server.time')).status).toBe(200);
  expect((await portal.post('server.time')).status).toBe(503);
  expect(portal.neighbour(4)).toBe(0);
});

test('a method may be deaf to its filter, whichever way that is written, and goes on from the start', async () => {
  const portal = await openPortal();
  portal.create('room', { TITLE: 'Один' });
  portal.create('room', { TITLE: 'Два' });
  portal.ignoreFilter({ method: 'crm.item.list', field: 'id' });
  const rooms = { entityTypeId: 1040, select: ['id'], filter: { '>id': 2 } };
  expect(await portal.result('crm.item.list', rooms)).toEqual({ items: [{ id: 1 }, { id: 2 }] });
  expect(await portal.result('crm.item.list', { ...rooms, filter: { title: 'Два' } })).toEqual({ items: [{ id: 2 }] });
  portal.ignoreFilter({ method: 'user.get' });
  expect(await portal.result('user.get', { FILTER: { ID: 3 } })).toHaveLength(8);
});

test('an administrator makes a user field, gives it another label and deletes it', async () => {
  const portal = await openPortal();
  portal.create('deal', {});
  portal.addField('deal', { name: 'UF_CRM_FLOOR', type: 'integer', label: 'Этаж' });
  portal.edit('deal', 1, { UF_CRM_FLOOR: 3 });
  expect(await portal.result('crm.deal.fields')).toMatchObject({ UF_CRM_FLOOR: { type: 'integer', title: 'Этаж' } });
  expect(await portal.result('crm.deal.get', { id: 1 })).toMatchObject({ UF_CRM_FLOOR: '3' });
  portal.renameField({ entity: 'deal', field: 'UF_CRM_FLOOR', label: 'Этаж здания' });
  const labels = { filter: { FIELD_NAME: 'UF_CRM_FLOOR', LANG: 'ru' } };
  expect(await portal.result('crm.deal.userfield.list', labels)).toMatchObject([{ LIST_COLUMN_LABEL: 'Этаж здания' }]);
  portal.loseField({ entity: 'deal', field: 'UF_CRM_FLOOR' });
  expect(await portal.result('crm.deal.get', { id: 1 })).not.toHaveProperty('UF_CRM_FLOOR');
  expect(() => portal.renameField({ entity: 'deal', field: 'TITLE', label: 'x' })).toThrow('the user field TITLE');
});
