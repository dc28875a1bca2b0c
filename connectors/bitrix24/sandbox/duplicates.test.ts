import { expect, test } from 'vitest';
import { error, openPortal, type Wire } from './open-for-test.ts';

const phone = (VALUE: string): object => ({ PHONE: [{ VALUE, VALUE_TYPE: 'WORK' }] });

async function find(portal: Wire, ...values: readonly string[]): Promise<unknown> {
  return portal.result('crm.duplicate.findbycomm', { type: 'PHONE', values });
}

test('finds leads, contacts and companies by their digits, 8 for 7, extension or not', async () => {
  const portal = await openPortal();
  portal.create('lead', { ...phone('8 (900) 000-00-01') });
  portal.create('contact', { ...phone('+7 900 000 00 01#12') });
  portal.create('contact', { ...phone('+79000000002') });
  portal.create('company', { ...phone('79000000001') });
  expect(await find(portal, '+79000000001')).toEqual({ LEAD: [1], CONTACT: [1], COMPANY: [1] });
  expect(await find(portal, '89000000002', '+79000000001#7')).toEqual({ LEAD: [1], CONTACT: [1, 2], COMPANY: [1] });
});

test('nothing found is an empty list', async () => {
  const portal = await openPortal();
  expect(await find(portal, '+79000000001')).toEqual([]);
});

test('with twenty found in one type the types after it are not searched', async () => {
  const portal = await openPortal();
  portal.create('company', { ...phone('+79000000001') });
  for (let count = 0; count < 19; count += 1) portal.create('contact', { ...phone('+79000000001') });
  expect(await find(portal, '+79000000001')).toMatchObject({ COMPANY: [1] });
  portal.create('contact', { ...phone('+79000000001') });
  expect(await find(portal, '+79000000001')).toEqual({ CONTACT: Array.from({ length: 20 }, (_, index) => index + 1) });
});

test('entity_type narrows the search, and mails have no case', async () => {
  const portal = await openPortal();
  portal.create('lead', { EMAIL: [{ VALUE: 'Nina@Clinic.example', VALUE_TYPE: 'WORK' }] });
  portal.create('contact', { EMAIL: [{ VALUE: 'nina@clinic.example', VALUE_TYPE: 'WORK' }] });
  const params = { type: 'EMAIL', values: ['NINA@clinic.example'], entity_type: 'CONTACT' };
  expect(await portal.result('crm.duplicate.findbycomm', params)).toEqual({ CONTACT: [1] });
});

test('follows changed and deleted values', async () => {
  const portal = await openPortal();
  portal.create('contact', { ...phone('+79000000001') });
  portal.edit('contact', 1, { PHONE: [{ ID: 1, VALUE: '+79000000002' }] });
  expect([await find(portal, '+79000000001'), await find(portal, '+79000000002')]).toEqual([[], { CONTACT: [1] }]);
  portal.remove('contact', 1);
  expect(await find(portal, '+79000000002')).toEqual([]);
});

test.each([
  [{ values: ['1'] }, error('', 'Communication type is not defined')],
  [{ type: 'FAX', values: ['1'] }, error('', "Communication type 'FAX' is not supported in current context")],
  [{ type: 'PHONE' }, error('', 'Communication values is not defined')],
  [
    { type: 'PHONE', values: Array.from({ length: 21 }, () => '1') },
    error('SANDBOX_UNKNOWN', 'The sandbox does not know 21 values in one search, over 20'),
  ],
])('%j is HTTP 400', async (params, body) => {
  const portal = await openPortal();
  expect(await portal.post('crm.duplicate.findbycomm', params)).toEqual({ status: 400, body });
});
