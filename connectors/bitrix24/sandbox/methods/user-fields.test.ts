import { expect, test } from 'vitest';
import { error, member, openPortal } from '../open-for-test.ts';

test('user fields are listed with their items, with labels only when a language is named', async () => {
  const portal = await openPortal();
  const LIST = [{ VALUE: 'Терапия' }, { VALUE: 'Хирургия', XML_ID: 'surgery' }];
  const fields = { FIELD_NAME: 'KIND', USER_TYPE_ID: 'enumeration', MULTIPLE: 'Y', LABEL: 'Вид лечения', LIST };
  const id = await portal.result('crm.lead.userfield.add', { fields });
  const { body } = await portal.post('crm.lead.userfield.list', { filter: { FIELD_NAME: 'UF_CRM_KIND' } });
  expect(body).toMatchObject({ total: 1 });
  const row = member(member(body, 'result'), '0');
  expect(row).toMatchObject({
    ID: String(id),
    ENTITY_ID: 'CRM_LEAD',
    FIELD_NAME: 'UF_CRM_KIND',
    USER_TYPE_ID: 'enumeration',
    MULTIPLE: 'Y',
    LIST: [
      { ID: '1', SORT: '10', VALUE: 'Терапия', DEF: 'N', XML_ID: 'item-1' },
      { ID: '2', SORT: '20', VALUE: 'Хирургия', DEF: 'N', XML_ID: 'surgery' },
    ],
  });
  expect(row).not.toHaveProperty('LIST_COLUMN_LABEL');
  const labelled = await portal.result('crm.lead.userfield.list', { filter: { LANG: 'ru' } });
  expect(member(labelled, '0')).toMatchObject({ LIST_COLUMN_LABEL: 'Вид лечения' });
  expect(await portal.result('crm.lead.userfield.get', { id })).toMatchObject({
    LIST_COLUMN_LABEL: { ru: 'Вид лечения' },
  });
});

test('an added field can be written, read and filtered at once', async () => {
  const portal = await openPortal();
  portal.create('contact', { NAME: 'Яна' });
  await portal.result('crm.contact.userfield.add', { fields: { FIELD_NAME: 'UF_CRM_AGE', USER_TYPE_ID: 'integer' } });
  await portal.result('crm.contact.update', { id: 1, fields: { UF_CRM_AGE: 30 } });
  const found = await portal.result('crm.contact.list', { filter: { '>UF_CRM_AGE': 29 }, select: ['UF_CRM_AGE'] });
  expect(found).toEqual([{ UF_CRM_AGE: '30' }]);
});

test.each([
  [{ USER_TYPE_ID: 'string' }, error('', "The 'FIELD_NAME' field is not found.")],
  [{ FIELD_NAME: 'A' }, error('', "The 'USER_TYPE_ID' field is not found.")],
  [{ FIELD_NAME: 'A', USER_TYPE_ID: 'poem' }, error('ERROR_CORE', 'Incorrect custom type specified.')],
  [
    { FIELD_NAME: 'a', USER_TYPE_ID: 'string' },
    error('ERROR_CORE', 'Field name contains invalid characters. Allowed characters are: A-Z, 0-9 and _.'),
  ],
  [
    { FIELD_NAME: 'A'.repeat(44), USER_TYPE_ID: 'string' },
    error('ERROR_CORE', 'Field name is too long (more than 50 characters).'),
  ],
  [
    {
      FIELD_NAME: 'A',
      USER_TYPE_ID: 'enumeration',
      LIST: [
        { VALUE: '1', XML_ID: 'x' },
        { VALUE: '2', XML_ID: 'x' },
      ],
    },
    error('ERROR_CORE', 'List item with value XML_ID=x already exists.'),
  ],
])('adding %j is refused by the vendor', async (fields, body) => {
  const portal = await openPortal();
  expect(await portal.post('crm.deal.userfield.add', { fields })).toEqual({ status: 400, body });
});

test('LIST changes the items it gives with their ids, and adds those without', async () => {
  const portal = await openPortal();
  const fields = { FIELD_NAME: 'KIND', USER_TYPE_ID: 'enumeration', LIST: [{ VALUE: 'Терапия', XML_ID: 'a' }] };
  const id = await portal.result('crm.deal.userfield.add', { fields });
  const LIST = [
    { ID: '1', VALUE: 'Лечение', XML_ID: 'a', SORT: '10' },
    { VALUE: 'Гигиена', SORT: 20 },
  ];
  expect(await portal.result('crm.deal.userfield.update', { id, fields: { LIST } })).toBe(true);
  expect(await portal.result('crm.deal.userfield.get', { id })).toMatchObject({
    LIST: [
      { ID: '1', VALUE: 'Лечение', XML_ID: 'a', SORT: '10' },
      { ID: '2', VALUE: 'Гигиена', XML_ID: 'item-2', SORT: '20' },
    ],
  });
  expect(await portal.post('crm.deal.userfield.update', { id: 404, fields: { LIST } })).toEqual({
    status: 400,
    body: error('ERROR_NOT_FOUND', "The entity with ID '404' is not found"),
  });
});
