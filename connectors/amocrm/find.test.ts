import { expect, onTestFinished, test } from 'vitest';
import { connect } from './connection.ts';
import { ask, noon, open, requests, rowsOf, testHost } from './open-for-test.ts';
import { startAccount, type AccountOptions, type Desk } from './sandbox/index.ts';

const idField = 'ID пациента IDENT';

function patient(desk: Desk, name: string, id?: string, phone?: string): number {
  const values = [
    ...(id === undefined ? [] : [{ field_id: desk.field('contacts', idField).id, values: [{ value: id }] }]),
    ...(phone === undefined ? [] : [{ field_code: 'PHONE', values: [{ value: phone, enum_code: 'MOB' }] }]),
  ];
  return desk.create('contacts', { name, ...(values.length > 0 && { custom_fields_values: values }) });
}

const twoPatients: AccountOptions = {
  seed(desk) {
    patient(desk, 'Орлова Нина', 'P-1', '+79001112233');
    patient(desk, 'Котов Иван', 'P-12', '8 (900) 444-55-66');
  },
};

test('a custom field is known by its name, its code and its id', async () => {
  const opened = await open({
    seed: (desk) => void patient(desk, 'Орлова Нина', 'P-1', '+79001112233'),
  });
  const { id } = opened.account.field('contacts', idField);
  const phone = [{ id: expect.any(String), value: '+79001112233', type: 'MOB' }];
  const rows = await ask(opened, 'contact', { [idField]: 'P-1' }, ['PHONE', 'Телефон', String(id), 'name']);
  expect(rows).toEqual([
    { key: '1', values: { PHONE: phone, Телефон: phone, [id]: 'P-1', [idField]: 'P-1', name: 'Орлова Нина' } },
  ]);
});

test('a name that two fields have is refused, and their ids are named', async () => {
  const opened = await open({
    fields: [
      { home: 'contacts', name: 'Код', type: 'text' },
      { home: 'contacts', name: 'Код', type: 'text' },
    ],
  });
  await expect(ask(opened, 'contact', { Код: '1' })).rejects.toMatchObject({
    code: 'amocrm.ambiguous_field',
    parameters: { ids: expect.stringMatching(/^\d+, \d+$/) },
  });
  await expect(ask(opened, 'contact', { Цвет: '1' })).rejects.toMatchObject({ code: 'amocrm.unknown_field' });
});

test('where the account has filters, many values are asked for in one request', async () => {
  const opened = await open(twoPatients);
  const questions = ['P-1', 'P-12', 'P-3'].map((id) => ({ by: { [idField]: { anyOf: [id] } } }));
  const answers = await opened.sink.find('contact', questions, [], opened.signal);
  expect(answers.map((answer) => rowsOf(answer).map(({ key }) => key))).toEqual([['1'], ['2'], []]);
  expect(requests(opened)).toEqual(['GET /contacts']);
});

test('where it has none, no filter is sent: values are searched for and compared', async () => {
  const opened = await open({ ...twoPatients, habits: { apiFilter: false } });
  expect(await ask(opened, 'contact', { [idField]: 'P-1' })).toMatchObject([{ key: '1' }]);
  expect(opened.account.journal.requests).toMatchObject([{ query: { query: 'P-1' } }]);
  expect(opened.account.journal.requests[0]?.query).not.toHaveProperty('filter');
});

test('where it has none, rows are read by id one by one', async () => {
  const opened = await open({ ...twoPatients, habits: { apiFilter: false } });
  expect(await ask(opened, 'contact', { id: { anyOf: ['1', '2', '99'] } })).toMatchObject([{ key: '1' }, { key: '2' }]);
  expect(requests(opened)).toEqual(Array.from({ length: 3 }, () => 'GET /contacts/{id}'));
});

test('DL-3 rows that a filter should have kept back are no answer', async () => {
  const opened = await open(twoPatients);
  opened.account.behave({ ignoredFilters: ['custom_fields_values'] });
  await expect(ask(opened, 'contact', { [idField]: 'P-1' })).rejects.toMatchObject({
    code: 'amocrm.filter_ignored',
    parameters: { fields: idField },
  });
  opened.account.behave({ ignoredFilters: ['id'] });
  await expect(ask(opened, 'contact', { id: '1' })).rejects.toMatchObject({ code: 'amocrm.filter_ignored' });
});

