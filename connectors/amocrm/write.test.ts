import { expect, test } from 'vitest';
import type { Outcome, Write, WriteValues } from '../../engine/index.ts';
import { ask, open, requests, type Opened } from './open-for-test.ts';
import type { Desk, FieldDraft } from './sandbox/index.ts';
import { vendorFaults } from './sandbox/index.ts';

const idField = 'ID пациента IDENT';

function create(values: WriteValues, entity = 'contact'): Write {
  return { operation: 'create', entity, values };
}

function update(key: string, values: WriteValues, entity = 'contact'): Write {
  return { operation: 'update', entity, key, values };
}

async function write({ sink, signal }: Opened, ...writes: Write[]): Promise<readonly Outcome[]> {
  return sink.write(writes, signal);
}

/** Of every type of the 26 fields of a clinic one at least. */
const everything: WriteValues = {
  name: 'Орлова Нина',
  PHONE: [
    { value: '+79001112233', type: 'MOB' },
    { value: '+79004445566', type: 'WORK' },
  ],
  EMAIL: [{ value: 'nina@clinic.example', type: 'PRIV' }],
  [idField]: '17',
  Возраст: 61,
  Пол: 'Женский',
  'Дата рождения': '1965-03-01',
  'Комментарий IDENT': 'строка\nи ещё одна',
  'Дата первого визита': '2026-03-29',
  'Сумма всех визитов': 1234.5,
  Скидка: 0,
  'SMS отказ': true,
  'Дата изменения': '2026-11-20T10:00:00+03:00',
  'Дополнительный телефон': [{ value: '+79007778899', type: 'OTHER' }],
  Адрес: 'Москва, Тверская, 1',
  tags: ['IDENT', 'VIP'],
};

test.each(['Europe/Moscow', 'America/New_York', 'Asia/Vladivostok'])(
  'what is written is read back the same in an account of %s',
  async (zone) => {
    const opened = await open({ zone });
    expect(await write(opened, create(everything))).toEqual([{ ok: true, key: '1' }]);
    const [row] = await ask(opened, 'contact', { id: '1' }, Object.keys(everything));
    const female = opened.account.field('contacts', 'Пол').options.find(({ value }) => value === 'Женский');
    expect(row?.values).toMatchObject({
      ...everything,
      Пол: String(female?.id),
      'Дата изменения': expect.any(String),
      tags: ['IDENT', 'VIP'],
    });
    expect(Date.parse(String(row?.values['Дата изменения']))).toBe(Date.parse('2026-11-20T10:00:00+03:00'));
  },
);

test('a thousand rows make twenty requests, fifty in each', async () => {
  const opened = await open();
  const writes = Array.from({ length: 1000 }, (_, index) => create({ name: `№ ${index}`, [idField]: String(index) }));
  const outcomes = await write(opened, ...writes);
  expect(outcomes).toEqual(writes.map((_, index) => ({ ok: true, key: String(index + 1) })));
  expect(opened.account.journal.counts).toEqual({ 'GET /contacts': 1, 'POST /contacts': 20 });
});

test('at seven requests a second not one is refused', async () => {
  let now = Date.parse('2026-11-20T12:00:00+03:00');
  let free = now;
  const opened = await open({ now: () => now, limits: { perIntegration: 7, perAccount: 50 } }, { writesPerRequest: 1 });
  const { admit } = opened.host;
  // The engine's leaky bucket, of a machine whose clock is its own.
  opened.host.admit = async (charge, signal) => {
    const { capacity, perSecond } = charge.limit;
    expect(capacity).toBe(1);
    now = Math.max(now, free);
    free = now + 1000 / perSecond;
    return await admit(charge, signal);
  };
  now += 5_000;
  const outcomes = await write(opened, ...Array.from({ length: 60 }, () => create({ name: 'Нина' })));
  expect(outcomes.every(({ ok }) => ok)).toBe(true);
  expect(Math.max(...opened.account.journal.requests.map(({ counters }) => counters.integration))).toBeLessThanOrEqual(
    7,
  );
});

