import { expect, test } from 'vitest';
import { error, member, noon, openPortal, type Wire } from '../open-for-test.ts';

async function item(portal: Wire, method: string, params: object): Promise<unknown> {
  return member(await portal.result(method, params), 'item');
}

test('an item comes back whole and typed', async () => {
  const portal = await openPortal();
  const fields = {
    title: 'Приём',
    opportunity: '1000.50',
    leadId: 7,
    contactIds: [5, 6],
    ufCrm_1769008996: 'Осокин Г.',
  };
  expect(await item(portal, 'crm.item.add', { entityTypeId: 2, fields })).toMatchObject({
    id: 1,
    title: 'Приём',
    opportunity: 1000.5,
    leadId: 7,
    contactId: 5,
    contactIds: [5, 6],
    companyId: 0,
    stageId: 'NEW',
    stageSemanticId: 'P',
    begindate: '2026-11-20T00:00:00+03:00',
    createdTime: '2026-11-20T12:00:00+03:00',
    createdBy: 1,
    ufCrm_1769008996: 'Осокин Г.',
    ufCrm_1769008900: null,
    entityTypeId: 2,
  });
});

test('useOriginalUfNames turns the names of user fields both ways', async () => {
  const portal = await openPortal();
  const common = { entityTypeId: 2, useOriginalUfNames: 'Y' };
  const added = await item(portal, 'crm.item.add', { ...common, fields: { UF_CRM_1769008996: 'Осокин Г.' } });
  expect(added).toMatchObject({ UF_CRM_1769008996: 'Осокин Г.' });
  expect(added).not.toHaveProperty('ufCrm_1769008996');
  const list = { ...common, select: ['id', 'UF_CRM_1769008996'], filter: { UF_CRM_1769008996: 'Осокин Г.' } };
  expect(await portal.result('crm.item.list', list)).toEqual({ items: [{ id: 1, UF_CRM_1769008996: 'Осокин Г.' }] });
  const { body } = await portal.post('crm.item.add', { ...common, fields: { ufCrm_1769008996: 'x' } });
  expect(member(body, 'error')).toBe('SANDBOX_UNKNOWN');
});

test('names of user fields are converted by the vendor’s examples', async () => {
  const names = [
    'UF_CRM_3_DIGIT',
    'UF_CRM_3_1747309727',
    'UF_CRM_3_DIGIT10',
    'UF_CRM_1747309879',
    'UF_CRM_HELLO_WORLD',
  ];
  const portal = await openPortal({ userFields: { lead: names.map((name) => ({ name, type: 'string' })) } });
  const { fields } = Object(await portal.result('crm.item.fields', { entityTypeId: 1 }));
  const converted = Object.entries(fields).flatMap(([name, field]) => (member(field, 'isDynamic') ? [name] : []));
  expect(converted).toEqual([
    'ufCrm3Digit',
    'ufCrm3_1747309727',
    'ufCrm_3_DIGIT10',
    'ufCrm_1747309879',
    'ufCrmHelloWorld',
  ]);
  expect(member(fields, 'ufCrm3Digit')).toMatchObject({ upperName: 'UF_CRM_3_DIGIT', type: 'string' });
});

test('an update that changes nothing is not a save', async () => {
  let now = noon;
  const portal = await openPortal({ now: () => now });
  portal.create('deal', { TITLE: 'Приём' });
  now += 60_000;
  const update = async (title: string): Promise<unknown> =>
    item(portal, 'crm.item.update', { entityTypeId: 2, id: 1, fields: { title } });
  expect(await update('Приём')).toMatchObject({ updatedTime: '2026-11-20T12:00:00+03:00', updatedBy: 2 });
  expect(await update('Визит')).toMatchObject({ updatedTime: '2026-11-20T12:01:00+03:00', updatedBy: 1 });
});

test('only crm.item.update moves a deal to another funnel, to its first stage unless told', async () => {
  const portal = await openPortal();
  portal.create('deal', { STAGE_ID: 'EXECUTING' });
  const update = async (fields: object): Promise<unknown> =>
    item(portal, 'crm.item.update', { entityTypeId: 2, id: 1, fields });
  expect(await update({ categoryId: 1 })).toMatchObject({ categoryId: 1, stageId: 'C1:NEW' });
  expect(await update({ categoryId: 0, stageId: 'WON' })).toMatchObject({ stageId: 'WON', closed: 'Y' });
});