test.each(['+79004445566', '89004445566', '8 (900) 444-55-66'])('%s is found by its last ten digits', async (phone) => {
  const opened = await open(twoPatients);
  expect(await ask(opened, 'contact', { PHONE: phone })).toMatchObject([{ key: '2' }]);
  expect(opened.account.journal.requests).toMatchObject([{ query: { query: '9004445566' } }]);
});

test('what a search meets in another field is no answer', async () => {
  const opened = await open({ seed: (desk) => void patient(desk, 'Заметка 9001112233', '9001112233') });
  expect(await ask(opened, 'contact', { PHONE: '+79001112233' })).toEqual([]);
});

test('a name is found whole, and nothing but whole', async () => {
  const opened = await open(twoPatients);
  expect(await ask(opened, 'contact', { name: 'Котов Иван' })).toMatchObject([{ key: '2' }]);
  expect(await ask(opened, 'contact', { name: 'Котов' })).toEqual([]);
});

test('pages are followed to the end, whatever their size', async () => {
  const seed = (desk: Desk): void => {
    for (let index = 0; index < 7; index++) patient(desk, 'Котов Иван', 'P-1');
  };
  const opened = await open({ seed, habits: { pageLimit: 3 } });
  expect(await ask(opened, 'contact', { [idField]: 'P-1' })).toHaveLength(7);
  expect(requests(opened)).toHaveLength(3);
});

test.each([
  ['repeats a page', { fault: 'repeatPage' as const }],
  ['ignores the order', { ignoresOrder: true }],
])('DL-3 an account that %s has not answered', async (_what, how) => {
  const seed = (desk: Desk): void => {
    for (let index = 0; index < 7; index++) patient(desk, 'Котов Иван', 'P-1');
    desk.edit('contacts', 2, { name: 'Котов Пётр' });
  };
  let now = 1_800_000_000_000;
  const opened = await open({ seed, habits: { pageLimit: 3 }, now: () => (now += 1_000) });
  if ('fault' in how) opened.account.fail({ operation: 'GET /contacts', nth: 2, fault: how.fault });
  else opened.account.behave(how);
  await expect(ask(opened, 'contact', { [idField]: 'P-1' })).rejects.toMatchObject({
    code: 'amocrm.page_repeated',
    retry: true,
  });
});

test('a question that only the whole account could answer is refused', async () => {
  const opened = await open(twoPatients);
  await expect(ask(opened, 'contact', { [idField]: { empty: true } })).rejects.toMatchObject({
    code: 'amocrm.cannot_ask',
    kind: 'input',
  });
  expect(requests(opened)).toEqual([]);
});

test('an option is asked for by its text; a text that is none is an error of its record alone', async () => {
  const opened = await open({
    seed(desk) {
      const field = desk.field('contacts', 'Пол');
      desk.create('contacts', {
        name: 'Нина',
        custom_fields_values: [{ field_id: field.id, values: [{ value: 'Женский' }] }],
      });
    },
  });
  const questions = ['Женский', 'женский'].map((text) => ({ by: { Пол: { anyOf: [text] } } }));
  const [found, failed] = await opened.sink.find('contact', questions, [], opened.signal);
  expect(rowsOf(found)).toMatchObject([{ key: '1' }]);
  expect(failed).toMatchObject({
    ok: false,
    error: { code: 'amocrm.unknown_option', kind: 'data', parameters: { options: 'Мужской, Женский, Не указан' } },
  });
});

