import { expect, test } from 'vitest';
import { rejection } from '../../../test/support/iterate.ts';
import { columnsOf } from './columns.ts';
import { ids, openSource, upTo, window } from './open-for-test.ts';
import { requests } from '../open-for-test.ts';
import { propertyValue } from './values.ts';
import { localeDate } from './locale-dates.ts';

const objects = { list: 77, type: 'bitrix_processes' };
const equipment = { list: 47, type: 'lists' };

test('elements of a list: properties unwrapped, options by id with their texts beside', async () => {
  const opened = await openSource({ ...objects, select: ['NAME', 'PROPERTY_637', 'PROPERTY_641'] });
  const [last] = await opened.rows();
  expect(last).toMatchObject({
    NAME: 'Кабинет на Советской',
    PROPERTY_637: '1209',
    PROPERTY_637_TEXT: 'Тверь',
    PROPERTY_641: 'ул. Советская, 12',
  });
  const { fields, key } = await opened.source.describe(opened.signal);
  expect(key).toEqual(['ID']);
  expect(fields.map(({ name, type, title }) => [name, type, title])).toEqual([
    ['ID', 'id', undefined],
    ['NAME', 'text', 'Название'],
    ['PROPERTY_637', 'enum', 'Город'],
    ['PROPERTY_637_TEXT', 'text', 'Город (text)'],
    ['PROPERTY_641', 'text', 'Адрес'],
  ]);
});

test('properties of every type: several values as a list, money with its currency, dates of the portal’s locale in ISO', async () => {
  const opened = await openSource(equipment);
  const rows = await opened.rows();
  expect(rows.find((row) => row['NAME'] === 'Автоклав')).toMatchObject({
    PROPERTY_951: ['2', '3'],
    PROPERTY_953: 17,
    PROPERTY_955: 240_000,
    PROPERTY_955_CURRENCY: 'RUB',
    PROPERTY_957: '2025-03-31',
    PROPERTY_1003: '2026-12-31T23:59:59',
    DATE_CREATE: '2026-11-20T12:00:00',
  });
  expect(rows.find((row) => row['NAME'] === 'Кресло')).not.toHaveProperty('PROPERTY_951');
});

test.each(['list', 'plain'] as const)(
  'T17: fields of a list that come as a %s are read as those keyed by value id',
  async (listValues) => {
    const opened = await openSource({ ...equipment, select: ['PROPERTY_951', 'PROPERTY_953'] });
    const keyed = await opened.rows();
    opened.portal.answerWith({ listValues });
    expect(await opened.rows()).toEqual(keyed);
  },
);

test('T17: a list, users and departments are read beyond the first page, from the last to the first', async () => {
  const opened = await openSource({ ...objects, select: ['NAME'] });
  for (let index = 0; index < 300; index++) opened.portal.createElement(77, { NAME: `Объект ${index}` });
  opened.portal.journal.reset();
  const rows = await opened.rows();
  expect(rows).toHaveLength(307);
  expect(ids(rows)).toEqual(ids(rows).toSorted((a, b) => b - a));
  expect(requests(opened)).toEqual(['lists.field.get(1)', 'lists.element.get(1)', 'batch(7)']);

  for (let index = 0; index < 120; index++) {
    opened.portal.hire({ name: `Имя ${index}`, lastName: 'Новый', email: `n${index}@clinic.example` });
    opened.portal.createDepartment({ name: `Отдел ${index}`, parentId: 1 });
  }
  for (const entity of ['user', 'department']) {
    const source = opened.connection.source?.({ entity });
    if (!source) throw new Error('the connector has no source');
    const read = [];
    for await (const { rows: some } of source.read({ mode: 'full', batch: 50, params: {}, signal: opened.signal }))
      read.push(...some);
    expect(read.length).toBeGreaterThan(120);
    expect(new Set(ids(read)).size).toBe(read.length);
  }
});

test('elements deleted while pages are read move none out of sight', async () => {
  let pages = 0;
  const opened = await openSource(
    { ...objects, select: ['NAME'] },
    {
      onCommand({ method, when }) {
        if (method !== 'lists.element.get' || when !== 'after') return undefined;
        pages += 1;
        if (pages === 3) for (const id of first.splice(0, 20)) opened.portal.removeElement(77, id);
        return undefined;
      },
    },
  );
  const made = upTo(220).map((index) => opened.portal.createElement(77, { NAME: `Объект ${index}` }));
  const first = made.slice(0, 40);
  const gone = new Set(first.slice(0, 20));
  const read = new Set(ids(await opened.rows()));
  expect(made.filter((id) => !gone.has(id) && !read.has(id))).toEqual([]);
});

