import { expect, test } from 'vitest';
import { clinicFields } from './default-account.ts';
import type { FieldDraft, JsonMap } from './index.ts';
import { member, openAccount, type Wire } from './open-for-test.ts';

const options = ['Кариес', 'Пульпит'];

const plainTypes = [
  'text',
  'textarea',
  'url',
  'streetaddress',
  'numeric',
  'monetary',
  'checkbox',
  'date',
  'date_time',
  'birthday',
  'multitext',
  'smart_address',
  'legal_entity',
  'file',
];

/** A field of every type of reference §4 that a contact may have. */
const ofContacts: readonly FieldDraft[] = plainTypes
  .map((type): FieldDraft => ({ home: 'contacts', name: `a ${type}`, type }))
  .concat(
    ['select', 'radiobutton', 'multiselect'].map((type) => ({ home: 'contacts', name: `a ${type}`, type, options })),
  );

async function opened(): Promise<Wire> {
  const account = await openAccount({ fields: ofContacts });
  account.create('contacts', { name: 'Яна' });
  return account;
}

/** Writes these values to the contact, and gives what `values` of the one field become. */
async function written(account: Wire, name: string, values: readonly unknown[] | null): Promise<unknown> {
  const custom_fields_values = account.fields('contacts', { [name]: values });
  const answer = await account.call('PATCH', '/contacts/1', { custom_fields_values });
  if (answer.status !== 200) return answer.body;
  const { body } = await account.call('GET', '/contacts/1');
  const read = (member(body, 'custom_fields_values') ?? []) as readonly JsonMap[];
  return read.find(({ field_name: one }) => one === name)?.['values'];
}

async function refused(account: Wire, name: string, values: readonly unknown[]): Promise<readonly string[]> {
  return account.refusals('PATCH', '/contacts/1', {
    custom_fields_values: account.fields('contacts', { [name]: values }),
  });
}

test.each(['text', 'textarea', 'url', 'streetaddress'])('a %s is a text and nothing else', async (type) => {
  const account = await opened();
  expect(await written(account, `a ${type}`, [{ value: 'Карта №7' }])).toEqual([{ value: 'Карта №7' }]);
  expect(await refused(account, `a ${type}`, [{ value: 7 }])).toEqual([
    'InvalidType custom_fields_values.0.values.0.value',
  ]);
});

test.each(['numeric', 'monetary'])('a %s is written as a number or a text of one, and read as a text', async (type) => {
  const account = await opened();
  expect(await written(account, `a ${type}`, [{ value: 3500.5 }])).toEqual([{ value: '3500.5' }]);
  expect(await written(account, `a ${type}`, [{ value: '12' }])).toEqual([{ value: '12' }]);
  expect(await refused(account, `a ${type}`, [{ value: 'много' }])).toHaveLength(1);
});

test('a checkbox is true or false', async () => {
  const account = await opened();
  expect(await written(account, 'a checkbox', [{ value: true }])).toEqual([{ value: true }]);
  expect(await refused(account, 'a checkbox', [{ value: 'Y' }])).toHaveLength(1);
});

test.each(['select', 'radiobutton'])(
  'an option of a %s is met by its text letter for letter, or by its id',
  async (type) => {
    const account = await opened();
    const [first, second] = account.field('contacts', `a ${type}`).options;
    const read = { value: 'Кариес', enum_id: first?.id, enum_code: null };
    expect(await written(account, `a ${type}`, [{ value: 'Кариес' }])).toEqual([read]);
    expect(await written(account, `a ${type}`, [{ enum_id: second?.id }])).toMatchObject([{ value: 'Пульпит' }]);
    expect(await written(account, `a ${type}`, [read])).toEqual([read]);
    expect(await refused(account, `a ${type}`, [{ value: 'кариес' }])).toEqual([
      'NotSupportedChoice custom_fields_values.0.values.0.value',
    ]);
    expect(await refused(account, `a ${type}`, [{ enum_id: 1 }])).toEqual([
      'NotSupportedChoice custom_fields_values.0.values.0.enum_id',
    ]);
    expect(await written(account, `a ${type}`, [{ value: 'Кариес' }, { value: 'Пульпит' }])).toMatchObject({
      title: 'SANDBOX_UNKNOWN',
    });
  },
);

