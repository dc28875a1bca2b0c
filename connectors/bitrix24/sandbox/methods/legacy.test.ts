import { expect, test } from 'vitest';
import { error, member, noon, openPortal } from '../open-for-test.ts';

test('a deal comes back as strings and nulls, empty dates as empty strings', async () => {
  const portal = await openPortal({ userFields: { deal: [{ name: 'UF_CRM_1', type: 'double' }] } });
  const fields = {
    TITLE: 'Приём',
    OPPORTUNITY: 1000,
    CONTACT_ID: 84,
    CLOSEDATE: '2026-12-01',
    UF_CRM_1: 1.5,
    UF_CRM_1769008900: '2026-11-21T10:00:00+05:00',
  };
  expect(await portal.result('crm.deal.add', { fields })).toBe(1);
  expect(await portal.result('crm.deal.get', { id: '1' })).toMatchObject({
    ID: '1',
    TITLE: 'Приём',
    OPPORTUNITY: '1000.00',
    CONTACT_ID: '84',
    COMPANY_ID: null,
    LEAD_ID: null,
    BEGINDATE: '2026-11-20T00:00:00+03:00',
    CLOSEDATE: '2026-12-01T00:00:00+03:00',
    DATE_CREATE: '2026-11-20T12:00:00+03:00',
    STAGE_ID: 'NEW',
    STAGE_SEMANTIC_ID: 'P',
    CLOSED: 'N',
    ASSIGNED_BY_ID: '1',
    UF_CRM_1: '1.5',
    UF_CRM_1769008900: '2026-11-21T08:00:00+03:00',
    UF_CRM_1769008947: '',
    UF_CRM_1769072841035: null,
  });
});

test('the server’s zone is a setting', async () => {
  const portal = await openPortal({ zone: '-05:00' });
  await portal.result('crm.deal.add', { fields: { CLOSEDATE: '2026-12-01' } });
  expect(await portal.result('crm.deal.get', { id: 1 })).toMatchObject({
    CLOSEDATE: '2026-12-01T00:00:00-05:00',
    DATE_CREATE: '2026-11-20T04:00:00-05:00',
  });
});

test.each([
  ['crm.deal.get', {}, 'ID is not defined or invalid.'],
  ['crm.deal.get', { id: 'x' }, 'ID is not defined or invalid.'],
  ['crm.lead.get', { id: 5 }, 'Not found'],
  ['crm.contact.delete', { id: 5 }, 'Not found'],
  ['crm.company.update', { id: 5, fields: {} }, 'Not found'],
  ['crm.deal.add', { fields: 'TITLE' }, "Parameter 'fields' must be array."],
  ['crm.deal.add', {}, "Parameter 'fields' must be array."],
])('%s with %j is an error without a code: %s', async (method, params, text) => {
  const portal = await openPortal();
  expect(await portal.post(method, params)).toEqual({ status: 400, body: error('', text) });
  expect(portal.journal.refusals).toEqual([]);
});

test('an update stamps the record and answers true', async () => {
  let now = noon;
  const portal = await openPortal({ now: () => now });
  portal.create('contact', { NAME: 'Олег' });
  now += 60_000;
  expect(await portal.result('crm.contact.update', { id: 1, fields: { NAME: 'Олег', POST: '' } })).toBe(true);
  expect(portal.truth.contacts()[0]).toMatchObject({
    POST: '',
    CREATED_BY_ID: '2',
    MODIFY_BY_ID: '1',
    DATE_CREATE: '2026-11-20T12:00:00+03:00',
    DATE_MODIFY: '2026-11-20T12:01:00+03:00',
  });
});

test('a deleted record is gone, and its id is not given again', async () => {
  const portal = await openPortal();
  portal.create('lead', {});
  expect(await portal.result('crm.lead.delete', { id: 1 })).toBe(true);
  expect(await portal.result('crm.lead.add', { fields: {} })).toBe(2);
  expect(await portal.result('crm.lead.list', { select: ['ID', 'TITLE'] })).toEqual([{ ID: '2', TITLE: 'Лид #2' }]);
});

test('an unknown field is refused, or ignored as the real portal does when asked to; both are counted', async () => {
  const strict = await openPortal();
  expect((await strict.post('crm.deal.add', { fields: { UF_CRM_LOST: 1 } })).body).toEqual(
    error('SANDBOX_UNKNOWN', 'The sandbox does not know the field UF_CRM_LOST of a deal'),
  );
  const lenient = await openPortal({ unknownFields: 'ignore' });
  expect(await lenient.result('crm.deal.add', { fields: { UF_CRM_LOST: 1 } })).toBe(1);
  expect([strict.journal.refusals[0]?.answered, lenient.journal.refusals[0]?.answered]).toEqual(['error', 'ignored']);
});

test('read-only fields are passed over: LEAD_ID on add and update, CATEGORY_ID on update', async () => {
  const portal = await openPortal();
  await portal.result('crm.deal.add', { fields: { LEAD_ID: 7, ID: 9, DATE_CREATE: '2020-01-01', CATEGORY_ID: 1 } });
  await portal.result('crm.deal.update', { id: 1, fields: { LEAD_ID: 7, CATEGORY_ID: 0 } });
  expect(portal.truth.deals()).toMatchObject([
    { ID: '1', LEAD_ID: null, CATEGORY_ID: '1', STAGE_ID: 'C1:NEW', DATE_CREATE: '2026-11-20T12:00:00+03:00' },
  ]);
});