test('the options of a field are rows of their own', async () => {
  const block = { ...objects, values: 'PROPERTY_637' };
  const opened = await openSource(block);
  expect(await opened.rows({ limit: 2 })).toEqual([
    { id: '1201', value: 'Казань' },
    { id: '1203', value: 'Самара' },
  ]);
  expect(columnsOf(block)).toMatchObject([
    { name: 'id', type: 'id' },
    { name: 'value', type: 'text' },
  ]);
  expect(await opened.source.fetch?.([{ id: '1205' }, { id: '9' }], opened.signal)).toEqual([
    { id: '1205', value: 'Пермь' },
  ]);
  expect(await rejection(opened.rows({ window: window() }))).toMatchObject({ code: 'bitrix24.no_cursor' });
});

test('elements and users are read again by key', async () => {
  const opened = await openSource({ ...objects, select: ['NAME'] });
  const [first] = await opened.rows();
  expect(await opened.source.fetch?.([{ ID: String(first?.['ID']) }, { ID: '99999' }], opened.signal)).toEqual([first]);
  const users = opened.connection.source?.({ entity: 'user', select: ['NAME'] });
  expect(await users?.fetch?.([{ ID: '1' }, { ID: '99999' }], opened.signal)).toEqual([{ ID: '1', NAME: 'Роман' }]);
});

test('users: who works here, flags as flags, departments as ids, no broken stamp', async () => {
  const opened = await openSource({ entity: 'user', filter: { ACTIVE: true } });
  const rows = await opened.rows();
  expect(rows.length).toBeGreaterThan(2);
  expect(rows.at(-1)).toMatchObject({ ID: '1', ACTIVE: true, NAME: 'Роман', UF_DEPARTMENT: ['1'] });
  expect(rows.filter((row) => row['ACTIVE'] !== true || 'TIMESTAMP_X' in row)).toEqual([]);
});

test('books, funnels, departments and moves have columns without asking the portal', async () => {
  for (const entity of ['status', 'category', 'department', 'stagehistory']) {
    const opened = await openSource({ entity });
    const names = columnsOf({ entity })?.map(({ name }) => name);
    expect((await opened.source.describe(opened.signal)).fields.map(({ name }) => name)).toEqual(names);
  }
  expect(columnsOf({ entity: 'deal' })).toBeUndefined();
});

test('statuses and funnels come whole, flags as flags', async () => {
  const opened = await openSource({ entity: 'status', filter: { ENTITY_ID: 'SOURCE' } });
  const rows = await opened.rows();
  expect(rows.map((row) => row['STATUS_ID'])).toContain('CALL');
  expect(new Set(rows.map((row) => row['ENTITY_ID']))).toEqual(new Set(['SOURCE']));
  const funnels = await openSource({ entity: 'category' });
  expect(await funnels.rows()).toContainEqual(expect.objectContaining({ id: '0', isDefault: true }));
});

test.each([
  ['31.12.2024 23:59:59', '2024-12-31T23:59:59'],
  ['12/31/2024 11:59:59 pm', '2024-12-31T23:59:59'],
  ['03/04/2024 12:00:00 am', '2024-03-04T00:00:00'],
  ['31/12/2024', '2024-12-31'],
  ['12/31/2024', '2024-12-31'],
  ['03/04/2024', '03/04/2024'],
  ['2024-12-31', '2024-12-31'],
])('%s is %s', (given, wanted) => {
  expect(localeDate(given)).toBe(wanted);
});

test('a formatted text and the property of a product are unwrapped too', () => {
  const text = { name: 'PROPERTY_1', type: 'text', vendorType: 'S' } as const;
  expect(propertyValue(text, { '7': { TYPE: 'HTML', TEXT: 'да' } })).toBe('да');
  expect(propertyValue(text, { valueId: '9', value: 'нет' })).toBe('нет');
  expect(
    propertyValue({ ...text, multiple: true }, [
      { valueId: '9', value: 'а' },
      { valueId: '10', value: 'б' },
    ]),
  ).toEqual(['а', 'б']);
});