test('a phone is added to those that are there by now', async () => {
  const opened = await open();
  await write(opened, create({ PHONE: [{ value: '+79001112233', type: 'MOB' }] }));
  await ask(opened, 'contact', { id: '1' }, ['PHONE', 'tags']);
  const { id } = opened.account.field('contacts', 'PHONE');
  const values = ['+79001112233', '+79990000000'].map((value) => ({ value, enum_code: 'HOME' }));
  opened.account.edit('contacts', 1, { custom_fields_values: [{ field_id: id, values }] });
  await write(opened, update('1', { PHONE: [{ value: '+79004445566', type: 'WORK' }] }));
  expect(opened.account.truth.values('contacts', 1)).toEqual({
    Телефон: ['+79001112233', '+79990000000', '+79004445566'],
  });
});

test('a phone is removed by its id, and the last one clears the field', async () => {
  const opened = await open();
  await write(opened, create({ PHONE: [{ value: '+79001112233' }, { value: '+79004445566' }] }));
  const phones = async (): Promise<readonly { id: string }[]> => {
    const [row] = await ask(opened, 'contact', { id: '1' }, ['PHONE']);
    return (row?.values['PHONE'] ?? []) as readonly { id: string }[];
  };
  const [first] = await phones();
  await write(opened, update('1', { PHONE: [{ id: first?.id ?? '', remove: true }] }));
  const [last] = await phones();
  expect(opened.account.truth.values('contacts', 1)).toEqual({ Телефон: '+79004445566' });
  await write(opened, update('1', { PHONE: [{ id: last?.id ?? '', remove: true }] }));
  expect(opened.account.truth.values('contacts', 1)).toEqual({});
});

test('tags are added and taken away one by one: what somebody added meanwhile stays', async () => {
  const opened = await open();
  await write(opened, create({ tags: ['а', 'б'] }));
  await ask(opened, 'contact', { id: '1' }, ['tags']);
  opened.account.edit('contacts', 1, { tags_to_add: [{ name: 'чужой' }] });
  await write(opened, update('1', { tags: ['б', 'в'] }));
  const [row] = await ask(opened, 'contact', { id: '1' }, ['tags']);
  expect(row?.values['tags']).toEqual(['б', 'чужой', 'в']);
});

test('a lead goes to its funnel and stage by their names, with its contact', async () => {
  const opened = await open({ seed: (desk) => void desk.create('contacts', { name: 'Нина' }) });
  const values = { name: 'Приём', price: 1500, pipeline: 'Повторные пациенты', status: 'Пришёл', contacts: '1' };
  await write(opened, create(values, 'lead'), create({ name: 'Другой', status: 'Пришёл' }, 'lead'));
  expect(opened.account.truth.rows('leads')).toMatchObject([
    { pipeline_id: 3102, status_id: 42003, price: 1500, _embedded: { contacts: [{ id: 1 }] } },
    { pipeline_id: 3101, status_id: 41003 },
  ]);
});

test('a stage is that of the funnel the found lead is in', async () => {
  const opened = await open({ seed: (desk) => void desk.create('leads', { name: 'а', pipeline_id: 3102 }) });
  expect(await write(opened, update('1', { status: 'Завершён' }, 'lead'))).toEqual([{ ok: true, key: '1' }]);
  expect(opened.account.truth.rows('leads')).toMatchObject([{ pipeline_id: 3102, status_id: 42005 }]);
  expect(requests(opened)).toEqual(['GET /leads', 'PATCH /leads']);
});

test('contacts of a lead are linked and unlinked by requests of their own', async () => {
  const opened = await open({
    seed(desk) {
      for (const name of ['Нина', 'Иван']) desk.create('contacts', { name });
      desk.create('leads', { name: 'а', _embedded: { contacts: [{ id: 1 }] } });
    },
  });
  await ask(opened, 'lead', { id: '1' }, ['contacts']);
  opened.account.journal.reset();
  expect(await write(opened, update('1', { contacts: ['2'], name: 'б' }, 'lead'))).toEqual([{ ok: true, key: '1' }]);
  expect(requests(opened)).toEqual(['PATCH /leads', 'POST /leads/link', 'POST /leads/unlink']);
  expect(opened.account.truth.rows('leads')).toMatchObject([{ name: 'б', _embedded: { contacts: [{ id: 2 }] } }]);
});