test('a final stage closes the deal and is stamped as a move', async () => {
  let now = noon;
  const portal = await openPortal({ now: () => now });
  portal.create('deal', {});
  now += 60_000;
  await portal.result('crm.deal.update', { id: 1, fields: { STAGE_ID: 'APOLOGY' } });
  expect(portal.truth.deals()[0]).toMatchObject({
    STAGE_SEMANTIC_ID: 'F',
    CLOSED: 'Y',
    IS_NEW: 'N',
    MOVED_BY_ID: '1',
    MOVED_TIME: '2026-11-20T12:01:00+03:00',
  });
  await portal.result('crm.deal.update', { id: 1, fields: { STAGE_ID: 'NEW' } });
  expect(portal.truth.deals()[0]).toMatchObject({ STAGE_SEMANTIC_ID: 'P', CLOSED: 'N', IS_NEW: 'Y' });
});

test.each([
  [{ STAGE_ID: 'UC_GONE' }, 'the value "UC_GONE" of STAGE_ID'],
  [{ STAGE_ID: 'C1:NEW' }, 'the value "C1:NEW" of STAGE_ID'],
  [{ CATEGORY_ID: 9 }, 'the value 9 of CATEGORY_ID'],
  [{ SOURCE_ID: 'MOON' }, 'the value "MOON" of SOURCE_ID'],
  [{ OPPORTUNITY: 'много' }, 'the value "много" of OPPORTUNITY'],
  [{ CLOSEDATE: '01.12.2026' }, 'the value "01.12.2026" of CLOSEDATE'],
  [{ OPENED: true }, 'the value true of OPENED'],
])('a deal with %j is refused', async (fields, what) => {
  const portal = await openPortal();
  const { body } = await portal.post('crm.deal.add', { fields });
  expect(body).toEqual(error('SANDBOX_UNKNOWN', `The sandbox does not know ${what}`));
  expect(portal.truth.deals()).toEqual([]);
});

test('a converted lead is closed as a success and creates nothing', async () => {
  const portal = await openPortal();
  portal.create('lead', { NAME: 'Ева' });
  await portal.result('crm.lead.update', { id: 1, fields: { STATUS_ID: 'CONVERTED' } });
  expect(portal.truth.leads()[0]).toMatchObject({ STATUS_SEMANTIC_ID: 'S', DATE_CLOSED: '2026-11-20T12:00:00+03:00' });
  expect([portal.truth.deals(), portal.truth.contacts()]).toEqual([[], []]);
});

test('CONTACT_ID is the first of CONTACT_IDS', async () => {
  const portal = await openPortal();
  const contacts = async (): Promise<unknown> => portal.result('crm.deal.contact.items.get', { id: 1 });
  await portal.result('crm.deal.add', { fields: { CONTACT_IDS: [5, 6] } });
  expect(await contacts()).toEqual([
    { CONTACT_ID: 5, SORT: 10, ROLE_ID: 0, IS_PRIMARY: 'Y' },
    { CONTACT_ID: 6, SORT: 20, ROLE_ID: 0, IS_PRIMARY: 'N' },
  ]);
  await portal.result('crm.deal.update', { id: 1, fields: { CONTACT_ID: 7 } });
  expect(await contacts()).toMatchObject([{ CONTACT_ID: 7 }, { CONTACT_ID: 6 }]);
  expect(portal.truth.deals()[0]).toMatchObject({ CONTACT_ID: '7' });
  await portal.result('crm.deal.update', { id: 1, fields: { CONTACT_IDS: [] } });
  expect(await contacts()).toEqual([]);
});

test('an enumeration keeps the ids of its items, never their texts', async () => {
  const items = [{ value: 'Терапия' }, { value: 'Хирургия' }];
  const portal = await openPortal({
    userFields: { deal: [{ name: 'UF_CRM_2', type: 'enumeration', multiple: true, items }] },
  });
  await portal.result('crm.deal.add', { fields: { UF_CRM_2: [2, '1'] } });
  expect(portal.truth.deals()[0]).toMatchObject({ UF_CRM_2: ['2', '1'] });
  const { body } = await portal.post('crm.deal.add', { fields: { UF_CRM_2: ['Терапия'] } });
  expect(member(body, 'error')).toBe('SANDBOX_UNKNOWN');
});

test('a boolean user field reads 1 and 0, and is filtered by them', async () => {
  const portal = await openPortal({ userFields: { deal: [{ name: 'UF_CRM_3', type: 'boolean' }] } });
  await portal.result('crm.deal.add', { fields: { UF_CRM_3: 'Y' } });
  expect(portal.truth.deals()[0]).toMatchObject({ UF_CRM_3: '1' });
  expect(await portal.result('crm.deal.list', { filter: { UF_CRM_3: 1 }, select: ['ID'] })).toEqual([{ ID: '1' }]);
});

test('crm.deal.fields tells types, what is read-only, and whose statuses a field takes, not which', async () => {
  const portal = await openPortal();
  const fields = await portal.result('crm.deal.fields');
  expect(member(fields, 'LEAD_ID')).toEqual({
    type: 'crm_lead',
    isRequired: false,
    isReadOnly: true,
    isImmutable: false,
    isMultiple: false,
    isDynamic: false,
    title: 'LEAD_ID',
    settings: { parentEntityTypeId: 1 },
  });
  expect(member(fields, 'CATEGORY_ID')).toMatchObject({ isImmutable: true });
  expect(member(fields, 'STAGE_ID')).toMatchObject({ statusType: 'DEAL_STAGE' });
  expect(member(fields, 'TYPE_ID')).toMatchObject({ statusType: 'DEAL_TYPE' });
  expect(member(fields, 'TYPE_ID')).not.toHaveProperty('items');
  expect(member(fields, 'UF_CRM_1769008900')).toMatchObject({
    type: 'datetime',
    isDynamic: true,
    listLabel: 'Начало приёма',
  });
});
