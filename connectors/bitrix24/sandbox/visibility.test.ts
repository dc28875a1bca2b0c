import { expect, test } from 'vitest';
import { member, noon, openPortal, type Wire } from './open-for-test.ts';

const fields = { NAME: 'Нина', ORIGIN_ID: 'F1_P1', PHONE: [{ VALUE: '+79000000001', VALUE_TYPE: 'WORK' }] };

/** On which paths contact 1 is come by: one call each. */
async function paths(portal: Wire): Promise<readonly string[]> {
  const list = async (filter: object): Promise<boolean> =>
    member(await portal.result('crm.contact.list', { filter, select: ['ID'] }), 'length') === 1;
  const search = await portal.result('crm.duplicate.findbycomm', { type: 'PHONE', values: ['+79000000001'] });
  const get = await portal.post('crm.contact.get', { id: 1 });
  const found = {
    get: get.status === 200,
    ids: await list({ '@ID': [1] }),
    list: await list({ ORIGIN_ID: 'F1_P1' }),
    search: member(search, 'CONTACT') !== undefined,
  };
  return Object.entries(found).flatMap(([path, seen]) => (seen ? [path] : []));
}

test.each([
  ['id', ['list', 'search']],
  ['list', ['get', 'ids', 'search']],
  ['search', ['get', 'ids', 'list']],
] as const)('a new record may be out of sight by %s alone', async (path, seen) => {
  const portal = await openPortal();
  portal.hide({ entity: 'contact', path });
  await portal.result('crm.contact.add', { fields });
  expect(await paths(portal)).toEqual(seen);
});

test('for so many calls on that path, each record counted alone', async () => {
  const portal = await openPortal();
  const count = async (): Promise<unknown> => member(await portal.result('crm.contact.list', {}), 'length');
  portal.hide({ entity: 'contact', path: 'list', calls: 2 });
  portal.create('contact', fields);
  expect(await count()).toBe(0);
  portal.create('contact', fields);
  expect([await count(), await count(), await count()]).toEqual([0, 1, 2]);
});

test('for so long by the portal’s clock', async () => {
  let now = noon;
  const portal = await openPortal({ now: () => now });
  portal.hide({ entity: 'contact', path: 'search', ms: 90_000 });
  portal.create('contact', fields);
  now += 89_999;
  expect(await paths(portal)).toEqual(['get', 'ids', 'list']);
  now += 1;
  expect(await paths(portal)).toEqual(['get', 'ids', 'list', 'search']);
});

test('one record for good, while a write by id meets it', async () => {
  const portal = await openPortal();
  portal.create('contact', fields);
  portal.create('contact', fields);
  portal.hide({ entity: 'contact', path: 'id', id: 1 });
  portal.hide({ entity: 'contact', path: 'list', id: 1 });
  expect((await portal.post('crm.contact.list', {})).body).toMatchObject({ result: [{ ID: '2' }], total: 1 });
  expect(await portal.result('crm.contact.update', { id: 1, fields: { NAME: 'Яна' } })).toBe(true);
  expect(portal.truth.contacts()).toMatchObject([{ NAME: 'Яна' }, { NAME: 'Нина' }]);
});

test('crm.item.* sees no more than the legacy methods', async () => {
  const portal = await openPortal();
  portal.create('deal', { TITLE: 'Приём' });
  portal.hide({ entity: 'deal', path: 'id', id: 1 });
  const hidden = await portal.post('crm.item.get', { entityTypeId: 2, id: 1 });
  expect(hidden.body).toMatchObject({ error: 'NOT_FOUND' });
  expect(await portal.result('crm.item.list', { entityTypeId: 2, filter: { id: 1 } })).toEqual({ items: [] });
  expect(member(await portal.result('crm.item.list', { entityTypeId: 2 }), 'items')).toHaveLength(1);
});