test.each([true, false])('leads are found by their contact, with filters or without: %s', async (apiFilter) => {
  const opened = await open({
    habits: { apiFilter },
    seed(desk) {
      const nina = desk.create('contacts', { name: 'Нина' });
      desk.create('leads', { name: 'а', _embedded: { contacts: [{ id: nina }] } });
      desk.create('leads', { name: 'б' });
    },
  });
  const by = { contacts: '1', 'ID приёма IDENT': { empty: true as const } };
  expect(await ask(opened, 'lead', by, ['status', 'pipeline', 'status_id'])).toEqual([
    { key: '1', values: { status: 'Записан', pipeline: '3101', status_id: '41002', contacts: ['1'] } },
  ]);
});

test('DL-12 above a key, rows are read newest first, and neither filter nor search is asked', async () => {
  const opened = await open(twoPatients);
  opened.account.hide({ table: 'contacts', path: 'search' });
  const questions = [{ by: { [idField]: { anyOf: ['P-12', 'P-1'] } }, above: '1' }];
  const [answer] = await opened.sink.find('contact', questions, [], opened.signal);
  expect(rowsOf(answer)).toMatchObject([{ key: '2' }]);
  expect(opened.account.journal.requests).toMatchObject([{ query: { order: { id: 'desc' } } }]);
});

test('the high-water mark is the highest id, and none where there are no rows', async () => {
  const opened = await open(twoPatients);
  expect(await opened.sink.highWater?.('contact', opened.signal)).toBe('2');
  expect(await opened.sink.highWater?.('lead', opened.signal)).toBe(undefined);
});

test('the high-water mark of an account that passes over the order is not known', async () => {
  let now = 1_800_000_000_000;
  const opened = await open({ ...twoPatients, now: () => (now += 1_000) });
  opened.account.behave({ ignoresOrder: true });
  await expect(opened.sink.highWater?.('contact', opened.signal)).rejects.toMatchObject({
    code: 'amocrm.page_repeated',
  });
  const above = { by: { [idField]: { anyOf: ['P-12'] } }, above: '1' };
  await expect(opened.sink.find('contact', [above], [], opened.signal)).rejects.toMatchObject({
    code: 'amocrm.page_repeated',
  });
});

test('whether there are filters is asked once, before the first question', async () => {
  const account = await startAccount({ ...twoPatients, now: () => noon, limits: 'off', habits: { apiFilter: false } });
  const { domain, origin: address, token } = account;
  const connection = connect({ domain, address, token }, testHost());
  onTestFinished(async () => {
    await connection.close();
    await account.close();
  });
  const { signal } = new AbortController();
  const sink = connection.sink?.({ entity: 'contact' });
  for (const id of ['P-1', 'P-12'])
    expect(await sink?.find('contact', [{ by: { [idField]: { anyOf: [id] } } }], [], signal)).toMatchObject([
      { ok: true, rows: [{}] },
    ]);
  expect(account.journal.requests.map(({ operation }) => operation)).toEqual([
    'GET /account',
    'GET /contacts/custom_fields',
    'GET /contacts',
    'GET /contacts',
  ]);
  expect(JSON.stringify(account.journal.requests[0]?.query)).toContain('is_api_filter_enabled');
});

test('a field of the API alone is a key: it can be asked for, and nobody is behind it', async () => {
  const opened = await open(twoPatients);
  const { fields } = await opened.sink.describe('contact', opened.signal);
  const masked = (name: string): unknown => fields.find((field) => field.name === name)?.personal;
  expect([idField, 'Номер карты', 'PHONE', 'name'].map(masked)).toEqual([undefined, 'text', 'phone', 'name']);
  expect(await ask(opened, 'contact', { [idField]: 'P-12' })).toMatchObject([{ key: '2' }]);
});

test('one request that fails is the answer to its own questions; the others stand', async () => {
  const opened = await open({ ...twoPatients, habits: { apiFilter: false } });
  opened.account.fail({ operation: 'GET /contacts', nth: 1, fault: { status: 502, body: '<html></html>' } });
  const questions = ['P-1', 'P-12'].map((id) => ({ by: { [idField]: { anyOf: [id] } } }));
  const answers = await opened.sink.find('contact', questions, [], opened.signal);
  expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
  expect(answers.find(({ ok }) => !ok)).toMatchObject({ error: { code: 'amocrm.server_error', retry: true } });
});
