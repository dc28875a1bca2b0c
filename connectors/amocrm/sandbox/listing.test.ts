import { expect, test } from 'vitest';
import { member, noon, openAccount, type Wire } from './open-for-test.ts';

/** Contacts with these names, each a minute younger than the one before. */
async function contacts(names: readonly string[]): Promise<Wire> {
  let now = noon;
  const account = await openAccount({ now: () => now });
  for (const name of names) {
    account.create('contacts', { name });
    now += 60_000;
  }
  return account;
}

const ids = (rows: readonly Record<string, unknown>[]): readonly unknown[] => rows.map(({ id }) => id);

test('a list has pages with absolute links, and ends with 204', async () => {
  const account = await contacts(['а', 'б', 'в', 'г', 'д']);
  const address = `${account.origin}/api/v4/contacts?limit=2&order[id]=asc`;
  const { status, body } = await account.call('GET', '/contacts?limit=2&page=2&order[id]=asc');
  expect([status, member(body, '_page')]).toEqual([200, 2]);
  expect(member(body, '_links')).toEqual({
    self: { href: `${address}&page=2` },
    next: { href: `${address}&page=3` },
    first: { href: `${address}&page=1` },
    prev: { href: `${address}&page=1` },
  });
  expect(member(body, '_embedded.contacts.0._links.self.href')).toBe(
    `${account.origin}/api/v4/contacts/3?limit=2&page=2&order[id]=asc`,
  );
  const last = await account.call('GET', '/contacts?limit=2&page=3&order[id]=asc');
  expect(Object.keys(Object(member(last.body, '_links')))).toEqual(['self', 'first', 'prev']);
  expect(await account.call('GET', '/contacts?limit=2&page=4')).toMatchObject({ status: 204, text: '' });
  expect((await account.call('GET', '/contacts?limit=2&page=4')).headers['content-type']).toBeUndefined();
  expect(await account.call('GET', '/leads')).toMatchObject({ status: 204 });
});

test('a page is cut to 250 rows without a word', async () => {
  const account = await openAccount();
  for (let count = 0; count < 260; count += 1) account.create('contacts', { name: String(count) });
  expect(await account.list('/contacts?limit=500')).toHaveLength(250);
  expect(await account.list('/contacts')).toHaveLength(50);
  account.behave({ pageLimit: 100 });
  expect(await account.list('/contacts?limit=250')).toHaveLength(100);
});

test('rows come by their last change, or as far as the account knows the order', async () => {
  const account = await contacts(['в', 'а', 'б']);
  account.edit('contacts', 1, { name: 'в' });
  expect(ids(await account.list('/contacts'))).toEqual([2, 3, 1]);
  expect(ids(await account.list('/contacts?order[id]=desc'))).toEqual([3, 2, 1]);
  expect(ids(await account.list('/contacts?order[name]=asc'))).toEqual([2, 3, 1]);
  expect(ids(await account.list('/contacts?order[created_at]=desc'))).toEqual([2, 3, 1]);
  expect(ids(await account.list('/contacts?order[id]=downwards'))).toEqual([2, 3, 1]);
  account.behave({ ignoresOrder: true });
  expect(ids(await account.list('/contacts?order[id]=desc'))).toEqual([2, 3, 1]);
  expect(account.journal.refusals).toEqual([
    { operation: 'GET /contacts', what: 'order[created_at]', answered: 'passed over' },
    { operation: 'GET /contacts', what: 'order[id]', answered: 'passed over' },
  ]);
});

test('filters are written in three ways, by value and by range', async () => {
  const account = await contacts(['Яна', 'Пётр', 'Вера']);
  expect(ids(await account.list('/contacts?filter[id]=2'))).toEqual([2]);
  expect(ids(await account.list('/contacts?filter[id][]=1&filter[id][]=3'))).toEqual([1, 3]);
  expect(ids(await account.list('/contacts?filter%5Bid%5D%5B0%5D=3&filter%5Bid%5D%5B1%5D=2'))).toEqual([2, 3]);
  expect(ids(await account.list(`/contacts?filter[name]=${encodeURIComponent('Вера')}`))).toEqual([3]);
  const from = noon / 1000 + 60;
  expect(ids(await account.list(`/contacts?filter[created_at][from]=${from}`))).toEqual([2, 3]);
  expect(ids(await account.list(`/contacts?filter[updated_at][from]=${from}&filter[updated_at][to]=${from}`))).toEqual([
    2,
  ]);
  expect(account.journal.refusals).toEqual([]);
});