test('a delete answers an empty list', async () => {
  const portal = await openPortal();
  portal.create('company', {});
  expect(await portal.result('crm.item.delete', { entityTypeId: 4, id: 1 })).toEqual([]);
  expect(portal.truth.companies()).toEqual([]);
});

test.each([
  ['crm.item.get', { entityTypeId: 99, id: 1 }, error('NOT_FOUND', 'Smart process not found')],
  ['crm.item.get', { entityTypeId: 2, id: 1 }, error('NOT_FOUND', 'Element not found')],
  [
    'crm.item.add',
    { entityTypeId: 2, fields: { stageId: 'UC_GONE' } },
    error('CRM_FIELD_ERROR_VALUE_NOT_VALID', 'Invalid value for field "stageId"'),
  ],
  [
    'crm.item.add',
    { entityTypeId: 2, fields: { contactIds: 5 } },
    error(100, 'Expected iterable value for multiple field, but got int instead'),
  ],
  [
    'crm.item.list',
    { entityTypeId: 2, filter: { FIELD: 1 } },
    error('INVALID_ARG_VALUE', "Invalid filter: field 'FIELD' is not allowed in filter"),
  ],
  [
    'crm.item.list',
    { entityTypeId: 2, filter: { '>createdTime': 'вчера' } },
    error('INVALID_ARG_VALUE', "Invalid filter: field 'createdTime' has invalid value"),
  ],
  [
    'crm.item.list',
    { entityTypeId: 2, order: { FIELD: 'ASC' } },
    error('INVALID_ARG_VALUE', "Invalid order: field 'FIELD' is not allowed in order"),
  ],
])('%s with %j has an error with a code', async (method, params, body) => {
  const portal = await openPortal();
  expect(await portal.post(method, params)).toEqual({ status: 400, body });
  expect(portal.journal.refusals).toEqual([]);
});

test.each([
  [{ logic: 'OR', '0': { name: 'Анна' }, '1': { name: 'Вера' } }, [1, 3]],
  [
    [{ logic: 'OR', name: 'Анна', '>id': 2 }, { '!%name': 'ан' }],
    [1, 3],
  ],
  [{ '!%name': 'н' }, [2, 3]],
  [{ '!=%name': 'Б%' }, [1, 3]],
  [{ '@id': [2, 3], stageId: 'NEW' }, [2, 3]],
])('the nested filter %j finds %j', async (filter, found) => {
  const portal = await openPortal();
  for (const NAME of ['Анна', 'Борис', 'Вера']) portal.create('lead', { NAME });
  const params = { entityTypeId: 1, filter, order: { ID: 'ASC' }, select: ['id'] };
  expect(await portal.result('crm.item.list', params)).toEqual({ items: found.map((id) => ({ id })) });
});

test('fm comes with the star only', async () => {
  const portal = await openPortal();
  portal.create('contact', { NAME: 'Яна', PHONE: [{ VALUE: '+79000000001', VALUE_TYPE: 'MOBILE' }] });
  const list = async (select: readonly string[]): Promise<unknown> =>
    member(member(await portal.result('crm.item.list', { entityTypeId: 3, select }), 'items'), '0');
  expect(await list(['id', 'name'])).toEqual({ id: 1, name: 'Яна' });
  expect(await list(['*'])).toMatchObject({
    fm: [{ id: 1, valueType: 'MOBILE', value: '+79000000001', typeId: 'PHONE' }],
    phoneMobile: '+79000000001',
    phoneWork: '',
    phone: '+79000000001',
  });
});

test('a mandatory user field is asked for, which the legacy methods do not', async () => {
  const branch = { name: 'UF_CRM_BRANCH', type: 'string', label: 'Филиал', mandatory: true } as const;
  const portal = await openPortal({ userFields: { deal: [branch] } });
  const required = { status: 400, body: error('CRM_FIELD_ERROR_REQUIRED', 'The field "Филиал" is required.') };
  expect(await portal.post('crm.item.add', { entityTypeId: 2, fields: { title: 'x' } })).toEqual(required);
  const fields = { title: 'x', ufCrmBranch: 'Центр' };
  expect(await item(portal, 'crm.item.add', { entityTypeId: 2, fields })).toMatchObject({ ufCrmBranch: 'Центр' });
  const emptied = { entityTypeId: 2, id: 1, fields: { ufCrmBranch: '' } };
  expect(await portal.post('crm.item.update', emptied)).toEqual(required);
  expect(await portal.result('crm.deal.add', { fields: { TITLE: 'x' } })).toBe(2);
});
