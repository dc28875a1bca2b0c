import { expect, test } from 'vitest';
import { member, noon, openAccount } from './open-for-test.ts';

test('contacts are made in a batch, each answered with the mark it was sent with', async () => {
  const account = await openAccount();
  const made = await account.call('POST', '/contacts', [{ name: 'Яна' }, { name: 'Пётр', request_id: 'p-2' }]);
  const self = (id: number): unknown => ({ self: { href: `${account.origin}/api/v4/contacts/${id}` } });
  expect(made.status).toBe(200);
  expect(made.headers['content-type']).toBe('application/hal+json');
  expect(made.body).toEqual({
    _links: { self: { href: `${account.origin}/api/v4/contacts` } },
    _embedded: {
      contacts: [
        { id: 1, request_id: '0', _links: self(1) },
        { id: 2, request_id: 'p-2', _links: self(2) },
      ],
    },
  });
  expect((await account.call('GET', '/contacts/1')).body).toEqual({
    id: 1,
    name: 'Яна',
    first_name: '',
    last_name: '',
    responsible_user_id: 101,
    group_id: 0,
    created_by: 101,
    updated_by: 101,
    created_at: noon / 1000,
    updated_at: noon / 1000,
    closest_task_at: null,
    is_deleted: false,
    is_unsorted: false,
    custom_fields_values: null,
    account_id: 31_000_001,
    _links: self(1),
    _embedded: { tags: [], companies: [] },
  });
});

test('one and many are updated, and what is not said stays', async () => {
  let now = noon;
  const account = await openAccount({ now: () => now });
  const PHONE = [{ value: '+79000000001', enum_code: 'MOB' }];
  account.create('contacts', { name: 'Яна', custom_fields_values: account.fields('contacts', { PHONE }) as never });
  account.create('contacts', { name: 'Пётр' });
  now += 60_000;
  const one = await account.call('PATCH', '/contacts/1', { name: 'Яна О.' });
  expect(one.body).toMatchObject({ id: 1, name: 'Яна О.', updated_at: noon / 1000 + 60 });
  expect(Object.keys(Object(one.body))).toEqual(['id', 'name', 'updated_at', '_links']);
  const many = await account.call('PATCH', '/contacts', [
    { id: 2, name: 'Пётр К.', request_id: 'x' },
    { id: 1, responsible_user_id: 103 },
  ]);
  expect(member(many.body, '_embedded.contacts')).toMatchObject([
    { id: 2, name: 'Пётр К.', request_id: 'x' },
    { id: 1, name: 'Яна О.', request_id: '1' },
  ]);
  expect(account.truth.rows('contacts')[0]).toMatchObject({ responsible_user_id: 103, updated_by: 101 });
  expect(account.truth.values('contacts', 1)).toEqual({ Телефон: '+79000000001' });
});

test('a missing id is 204, one in a write an error, an unknown address 404, a wrong verb 405', async () => {
  const account = await openAccount();
  expect(await account.call('GET', '/contacts/7')).toMatchObject({ status: 204, text: '' });
  expect(await account.refusals('PATCH', '/contacts', [{ id: 7 }])).toEqual(['0 NotSupportedChoice id']);
  expect(await account.call('PATCH', '/contacts/7', { name: 'x' })).toMatchObject({ status: 404 });
  const unknown = await account.call('GET', '/segments');
  expect(unknown).toMatchObject({ status: 404, headers: { 'content-type': 'application/problem+json' } });
  expect(unknown.body).toMatchObject({ status: 404, detail: `Cannot GET ${account.origin}/api/v4/segments` });
  expect(await account.call('POST', '/contacts/1', { name: 'x' })).toMatchObject({ status: 405 });
  expect(await account.call('DELETE', '/leads/1')).toMatchObject({ status: 405, text: '' });
  expect((await account.call('DELETE', '/tasks/1')).body).toMatchObject({ status: 403, detail: 'Invalid scope' });
  expect(account.journal.refusals).toEqual([
    { operation: 'GET /api/v4/segments', what: `GET ${account.origin}/api/v4/segments`, answered: 'error' },
  ]);
});

test('a POST with an id makes another one all the same', async () => {
  const account = await openAccount();
  account.create('contacts', { name: 'Яна' });
  const made = await account.call('POST', '/contacts', [{ id: 1, name: 'Яна' }]);
  expect(member(made.body, '_embedded.contacts.0.id')).toBe(2);
});

test('an empty write, one too large, and one that is no list', async () => {
  const account = await openAccount();
  const empty = { status: 400, detail: 'Request data can not be empty' };
  expect((await account.call('POST', '/contacts', [])).body).toMatchObject(empty);
  expect((await account.call('POST', '/contacts')).body).toMatchObject(empty);
  const many = Array.from({ length: 251 }, () => ({ name: 'x' }));
  expect((await account.call('POST', '/contacts', many)).body).toMatchObject({
    status: 422,
    detail: 'Limit 250 per page',
  });
  expect(await account.call('POST', '/contacts', many.slice(1))).toMatchObject({ status: 200 });
  expect((await account.call('POST', '/contacts', { 0: { name: 'x' }, 2: { name: 'y' } })).body).toMatchObject({
    title: 'SANDBOX_UNKNOWN',
    detail: 'The sandbox does not know a body that is not a list',
  });
});

