import { expect, test } from 'vitest';
import { error, member, openPortal, type Wire } from './open-for-test.ts';

const first = { VALUE: '+79000000001', VALUE_TYPE: 'MOBILE' };
const second = { VALUE: '+79000000002', VALUE_TYPE: 'WORK' };

/** A contact with two phones, values 1 and 2. */
async function withPhones(): Promise<Wire> {
  return openPortal({ seed: (desk) => void desk.create('contact', { PHONE: [first, second] }) });
}

function phones(portal: Wire): unknown {
  return portal.truth.contacts()[0]?.['PHONE'];
}

const kept = { ...second, ID: '2', TYPE_ID: 'PHONE' };

test.each([
  [
    [{ ID: 1, VALUE: '+79000000009', VALUE_TYPE: 'WORK' }],
    [{ ID: '1', VALUE: '+79000000009', VALUE_TYPE: 'WORK', TYPE_ID: 'PHONE' }, kept],
  ],
  [
    [{ ID: 1, VALUE: '+79000000009' }],
    [{ ID: '1', VALUE: '+79000000009', VALUE_TYPE: 'MOBILE', TYPE_ID: 'PHONE' }, kept],
  ],
  [[{ ID: 1, DELETE: 'Y' }], [kept]],
  [[{ ID: 1, VALUE: '' }], [kept]],
  [[{ ID: 1 }], [kept]],
  [[{ ID: '1', VALUE_TYPE: 'WORK' }], [kept]],
])('a legacy update with %j leaves %j', async (PHONE, left) => {
  const portal = await withPhones();
  await portal.result('crm.contact.update', { id: 1, fields: { PHONE } });
  expect(phones(portal)).toEqual(left);
});

test('a list sent again without ids is a list added again', async () => {
  const portal = await withPhones();
  await portal.result('crm.contact.update', { id: 1, fields: { PHONE: [first, second] } });
  expect(phones(portal)).toMatchObject([{ ID: '1' }, { ID: '2' }, { ID: '3', ...first }, { ID: '4', ...second }]);
});

test('ids are counted over all records, and HAS_PHONE follows the values', async () => {
  const portal = await withPhones();
  await portal.result('crm.lead.add', {
    fields: { PHONE: [first], EMAIL: [{ VALUE: 'a@clinic.example', VALUE_TYPE: 'HOME' }] },
  });
  expect(portal.truth.leads()[0]).toMatchObject({
    PHONE: [{ ID: '3' }],
    EMAIL: [{ ID: '4' }],
    HAS_PHONE: 'Y',
    HAS_EMAIL: 'Y',
  });
  await portal.result('crm.lead.update', { id: 1, fields: { PHONE: [{ ID: 3 }] } });
  expect(portal.truth.leads()[0]).toMatchObject({ HAS_PHONE: 'N' });
  expect(portal.truth.leads()[0]).not.toHaveProperty('PHONE');
});

test('a value of another record, a type of another kind and an unknown key are refused', async () => {
  const portal = await withPhones();
  const refusal = async (PHONE: unknown): Promise<unknown> =>
    (await portal.post('crm.contact.update', { id: 1, fields: { PHONE } })).body;
  const unknown = (what: string): unknown => error('SANDBOX_UNKNOWN', `The sandbox does not know ${what}`);
  expect(await refusal([{ ID: 9, VALUE: '1' }])).toEqual(unknown('the multi-field value 9 on this record'));
  expect(await refusal([{ VALUE: '1', VALUE_TYPE: 'TELEGRAM' }])).toEqual(
    unknown('the value type "TELEGRAM" of PHONE'),
  );
  expect(await refusal([{ VALUE: '1', TYPE: 'WORK' }])).toEqual(unknown('"TYPE" in PHONE'));
  expect(await refusal('+79000000001')).toEqual(unknown('PHONE that is not a list'));
});

const typed = { typeId: 'PHONE', valueType: 'HOME', value: '+79000000003' };

test.each([
  ['n0 adds', { n0: typed }, [{ id: 1 }, { id: 2 }, { id: 3, ...typed }]],
  ['an id changes', { 1: typed }, [{ id: 1, ...typed }, { id: 2 }]],
  ['an id with an empty value deletes', { 1: { ...typed, value: '' } }, [{ id: 2 }]],
  ['a list adds', [typed], [{ id: 1 }, { id: 2 }, { id: 3, ...typed }]],
  [
    'an element without typeId does nothing',
    { 1: { value: '' }, n0: { value: '1', valueType: 'WORK' } },
    [{ id: 1 }, { id: 2 }],
  ],
  ['a string does nothing', '+79000000003', [{ id: 1 }, { id: 2 }]],
])('in fm of crm.item.update %s', async (_, fm, left) => {
  const portal = await withPhones();
  const updated = await portal.result('crm.item.update', { entityTypeId: 3, id: 1, fields: { fm } });
  const values = member(member(updated, 'item'), 'fm');
  expect(values).toMatchObject(left);
  expect(values).toHaveLength(left.length);
});

test('fm of crm.item.add is a list', async () => {
  const portal = await openPortal();
  await portal.result('crm.item.add', { entityTypeId: 3, fields: { fm: [typed] } });
  expect(portal.truth.contacts()[0]).toMatchObject({ PHONE: [{ ID: '1', VALUE: '+79000000003', VALUE_TYPE: 'HOME' }] });
});