test('options of a multiselect replace each other as a set', async () => {
  const account = await opened();
  expect(await written(account, 'a multiselect', [{ value: 'Кариес' }, { value: 'Пульпит' }])).toHaveLength(2);
  expect(await written(account, 'a multiselect', [{ value: 'Пульпит' }])).toMatchObject([{ value: 'Пульпит' }]);
});

test('a date is cut to midnight in the zone of the account, a date_time is not', async () => {
  const account = await opened();
  const seconds = (text: string): number => Date.parse(text) / 1000;
  const midnight = seconds('2026-03-01T00:00:00+03:00');
  expect(await written(account, 'a date', [{ value: '2026-03-01T15:30:00+03:00' }])).toEqual([{ value: midnight }]);
  // Three hours earlier than it was sent (reference §10.2).
  expect(await written(account, 'a date', [{ value: seconds('2026-03-01T00:00:00Z') }])).toEqual([{ value: midnight }]);
  const moment = seconds('2026-03-01T15:30:00+03:00');
  expect(await written(account, 'a date_time', [{ value: moment }])).toEqual([{ value: moment }]);
  expect(await written(account, 'a date_time', [{ value: '2026-03-01T12:30:00Z' }])).toEqual([{ value: moment }]);
  expect(await refused(account, 'a date', [{ value: '01.03.2026' }])).toEqual([
    'InvalidType custom_fields_values.0.values.0.value',
  ]);
});

test('a birthday before 1970 is taken as a text alone', async () => {
  const account = await opened();
  const born = Date.parse('1956-05-07T00:00:00+03:00') / 1000;
  expect(await written(account, 'a birthday', [{ value: '1956-05-07T00:00:00+03:00' }])).toEqual([{ value: born }]);
  expect(await refused(account, 'a birthday', [{ value: born }])).toHaveLength(1);
});

test('phones have kinds, WORK where none is said, and are replaced as a set', async () => {
  const account = await opened();
  const both = [{ value: '+79000000001', enum_code: 'MOB' }, { value: '89000000002' }];
  expect(await written(account, 'PHONE', both)).toBeUndefined();
  const { body } = await account.call('GET', '/contacts/1');
  expect(member(body, 'custom_fields_values.0')).toMatchObject({
    field_name: 'Телефон',
    field_code: 'PHONE',
    field_type: 'multitext',
    values: [
      { value: '+79000000001', enum_code: 'MOB' },
      { value: '89000000002', enum_code: 'WORK' },
    ],
  });
  await account.call('PATCH', '/contacts/1', {
    custom_fields_values: account.fields('contacts', { PHONE: [both[1]] }),
  });
  expect(account.truth.values('contacts', 1)).toEqual({ Телефон: '89000000002' });
  expect(await refused(account, 'PHONE', [{ value: '1', enum_code: 'PRIV' }])).toEqual([
    'NotSupportedChoice custom_fields_values.0.values.0.enum_code',
  ]);
});

test('an address has lines, a legal entity and a file their keys', async () => {
  const account = await opened();
  const lines = [
    { value: 'Омск', enum_id: 3, enum_code: 'city' },
    { value: '644000', enum_id: 5, enum_code: 'zip' },
  ];
  expect(
    await written(account, 'a smart_address', [
      { value: 'Омск', enum_code: 'city' },
      { value: '644000', enum_id: 5 },
    ]),
  ).toEqual(lines);
  const entity = [{ value: { name: 'ООО «Ромашка»', vat_id: '5500000000' } }];
  expect(await written(account, 'a legal_entity', entity)).toEqual(entity);
  expect(await written(account, 'a legal_entity', [{ value: { inn: '1' } }])).toMatchObject({
    title: 'SANDBOX_UNKNOWN',
  });
  const file = [{ value: { file_uuid: 'u', version_uuid: 'v', file_name: 'снимок.png', file_size: 7 } }];
  expect(await written(account, 'a file', file)).toEqual(file);
});