test('one item that is refused keeps all others from being stored', async () => {
  const account = await openAccount();
  const items = [{ name: 'Яна' }, { name: 7, request_id: 'b' }, { responsible_user_id: 999 }];
  const answer = await account.call('POST', '/contacts', items);
  expect(answer.body).toEqual({
    title: 'Bad Request',
    type: 'https://httpstatus.es/400',
    status: 400,
    detail: 'Request validation failed',
    'validation-errors': [
      {
        request_id: 'b',
        errors: [{ code: 'InvalidType', path: 'name', detail: 'This value should be of type string.' }],
      },
      {
        request_id: '2',
        errors: [
          {
            code: 'NotSupportedChoice',
            path: 'responsible_user_id',
            detail: 'The value you selected is not a valid choice.',
          },
        ],
      },
    ],
  });
  expect(account.truth.rows('contacts')).toEqual([]);
});

test('nobody who was deleted can be responsible, and nobody unknown be the author', async () => {
  const account = await openAccount();
  account.dismiss(103);
  expect(await account.refusals('POST', '/leads', [{ responsible_user_id: 103, created_by: 5 }])).toEqual([
    '0 NotSupportedChoice responsible_user_id',
    '0 NotSupportedChoice created_by',
  ]);
  const made = await account.call('POST', '/leads', [{ created_by: 0, created_at: 1_700_000_000.5 }]);
  expect(made.status).toBe(200);
  expect(account.truth.rows('leads')[0]).toMatchObject({ created_by: 0, created_at: 1_700_000_000 });
});

test('what a client read it may send back whole', async () => {
  const account = await openAccount();
  account.create('leads', { name: 'Приём' });
  const { body } = await account.call('GET', '/leads/1');
  expect(await account.call('PATCH', '/leads/1', body)).toMatchObject({ status: 200 });
  expect(account.journal.refusals).toEqual([]);
});

test('a stamp never goes back', async () => {
  const account = await openAccount();
  account.create('contacts', { name: 'Яна' });
  const { body } = await account.call('PATCH', '/contacts/1', { name: 'Яна', updated_at: 1_600_000_000 });
  expect(body).toMatchObject({ updated_at: noon / 1000 });
});

test('a key the reference does not know is refused aloud', async () => {
  const account = await openAccount();
  const { body } = await account.call('POST', '/contacts', [{ nmae: 'Яна' }]);
  expect(body).toMatchObject({ status: 400, detail: 'The sandbox does not know the key nmae of contacts' });
  expect(account.journal.refusals).toEqual([
    { operation: 'POST /contacts', what: 'the key nmae of contacts', answered: 'error' },
  ]);
});

test('a name is put together of its parts', async () => {
  const account = await openAccount();
  await account.call('POST', '/contacts', [{ first_name: 'Яна', last_name: 'Орлова' }]);
  await account.call('PATCH', '/contacts/1', { last_name: 'Вольская' });
  expect(account.truth.rows('contacts')[0]).toMatchObject({ name: 'Яна Вольская', first_name: 'Яна' });
});

test('what went to the trash is not seen, a lead there is a row of nulls', async () => {
  const account = await openAccount();
  account.create('contacts', { name: 'Яна' });
  account.create('leads', { name: 'Приём' });
  account.remove('contacts', 1);
  account.remove('leads', 1);
  expect(await account.call('GET', '/contacts/1')).toMatchObject({ status: 204 });
  expect(await account.list('/leads')).toEqual([]);
  expect(await account.list('/contacts?with=only_deleted')).toMatchObject([{ id: 1, name: 'Яна', is_deleted: false }]);
  expect(await account.list('/leads?with=only_deleted')).toMatchObject([{ id: 1, name: null, is_deleted: true }]);
  expect((await account.call('PATCH', '/leads/1', { name: 'x' })).body).toMatchObject({ status: 400, code: 226 });
});

test('tags are made by name, replaced as a set, wiped by an empty list, and added or taken one by one', async () => {
  const account = await openAccount();
  await account.call('POST', '/contacts', [{ name: 'Яна', _embedded: { tags: [{ name: 'IDENT' }, { name: 'VIP' }] } }]);
  const tags = async (): Promise<unknown> => member((await account.call('GET', '/contacts/1')).body, '_embedded.tags');
  expect(await tags()).toEqual([
    { id: 201, name: 'IDENT', color: null },
    { id: 202, name: 'VIP', color: null },
  ]);
  await account.call('PATCH', '/contacts/1', { tags_to_add: [{ name: 'сайт' }], tags_to_delete: [{ id: 202 }] });
  expect(await tags()).toMatchObject([{ name: 'IDENT' }, { name: 'сайт' }]);
  await account.call('PATCH', '/contacts/1', { _embedded: { tags: null } });
  expect(await tags()).toHaveLength(2);
  await account.call('PATCH', '/contacts/1', { _embedded: { tags: [{ id: 202 }] } });
  expect(await tags()).toMatchObject([{ id: 202 }]);
  await account.call('PATCH', '/contacts/1', { _embedded: { tags: [] } });
  expect(await tags()).toEqual([]);
  expect(await account.refusals('PATCH', '/contacts/1', { _embedded: { tags: [{ id: 999 }] } })).toEqual([
    'NotSupportedChoice _embedded.tags.0.id',
  ]);
  const again = await account.call('POST', '/contacts/tags', [{ name: 'VIP' }, { name: 'новый' }]);
  expect(member(again.body, '_embedded.tags')).toMatchObject([{ id: 202 }, { id: 204 }]);
  expect(await account.list('/contacts/tags?query=vi')).toMatchObject([{ id: 202, name: 'VIP' }]);
});