test('a lead whose contact is gone is refused by the name of the field, the others are linked', async () => {
  const opened = await open({
    seed(desk) {
      desk.create('contacts', { name: 'Нина' });
      for (const name of ['а', 'б']) desk.create('leads', { name });
    },
  });
  const outcomes = await write(
    opened,
    update('1', { contacts: ['99'] }, 'lead'),
    update('2', { contacts: ['1'] }, 'lead'),
  );
  expect(outcomes).toMatchObject([
    { ok: false, applied: 'no', error: { code: 'amocrm.refused', parameters: { field: 'contacts' } } },
    { ok: true, key: '2' },
  ]);
});

test.each<[string, WriteValues, object]>([
  ['an option nobody made', { Пол: 'женский' }, { code: 'amocrm.unknown_option' }],
  ['a text for a number', { Возраст: 'много' }, { code: 'amocrm.bad_value', parameters: { field: 'Возраст' } }],
  ['no day', { 'Дата рождения': 'вчера' }, { code: 'amocrm.bad_value' }],
  ['a time without a zone', { 'Дата изменения': '2026-11-20T10:00:00' }, { code: 'amocrm.bad_value' }],
  ['a kind no phone has', { PHONE: [{ value: '1', type: 'PAGER' }] }, { code: 'amocrm.bad_value' }],
  ['a field that is only read', { created_at: '2026-01-01' }, { code: 'amocrm.read_only' }],
])('%s is an error of its record, and nothing of it is sent', async (_what, values, error) => {
  const opened = await open();
  const outcomes = await write(opened, create(values), create({ name: 'Нина' }));
  expect(outcomes).toMatchObject([{ ok: false, applied: 'no', error: { kind: 'data', ...error } }, { ok: true }]);
});

function options(opened: Opened): void {
  opened.account.loseOption({ type: 'contacts', field: 'Пол', option: 'Женский' });
  opened.account.journal.reset();
}

test('rows at fault are taken out by the name the mapping has for the field, the others go again', async () => {
  const opened = await open();
  options(opened);
  const writes = Array.from({ length: 10 }, (_, index) =>
    create({ name: `№ ${index}`, [idField]: String(index), ...(index % 5 === 1 && { Пол: 'Женский' }) }),
  );
  const outcomes = await write(opened, ...writes);
  expect(outcomes.map(({ ok }) => ok)).toEqual(writes.map((_, index) => index % 5 !== 1));
  expect(outcomes[1]).toMatchObject({
    applied: 'no',
    error: { code: 'amocrm.refused', kind: 'data', parameters: { field: 'Пол', code: 'NotSupportedChoice' } },
  });
  expect(opened.account.truth.rows('contacts')).toHaveLength(8);
  expect(opened.account.journal.counts['POST /contacts']).toBe(2);
});

test.each<[string, string, WriteValues]>([
  [
    'custom_fields_values.3.values.0.value',
    'Пол',
    { name: 'а', tags: ['б'], Город: 'в', ИНН: '1', СНИЛС: '2', Пол: 'Женский' },
  ],
  ['custom_fields_values.0.field_id', 'PHONE', { PHONE: [{ value: '+79001112233' }], Город: 'в' }],
  ['custom_fields_values.1.values.1.enum_code', 'Телефон', { Город: 'в', Телефон: [{ value: '+79001112233' }] }],
  ['_embedded.companies.0.id', 'companies', { Город: 'в', companies: ['1'] }],
  ['responsible_user_id', 'responsible_user_id', { Город: 'в', responsible_user_id: '102' }],
])('a refusal at %s is one of the field %s of the mapping', async (path, field, values) => {
  const opened = await open();
  const errors = [{ request_id: '0', errors: [{ code: 'NotSupportedChoice', path, detail: '' }] }];
  const body = JSON.stringify({ title: 'Bad Request', status: 400, 'validation-errors': errors });
  const fault = { status: 400, contentType: 'application/problem+json', body };
  opened.account.fail({ operation: 'POST /contacts', fault });
  expect(await write(opened, create(values))).toMatchObject([
    { ok: false, applied: 'no', error: { code: 'amocrm.refused', parameters: { field, code: 'NotSupportedChoice' } } },
  ]);
});

test('a refusal of a field that is called by its id names the id', async () => {
  const opened = await open();
  const { id } = opened.account.field('contacts', 'Пол');
  options(opened);
  expect(await write(opened, create({ name: 'а', [id]: 'Женский' }))).toMatchObject([
    { error: { code: 'amocrm.refused', parameters: { field: String(id) } } },
  ]);
});