test('a field that is not named stays, one that is null goes, and an entity without any reads null', async () => {
  const account = await opened();
  await written(account, 'a text', [{ value: 'x' }]);
  await written(account, 'a url', [{ value: 'y' }]);
  expect(account.truth.values('contacts', 1)).toEqual({ 'a text': 'x', 'a url': 'y' });
  await written(account, 'a url', null);
  await written(account, 'a text', null);
  expect(member((await account.call('GET', '/contacts/1')).body, 'custom_fields_values')).toBe(null);
  expect(await written(account, 'a text', [])).toMatchObject({ title: 'SANDBOX_UNKNOWN' });
});

test('an unknown field spoils the whole write, known by id, by code, or not at all', async () => {
  const account = await opened();
  const entry = (key: object): object => ({ ...key, values: [{ value: 'x' }] });
  const custom_fields_values = [
    entry({ field_id: 1 }),
    entry({ field_id: null, field_code: 'NONE' }),
    entry({ field_name: 'a text' }),
    entry({ field_id: null, field_code: 'POSITION', field_name: 'Должность' }),
  ];
  expect(await account.refusals('PATCH', '/contacts/1', { custom_fields_values })).toEqual([
    'NotSupportedChoice custom_fields_values.0.field_id',
    'NotSupportedChoice custom_fields_values.1.field_code',
    'FieldMissing custom_fields_values.2.field_id',
  ]);
  await account.call('PATCH', '/contacts/1', { custom_fields_values: custom_fields_values.slice(3) });
  expect(account.truth.values('contacts', 1)).toEqual({ Должность: 'x' });
});

test('leads have tracking data and chained lists, elements of lists the rest', async () => {
  const account = await openAccount({
    fields: [
      { home: 'leads', name: 'utm', type: 'tracking_data', code: 'UTM_SOURCE' },
      { home: 'leads', name: 'услуга', type: 'chained_list' },
      { home: 'elements', catalogId: 1, name: 'цена', type: 'price' },
      { home: 'elements', catalogId: 1, name: 'вид', type: 'category', options },
      { home: 'elements', catalogId: 1, name: 'лицо', type: 'linked_entity' },
    ],
  });
  const chained = [{ catalog_id: 1, catalog_element_id: 2 }];
  const custom_fields_values = account.fields('leads', { utm: [{ value: 'сайт' }], услуга: chained });
  await account.call('POST', '/leads', [{ custom_fields_values }]);
  expect(account.truth.values('leads', 1)).toEqual({ utm: 'сайт', услуга: chained[0] });
  await account.call('POST', '/catalogs', [{ name: 'Услуги' }]);
  const [price, kind, person] = (await account.list('/catalogs/1/custom_fields')).map(({ id }) => id);
  const made = await account.call('POST', '/catalogs/1/elements', [
    {
      name: 'Чистка',
      request_id: 'a',
      custom_fields_values: [
        { field_id: price, values: [{ value: 3500 }] },
        { field_id: kind, values: [{ value: 'Кариес' }] },
        { field_id: person, values: [{ value: { entity_id: 1, entity_type: 'contacts' } }] },
      ],
    },
  ]);
  expect(member(made.body, '_embedded.elements.0')).toMatchObject({ id: 1, catalog_id: 1, request_id: 'a' });
  const renamed = await account.call('PATCH', '/catalogs/1/elements', [{ id: 1, name: 'Гигиена', request_id: 'b' }]);
  // Not what it was sent with (reference §3.1).
  expect(member(renamed.body, '_embedded.elements.0')).toMatchObject({ name: 'Гигиена', request_id: '1' });
  expect(await account.list('/catalogs/1/elements?query=гиг')).toMatchObject([
    { name: 'Гигиена', custom_fields_values: [{ values: [{ value: '3500' }] }, {}, {}] },
  ]);
});

