import { expect, test } from 'vitest';
import { member, noon, openAccount } from './open-for-test.ts';

test('a lead begins in the first stage of the main funnel', async () => {
  const account = await openAccount();
  await account.call('POST', '/leads', [{}]);
  expect(account.truth.rows('leads')[0]).toMatchObject({
    name: 'Сделка #1',
    price: 0,
    pipeline_id: 3101,
    status_id: 41_002,
    closed_at: null,
  });
});

test('a stage must be one of the funnel, and won and lost are in every one', async () => {
  const account = await openAccount();
  expect(await account.refusals('POST', '/leads', [{ status_id: 42_002 }, { pipeline_id: 1 }])).toEqual([
    '0 NotSupportedChoice status_id',
    '1 NotSupportedChoice pipeline_id',
  ]);
  await account.call('POST', '/leads', [{ pipeline_id: 3102, status_id: 42_003 }]);
  expect(await account.refusals('PATCH', '/leads/1', { status_id: 41_003 })).toEqual(['NotSupportedChoice status_id']);
  await account.call('PATCH', '/leads/1', { status_id: 142 });
  expect(account.truth.rows('leads')[0]).toMatchObject({ pipeline_id: 3102, status_id: 142, closed_at: noon / 1000 });
  await account.call('PATCH', '/leads/1', { pipeline_id: 3101 });
  expect(account.truth.rows('leads')[0]).toMatchObject({ pipeline_id: 3101, status_id: 41_002, closed_at: null });
});

test('only a lost lead has a reason', async () => {
  const account = await openAccount();
  await account.call('POST', '/leads', [{ loss_reason_id: 901 }, { status_id: 143, loss_reason_id: 902 }]);
  expect(await account.list('/leads?with=loss_reason')).toMatchObject([
    { loss_reason_id: null, _embedded: { loss_reason: [] } },
    { loss_reason_id: 902, _embedded: { loss_reason: [{ id: 902, name: 'Не пришёл' }] } },
  ]);
  expect(await account.refusals('PATCH', '/leads/2', { loss_reason_id: 1 })).toEqual([
    'NotSupportedChoice loss_reason_id',
  ]);
});

test('a price has a fraction only where the account takes it', async () => {
  const account = await openAccount();
  await account.call('POST', '/leads', [{ price: 3500.75 }]);
  expect(account.truth.rows('leads')[0]).toMatchObject({ price: 3500, price_with_minor_units: 3500.75 });
  account.behave({ minorUnits: false });
  expect(await account.refusals('POST', '/leads', [{ price: 1.5 }])).toEqual(['0 InvalidType price']);
  expect(Object.keys(account.truth.rows('leads')[0] ?? {})).not.toContain('price_with_minor_units');
});

test('a lead is made with its contacts and company, and later they are linked by their own addresses', async () => {
  const account = await openAccount();
  for (const name of ['Яна', 'Пётр']) account.create('contacts', { name });
  for (const name of ['ООО «Ромашка»', 'ООО «Лютик»']) account.create('companies', { name });
  const _embedded = { contacts: [{ id: 1 }, { id: 2, is_main: true }], companies: [{ id: 1 }] };
  await account.call('POST', '/leads', [{ _embedded }]);
  const linked = async (): Promise<unknown> =>
    member((await account.call('GET', '/leads/1?with=contacts')).body, '_embedded');
  expect(await linked()).toEqual({
    tags: [],
    companies: [{ id: 1 }],
    contacts: [
      { id: 1, is_main: false },
      { id: 2, is_main: true },
    ],
  });
  const link = await account.call('POST', '/leads/1/link', [
    { to_entity_id: 2, to_entity_type: 'companies', metadata: null },
    { to_entity_id: 1, to_entity_type: 'contacts', metadata: { is_main: true } },
  ]);
  expect(member(link.body, '_embedded.links')).toEqual([
    { entity_id: 1, entity_type: 'leads', to_entity_id: 2, to_entity_type: 'companies', metadata: null },
    { entity_id: 1, entity_type: 'leads', to_entity_id: 1, to_entity_type: 'contacts', metadata: { is_main: true } },
  ]);
  expect(await linked()).toMatchObject({
    companies: [{ id: 2 }],
    contacts: [
      { id: 1, is_main: true },
      { id: 2, is_main: false },
    ],
  });
  const gone = await account.call('POST', '/leads/1/unlink', [{ to_entity_id: 1, to_entity_type: 'contacts' }]);
  expect(gone).toMatchObject({ status: 204, text: '' });
  expect(await linked()).toMatchObject({ contacts: [{ id: 2, is_main: true }] });
});