test('leads are filtered by stage, price and the values of custom fields', async () => {
  const account = await openAccount();
  const field = account.field('leads', 'ID приёма IDENT').id;
  for (const [price, status_id] of [
    [100, 41_002],
    [200, 41_003],
    [300, 142],
  ]) {
    const custom_fields_values = [{ field_id: field, values: [{ value: `F1_${price}` }] }];
    account.create('leads', { price: price ?? 0, status_id: status_id ?? 0, custom_fields_values });
  }
  expect(ids(await account.list('/leads?filter[price][from]=150&filter[price][to]=300'))).toEqual([2, 3]);
  const stage = 'filter[statuses][0][pipeline_id]=3101&filter[statuses][0][status_id]=142';
  expect(ids(await account.list(`/leads?${stage}`))).toEqual([3]);
  expect(ids(await account.list('/leads?filter[statuses][0][status_id]=142'))).toEqual([1, 2, 3]);
  expect(ids(await account.list(`/leads?filter[custom_fields_values][${field}][]=F1_200`))).toEqual([2]);
  expect(ids(await account.list(`/leads?filter[custom_fields_values][${field}]=F1_9`))).toEqual([]);
});

test('a filter nobody knows brings everything, and so does every filter where the account has none', async () => {
  const account = await contacts(['а', 'б']);
  const asked = async (): Promise<unknown> =>
    member((await account.call('GET', '/account?with=is_api_filter_enabled')).body, 'is_api_filter_enabled');
  expect(await asked()).toBe(true);
  expect(ids(await account.list('/contacts?filter[nmae]=a'))).toEqual([1, 2]);
  account.behave({ ignoredFilters: ['id'] });
  expect(ids(await account.list('/contacts?filter[id]=2'))).toEqual([1, 2]);
  account.behave({ ignoredFilters: [], apiFilter: false });
  expect(await asked()).toBe(false);
  expect(ids(await account.list('/contacts?filter[id]=2'))).toEqual([1, 2]);
  expect(account.journal.refusals).toEqual([
    { operation: 'GET /contacts', what: 'filter[nmae]', answered: 'passed over' },
  ]);
});

test('a question meets any filled field, and a phone however it is written', async () => {
  const account = await openAccount();
  const phone = (value: string) => account.fields('contacts', { PHONE: [{ value }] }) as never;
  account.create('contacts', { name: 'Яна Орлова', custom_fields_values: phone('8 (900) 000-00-01') });
  account.create('contacts', { name: 'орлов', custom_fields_values: phone('+79000000001') });
  account.create('contacts', { name: 'код 9000000001' });
  const query = async (text: string): Promise<unknown> =>
    ids(await account.list(`/contacts?query=${encodeURIComponent(text)}`));
  expect(await query('ОРЛОВ')).toEqual([1, 2]);
  expect(await query('9000000001')).toEqual([1, 2, 3]);
  expect(await query('+7 900')).toEqual([2]);
  account.behave({ search: 'text' });
  expect(await query('9000000001')).toEqual([2, 3]);
});

test('names of `with` nobody knows are passed over', async () => {
  const account = await contacts(['а']);
  account.create('leads', { _embedded: { contacts: [{ id: 1 }] } });
  const [contact] = await account.list('/contacts?with=leads,tags');
  expect(contact).toMatchObject({ _embedded: { leads: [{ id: 1 }] } });
  expect(account.journal.refusals).toMatchObject([{ what: 'with=tags', answered: 'passed over' }]);
});