test('fields are made, found by type, and changed; options are sent as a whole', async () => {
  const account = await openAccount({ bare: true });
  const made = await account.call('POST', '/contacts/custom_fields', [
    { name: 'ID пациента IDENT', type: 'text', code: 'IDENT_ID', is_api_only: true },
    {
      name: 'Пол',
      type: 'select',
      enums: [
        { value: 'Мужской', sort: 1 },
        { value: 'Женский', sort: 2 },
      ],
    },
  ]);
  expect(member(made.body, '_embedded.custom_fields')).toMatchObject([
    {
      id: 508,
      name: 'ID пациента IDENT',
      type: 'text',
      code: 'IDENT_ID',
      is_api_only: true,
      enums: null,
      request_id: '0',
    },
    { id: 509, name: 'Пол', enums: [{ value: 'Мужской' }, { value: 'Женский' }], request_id: '1' },
  ]);
  expect(
    await account.refusals('POST', '/contacts/custom_fields', [
      { name: 'снова', type: 'text', code: 'IDENT_ID' },
      { name: 'чужое', type: 'tracking_data' },
      { type: 'text' },
    ]),
  ).toEqual(['0 NotSupportedChoice code', '1 NotSupportedChoice type', '2 FieldMissing name']);
  expect(await account.list('/contacts/custom_fields?filter[type][0]=select')).toMatchObject([{ id: 509 }]);
  const [male] = account.field('contacts', 'Пол').options;
  const enums = [
    { id: male?.id, value: 'Муж.', sort: 1 },
    { value: 'Не указан', sort: 2 },
  ];
  await account.call('PATCH', '/contacts/custom_fields/509', { enums });
  expect(account.field('contacts', 'Пол').options).toMatchObject([
    { id: male?.id, value: 'Муж.' },
    { value: 'Не указан' },
  ]);
  expect(await account.refusals('PATCH', '/contacts/custom_fields/509', { type: 'text' })).toEqual([
    'NotSupportedChoice type',
  ]);
  expect(await account.call('DELETE', '/contacts/custom_fields/509')).toMatchObject({ status: 204 });
  expect(await account.list('/contacts/custom_fields?filter[id]=509')).toEqual([]);
});

test('fields come at most fifty a page', async () => {
  const account = await openAccount({
    fields: Array.from({ length: 60 }, (_, index) => ({ home: 'companies', name: `поле ${index}`, type: 'text' })),
  });
  expect(await account.list('/companies/custom_fields?limit=250')).toHaveLength(50);
  expect(await account.list('/companies/custom_fields?limit=250&page=2')).toHaveLength(14);
});

test('the account of the clinic has the fields the shipped pipeline writes', async () => {
  const account = await openAccount();
  const contacts = clinicFields.filter(({ home }) => home === 'contacts');
  expect([contacts.length, clinicFields.length]).toEqual([26, 31]);
  account.create('contacts', { name: 'Яна' });
  const custom_fields_values = account.fields('contacts', {
    'ID пациента IDENT': [{ value: '17' }],
    Возраст: [{ value: 41 }],
    Пол: [{ value: 'Женский' }],
    'Дата рождения': [{ value: '1985-02-03T00:00:00+03:00' }],
    'SMS отказ': [{ value: false }],
    'Дополнительный телефон': [{ value: '+79000000009', enum_code: 'OTHER' }],
  });
  expect(await account.call('PATCH', '/contacts/1', { custom_fields_values })).toMatchObject({ status: 200 });
  expect(account.truth.values('contacts', 1)).toEqual({
    'ID пациента IDENT': '17',
    Возраст: '41',
    Пол: 'Женский',
    'Дата рождения': Date.parse('1985-02-03T00:00:00+03:00') / 1000,
    'SMS отказ': false,
    'Дополнительный телефон': '+79000000009',
  });
});

test('a field or an option that an administrator deletes is unknown from then on', async () => {
  const account = await openAccount();
  const values = account.fields('contacts', { Пол: [{ value: 'Мужской' }], ИНН: [{ value: '550' }] });
  account.create('contacts', { custom_fields_values: values as never });
  account.loseField({ type: 'contacts', field: 'ИНН' });
  account.loseOption({ type: 'contacts', field: 'Пол', option: 'Мужской' });
  expect(account.truth.values('contacts', 1)).toEqual({ Пол: 'Мужской' });
  expect(await account.refusals('PATCH', '/contacts/1', { custom_fields_values: values })).toEqual([
    'NotSupportedChoice custom_fields_values.0.values.0.value',
    'NotSupportedChoice custom_fields_values.1.field_id',
  ]);
});