test('links are read of one and of many, and nothing is linked to what is not there', async () => {
  const account = await openAccount();
  account.create('contacts', { name: 'Яна' });
  account.create('leads', { _embedded: { contacts: [{ id: 1 }] } });
  account.create('leads', {});
  expect(await account.list('/leads/1/links')).toMatchObject([{ to_entity_id: 1, to_entity_type: 'contacts' }]);
  const mass = '/contacts/links?filter[entity_id][]=1&filter[to_entity_type]=leads';
  expect(await account.list(mass)).toMatchObject([{ entity_id: 1, to_entity_id: 1, to_entity_type: 'leads' }]);
  expect(await account.call('GET', '/leads/2/links')).toMatchObject({ status: 204 });
  expect(
    await account.refusals('POST', '/leads/link', [
      { entity_id: 1, to_entity_id: 9, to_entity_type: 'contacts' },
      { entity_id: 1, to_entity_id: 1, to_entity_type: 'customers' },
    ]),
  ).toContain('0 NotSupportedChoice to_entity_id');
});

test('a lead, its contact and its company are made in one request', async () => {
  const account = await openAccount();
  const contacts = [
    { name: 'Яна', custom_fields_values: account.fields('contacts', { PHONE: [{ value: '+79000000001' }] }) },
  ];
  const answer = await account.call('POST', '/leads/complex', [
    { name: 'Приём', request_id: 'a', _embedded: { contacts, companies: [{ name: 'ООО «Ромашка»' }] } },
    { name: 'Заявка', _embedded: { contacts: [{ name: 'Пётр' }], metadata: { category: 'forms' } } },
    { name: 'Без человека' },
  ]);
  expect(answer.body).toEqual([
    { id: 1, contact_id: 1, company_id: 1, request_id: ['a'], merged: false },
    { id: 2, contact_id: 2, company_id: null, request_id: ['1'], merged: false },
    { id: 3, contact_id: null, company_id: null, request_id: ['2'], merged: false },
  ]);
  expect(account.truth.rows('leads')).toMatchObject([
    { _embedded: { contacts: [{ id: 1, is_main: true }], companies: [{ id: 1 }] } },
    { status_id: 41_001 },
    {},
  ]);
  expect(account.truth.rows('contacts')[0]).toMatchObject({ _embedded: { companies: [{ id: 1 }] } });
  expect(
    await account.refusals('POST', '/leads/complex', [{ _embedded: { contacts: [{ responsible_user_id: 5 }] } }]),
  ).toEqual(['0 NotSupportedChoice _embedded.contacts.0.responsible_user_id']);
});

test('duplicate control finds the lead of the same phone, and two items may become one', async () => {
  const account = await openAccount();
  const item = (value: string): object => ({
    name: 'Приём',
    _embedded: {
      contacts: [{ name: 'Яна', custom_fields_values: account.fields('contacts', { PHONE: [{ value }] }) }],
    },
  });
  await account.call('POST', '/leads/complex', [item('+79000000001'), item('8 (900) 000-00-01')]);
  account.behave({ duplicateControl: true });
  const answer = await account.call('POST', '/leads/complex', [
    item('89000000001'),
    item('+79000000002'),
    item('79000000001'),
    item('+79000000002'),
  ]);
  expect(answer.body).toEqual([
    { id: 1, contact_id: 1, company_id: null, request_id: ['0', '2'], merged: true },
    { id: 3, contact_id: 3, company_id: null, request_id: ['1'], merged: false },
    { id: 4, contact_id: 4, company_id: null, request_id: ['3'], merged: false },
  ]);
  const elsewhere = await account.call('POST', '/leads/complex', [{ ...item('+79000000001'), pipeline_id: 3102 }]);
  expect(elsewhere.body).toMatchObject([{ merged: false }]);
});