test('a row is hidden on one path of access and seen on the others', async () => {
  let now = noon;
  const account = await openAccount({ now: () => now });
  account.create('contacts', { name: 'Яна' });
  account.hide({ table: 'contacts', path: 'search', id: 1, ms: 5000 });
  account.hide({ table: 'contacts', path: 'list', id: 1, calls: 1 });
  account.hide({ table: 'contacts', path: 'id', ms: 1000 });
  const name = encodeURIComponent('Яна');
  const seen = async (): Promise<readonly number[]> => [
    (await account.list(`/contacts?query=${name}`)).length,
    (await account.list('/contacts')).length,
    (await account.list('/contacts?filter[id]=1')).length,
    (await account.call('GET', '/contacts/1')).status,
  ];
  expect(await seen()).toEqual([0, 0, 1, 200]);
  expect(await seen()).toEqual([0, 1, 1, 200]);
  now += 5000;
  expect(await seen()).toEqual([1, 1, 1, 200]);
  await account.call('POST', '/contacts', [{ name: 'Пётр' }]);
  expect(await account.call('GET', '/contacts/2')).toMatchObject({ status: 204 });
  expect(await account.call('PATCH', '/contacts/2', { name: 'Пётр К.' })).toMatchObject({ status: 200 });
  now += 1000;
  expect(await account.call('GET', '/contacts/2')).toMatchObject({ status: 200 });
});

test('tasks and notes are about something, and are listed with it', async () => {
  const account = await contacts(['а', 'б']);
  const complete_till = noon / 1000 + 3600;
  const about = { entity_type: 'contacts', entity_id: 2 };
  await account.call('POST', '/tasks', [{ text: 'Позвонить', complete_till, ...about }]);
  await account.call('POST', '/tasks', [{ text: 'Написать', complete_till: complete_till + 60 }]);
  expect(
    await account.refusals('POST', '/tasks', [{ text: 'x' }, { text: 'x', complete_till, ...about, entity_id: 9 }]),
  ).toEqual(['0 FieldMissing complete_till', '1 NotSupportedChoice entity_id']);
  expect((await account.call('GET', '/contacts/2')).body).toMatchObject({ closest_task_at: complete_till });
  await account.call('PATCH', '/tasks/1', { is_completed: true, result: { text: 'Дозвонились' } });
  expect((await account.call('GET', '/contacts/2')).body).toMatchObject({ closest_task_at: null });
  expect(ids(await account.list('/tasks?filter[is_completed]=0&order[complete_till]=desc'))).toEqual([2]);
  const note = { note_type: 'common', params: { text: 'Просил перезвонить' } };
  await account.call('POST', '/contacts/2/notes', [note]);
  await account.call('POST', '/contacts/notes', [{ ...note, entity_id: 1 }]);
  expect(await account.list('/contacts/2/notes')).toMatchObject([{ id: 1, entity_id: 2, ...note }]);
  expect(ids(await account.list('/contacts/notes?filter[note_type]=common'))).toEqual([1, 2]);
  expect(await account.refusals('POST', '/leads/notes', [{ ...note, entity_id: 1 }])).toEqual([
    '0 NotSupportedChoice entity_id',
  ]);
  expect((await account.call('DELETE', '/contacts/notes/1')).status).toBe(405);
});

test('funnels come whole, users and reasons page by page', async () => {
  const account = await openAccount();
  account.dismiss(102);
  const pipelines = await account.list('/leads/pipelines?limit=1&page=2');
  expect(pipelines).toMatchObject([
    { id: 3101, name: 'Первичные пациенты', is_main: true },
    { id: 3102, name: 'Повторные пациенты', is_main: false },
  ]);
  expect(member(pipelines[1], '_embedded.statuses')).toMatchObject([
    { id: 42_001, name: 'Неразобранное', type: 1, pipeline_id: 3102 },
    { id: 42_002, name: 'Записан', type: 0 },
    { id: 42_003, name: 'Пришёл' },
    { id: 42_004, name: 'На приёме' },
    { id: 42_005, name: 'Завершён' },
    { id: 142, name: 'Успешно реализовано' },
    { id: 143, name: 'Закрыто и не реализовано' },
  ]);
  expect(ids(await account.list('/users'))).toEqual([101, 103]);
  expect(ids(await account.list('/leads/loss_reasons'))).toEqual([901, 902]);
  expect(await account.list('/leads/pipelines/3101/statuses')).toHaveLength(7);
});
