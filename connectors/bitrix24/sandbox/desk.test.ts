import { expect, test } from 'vitest';
import { openPortal } from './open-for-test.ts';

const phone = (VALUE: string): object => ({ VALUE, VALUE_TYPE: 'WORK' });

test('contacts merged by a person: the first takes what it lacks, and what hung on the others', async () => {
  const portal = await openPortal();
  portal.create('contact', { NAME: 'Нина', PHONE: [phone('+79000000001')] });
  portal.create('contact', { NAME: 'Н.', LAST_NAME: 'Осокина', PHONE: [phone('+79000000001'), phone('+79000000002')] });
  portal.create('contact', { NAME: 'Яна' });
  portal.create('deal', { CONTACT_ID: 2 });
  portal.create('deal', { CONTACT_IDS: [3, 1, 2] });
  portal.create('lead', { CONTACT_ID: 2 });
  portal.merge('contact', 1, [2]);
  expect(portal.truth.contacts()).toMatchObject([
    { ID: '1', NAME: 'Нина', LAST_NAME: 'Осокина', PHONE: [{ VALUE: '+79000000001' }, { VALUE: '+79000000002' }] },
    { ID: '3' },
  ]);
  expect(portal.truth.deals().map((deal) => deal['CONTACT_ID'])).toEqual(['1', '3']);
  expect(portal.truth.leads()).toMatchObject([{ CONTACT_ID: '1' }]);
  const linked = await portal.result('crm.deal.contact.items.get', { id: 2 });
  expect(linked).toMatchObject([{ CONTACT_ID: 3 }, { CONTACT_ID: 1 }]);
  expect(portal.truth.history('contact', 2).at(-1)).toMatchObject({ by: 'desk', record: null });
});

test('a merged record is found by its phones under the id that stays', async () => {
  const portal = await openPortal();
  portal.create('contact', { PHONE: [phone('+79000000001')] });
  portal.create('contact', { PHONE: [phone('+79000000002')] });
  portal.merge('contact', 1, [2]);
  const values = ['+79000000002'];
  expect(await portal.result('crm.duplicate.findbycomm', { type: 'PHONE', values })).toEqual({ CONTACT: [1] });
});