test('DL-11 where the account kept rows of a refused request, they are in doubt and not sent again', async () => {
  const opened = await open();
  options(opened);
  opened.account.fail({ operation: 'POST /contacts', fault: { partial: 1 } });
  const writes = ['а', 'б', 'в'].map((name, index) =>
    create({ name, [idField]: String(index), ...(index === 2 && { Пол: 'Женский' }) }),
  );
  const outcomes = await write(opened, ...writes);
  expect(outcomes).toMatchObject([
    { applied: 'unknown', error: { code: 'amocrm.sibling_doubt', retry: true } },
    { ok: true },
    { applied: 'no', error: { code: 'amocrm.refused' } },
  ]);
  expect(opened.account.truth.rows('contacts').map(({ name }) => name)).toEqual(['а', 'б']);
});

test('a row that is gone is refused alone', async () => {
  const opened = await open({ seed: (desk: Desk) => void desk.create('contacts', { name: 'Нина' }) });
  const outcomes = await write(
    opened,
    update('99', { name: 'а' }),
    update('1', { name: 'б' }),
    update('98', { PHONE: [{ value: '1' }] }),
  );
  const gone = { ok: false, applied: 'no', error: { code: 'amocrm.no_such_row', kind: 'data' } };
  expect(outcomes).toMatchObject([gone, { ok: true, key: '1' }, gone]);
});

test('two writes to one row go one after the other', async () => {
  const opened = await open({ seed: (desk: Desk) => void desk.create('contacts', { name: 'Нина' }) });
  await write(opened, update('1', { name: 'а' }), update('1', { name: 'б' }));
  expect(requests(opened)).toEqual(['PATCH /contacts', 'PATCH /contacts']);
  expect(opened.account.truth.rows('contacts')).toMatchObject([{ name: 'б' }]);
});

test('a request that brings no answer ends the call, and the rest was not sent', async () => {
  const opened = await open({}, { writesPerRequest: 2 });
  opened.account.fail({ operation: 'POST /contacts', nth: 2, when: 'after', fault: 'reset' });
  const outcomes = await write(opened, ...['а', 'б', 'в', 'г', 'д'].map((name) => create({ name })));
  expect(outcomes.map((outcome) => (outcome.ok ? 'ok' : outcome.applied))).toEqual([
    'ok',
    'ok',
    'unknown',
    'unknown',
    'no',
  ]);
  expect(outcomes[4]).toMatchObject({ error: { code: 'amocrm.not_sent', retry: true } });
});

test('after a request the gateway gave up, a quarter goes into the next', async () => {
  const opened = await open({}, { writesPerRequest: 40 });
  opened.account.fail({ operation: 'POST /contacts', fault: vendorFaults.timeoutPage });
  const outcomes = await write(opened, ...Array.from({ length: 40 }, () => create({ name: 'Нина' })));
  expect(outcomes.every((outcome) => !outcome.ok && outcome.applied === 'unknown')).toBe(true);
  expect(opened.sink.writesPerRequest).toBe(10);
  await write(opened, create({ name: 'Нина' }));
  expect(opened.sink.writesPerRequest).toBe(20);
});

test('a 400 of the system says nothing of what was done', async () => {
  const opened = await open();
  opened.account.fail({ operation: 'POST /contacts', fault: vendorFaults.systemError });
  expect(await write(opened, create({ name: 'а' }), create({ name: 'б' }))).toMatchObject([
    { applied: 'unknown', error: { code: 'amocrm.server_error', retry: true } },
    { applied: 'unknown' },
  ]);
  expect(opened.account.journal.counts['POST /contacts']).toBe(1);
});

test('an entity has room for the mark of the engine where somebody made the two fields', async () => {
  const mark = (code: string): FieldDraft => ({ home: 'contacts', name: code, type: 'text', code, apiOnly: true });
  const opened = await open({ fields: [mark('PIPE_ORIGIN'), mark('PIPE_KEY')] });
  expect(await opened.sink.describe('contact', opened.signal)).toMatchObject({
    tag: { origin: 'PIPE_ORIGIN', key: 'PIPE_KEY', at: 'created_at' },
  });
  expect(await opened.sink.describe('lead', opened.signal)).not.toHaveProperty('tag');
});
