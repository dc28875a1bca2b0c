import { expect, test } from 'vitest';
import { error, member, openPortal, type Wire } from '../open-for-test.ts';

const objects = { IBLOCK_TYPE_ID: 'bitrix_processes', IBLOCK_ID: 77 };
const equipment = { IBLOCK_TYPE_ID: 'lists', IBLOCK_ID: 47 };

async function names(portal: Wire, params: object, place = objects): Promise<readonly unknown[]> {
  const rows = await portal.result('lists.element.get', { ...place, ...params });
  return Array.isArray(rows) ? rows.map((row) => member(row, 'NAME')) : [rows];
}

test('lists come by their kind', async () => {
  const portal = await openPortal();
  const { body } = await portal.post('lists.get', { IBLOCK_TYPE_ID: 'bitrix_processes' });
  expect(body).toMatchObject({
    result: [
      { ID: '77', NAME: 'Объекты', IBLOCK_TYPE_ID: 'bitrix_processes', TIMESTAMP_X: '07/15/2024 09:00:00 am' },
      { ID: '123', CODE: 'violations' },
      { ID: '127', NAME: 'Категории нарушений' },
    ],
    total: 3,
  });
  expect(await portal.result('lists.get', equipment)).toMatchObject([{ ID: '47' }]);
  expect(await portal.result('lists.get.iblock.type.id', { IBLOCK_CODE: 'objects' })).toBe('bitrix_processes');
});

test('all fields come by their ids, one by its type, a list property with the texts of its options', async () => {
  const portal = await openPortal();
  const all = await portal.result('lists.field.get', objects);
  expect(Object.keys(Object(all))).toEqual(['NAME', 'PROPERTY_637', 'PROPERTY_641', 'PROPERTY_645']);
  expect(member(all, 'NAME')).toMatchObject({ FIELD_ID: 'NAME', NAME: 'Название', TYPE: 'NAME', IS_REQUIRED: 'Y' });
  const one = await portal.result('lists.field.get', { ...objects, FIELD_ID: 'PROPERTY_645' });
  expect(one).toMatchObject({
    L: {
      FIELD_ID: 'PROPERTY_645',
      NAME: 'Состояние',
      TYPE: 'L',
      MULTIPLE: 'N',
      CODE: 'STATE',
      ID: '645',
      DISPLAY_VALUES_FORM: { '1231': 'Действует', '1233': 'Закрыт' },
    },
  });
  const category = { IBLOCK_TYPE_ID: 'bitrix_processes', IBLOCK_CODE: 'violations', FIELD_ID: 'PROPERTY_1091' };
  expect(await portal.result('lists.field.get', category)).toMatchObject({ E: { LINK_IBLOCK_ID: '127' } });
  expect(await portal.result('lists.field.get', { ...objects, FIELD_ID: 'PROPERTY_1' })).toEqual([]);
});

test('values come keyed by ids of their own, dates as the portal’s locale has them, what has no value is not there', async () => {
  const portal = await openPortal();
  const american = await portal.result('lists.element.get', equipment);
  expect(american).toEqual([
    {
      ID: '19',
      NAME: 'Автоклав',
      IBLOCK_SECTION_ID: null,
      CREATED_BY: '2',
      CODE: null,
      DATE_CREATE: '11/20/2026 12:00:00 pm',
      SORT: '500',
      PROPERTY_951: { '36': '2', '37': '3' },
      PROPERTY_953: { '38': '17' },
      PROPERTY_955: { '39': '240000|RUB' },
      PROPERTY_957: { '40': '03/31/2025' },
      PROPERTY_1003: { '41': '12/31/2026 11:59:59 pm' },
    },
    expect.objectContaining({ NAME: 'Рентген', PROPERTY_951: { '42': '3' } }),
    expect.not.objectContaining({ PROPERTY_951: expect.anything() }),
  ]);
  const russian = await openPortal({ listDates: 'russian' });
  const select = { ...equipment, SELECT: ['PROPERTY_957', 'PROPERTY_1003'], FILTER: { NAME: 'Автоклав' } };
  expect(await russian.result('lists.element.get', select)).toEqual([
    { PROPERTY_957: { '40': '31.03.2025' }, PROPERTY_1003: { '41': '31.12.2026 23:59:59' } },
  ]);
});

test('in the field values come as lists and as scalars too', async () => {
  const portal = await openPortal();
  const keepers = async (): Promise<unknown> =>
    portal.result('lists.element.get', { ...equipment, ELEMENT_ID: 19, SELECT: ['PROPERTY_951', 'PROPERTY_953'] });
  portal.answerWith({ listValues: 'list' });
  expect(await keepers()).toEqual([{ PROPERTY_951: ['2', '3'], PROPERTY_953: ['17'] }]);
  portal.answerWith({ listValues: 'plain' });
  expect(await keepers()).toEqual([{ PROPERTY_951: ['2', '3'], PROPERTY_953: '17' }]);
});

test('elements come fifty to a page, by the offset of the next one', async () => {
  const portal = await openPortal({
    seed(desk) {
      for (let number = 1; number <= 100; number += 1) desk.createElement(127, { NAME: `Категория ${number}` });
    },
  });
  const categories = { IBLOCK_TYPE_ID: 'bitrix_processes', IBLOCK_ID: 127 };
  const page = async (start?: number): Promise<unknown> => {
    const { body } = await portal.post('lists.element.get', { ...categories, start });
    return [Object(member(body, 'result')).length, member(body, 'total'), member(body, 'next')];
  };
  expect(await page()).toEqual([50, 104, 50]);
  expect(await page(50)).toEqual([50, 104, 100]);
  expect(await page(100)).toEqual([4, 104, undefined]);
});

test.each([
  [{ FILTER: { PROPERTY_637: 1203 } }, ['Кабинет на Волжской', 'Склад в Самаре']],
  [{ FILTER: { '%NAME': 'Клиника', '!PROPERTY_637': '1201' } }, ['Клиника на Комсомольском']],
  [
    { FILTER: { '@PROPERTY_637': [1207, 1209] }, ELEMENT_ORDER: { NAME: 'asc' } },
    ['Кабинет на Советской', 'Лаборатория'],
  ],
  [{ FILTER: { '=%PROPERTY_641': 'наб%' } }, ['Кабинет на Волжской']],
  [{ FILTER: { '<DATE_CREATE': '2026-11-20T12:00:00+03:00' } }, []],
  [{ FILTER: { PROPERTY_645: 1233 }, ELEMENT_ORDER: { ID: 'desc' } }, ['Склад в Самаре']],
  [{ ELEMENT_ID: 13 }, ['Клиника на Кремлёвской']],
  [{ ELEMENT_ID: 1 }, []],
])('%j finds %j', async (params, found) => {
  expect(await names(await openPortal(), params)).toEqual(found);
});

test('an element is added under a code of its own, and an update clears what it does not name', async () => {
  const portal = await openPortal();
  const fields = { NAME: 'Центрифуга', PROPERTY_951: [2], PROPERTY_953: '21' };
  const id = await portal.result('lists.element.add', { ...equipment, ELEMENT_CODE: 'c-1', FIELDS: fields });
  expect(await portal.post('lists.element.add', { ...equipment, ELEMENT_CODE: 'c-1', FIELDS: fields })).toEqual({
    status: 400,
    body: error('ERROR_ELEMENT_ALREADY_EXISTS', 'Element already exists'),
  });
  const update = { ...equipment, ELEMENT_CODE: 'c-1', FIELDS: { NAME: 'Центрифуга-2', PROPERTY_951: [2, 3] } };
  expect(await portal.result('lists.element.update', update)).toBe(true);
  expect(portal.truth.list(47).at(-1)).toEqual({
    ID: String(id),
    NAME: 'Центрифуга-2',
    IBLOCK_SECTION_ID: null,
    CREATED_BY: '1',
    CODE: 'c-1',
    DATE_CREATE: '11/20/2026 12:00:00 pm',
    SORT: '500',
    PROPERTY_951: { '44': '2', '46': '3' },
  });
  expect(await portal.result('lists.element.delete', { ...equipment, ELEMENT_ID: id })).toBe(true);
  expect(portal.truth.list(47)).toHaveLength(3);
});

test('at the desk a list gets a property, an option, another text for one, and elements that lose both', async () => {
  const portal = await openPortal();
  portal.setProperty(77, { id: 651, name: 'Площадь', type: 'N' });
  portal.setOption(77, 637, { id: 1213, text: 'Елабуга' });
  portal.setOption(77, 637, { id: 1201, text: 'Казань и пригород' });
  const id = portal.createElement(77, { NAME: 'Кабинет в Елабуге', PROPERTY_637: 1213, PROPERTY_651: 40 });
  portal.editElement(77, id, { PROPERTY_651: 45 });
  expect(portal.truth.list(77).at(-1)).toMatchObject({ PROPERTY_637: { '44': '1213' }, PROPERTY_651: { '45': '45' } });
  const { L: city } = Object(await portal.result('lists.field.get', { ...objects, FIELD_ID: 'PROPERTY_637' }));
  expect(member(city, 'DISPLAY_VALUES_FORM')).toMatchObject({ '1201': 'Казань и пригород', '1213': 'Елабуга' });
  portal.removeProperty(77, 651);
  expect(portal.truth.list(77).at(-1)).not.toHaveProperty('PROPERTY_651');
  portal.removeElement(77, id);
  expect(portal.truth.list(77)).toHaveLength(7);
});

test.each([
  [
    'lists.element.get',
    {},
    error('ERROR_REQUIRED_PARAMETERS_MISSING', 'Required parameter `IBLOCK_TYPE_ID` is missing'),
  ],
  [
    'lists.element.get',
    { IBLOCK_TYPE_ID: 'lists' },
    error('ERROR_REQUIRED_PARAMETERS_MISSING', 'Required parameter `IBLOCK_ID` is missing'),
  ],
  [
    'lists.element.get',
    { IBLOCK_TYPE_ID: 'lists', IBLOCK_ID: 77 },
    error('ERROR_IBLOCK_NOT_FOUND', 'Iblock not found'),
  ],
  ['lists.field.get', { ...objects, IBLOCK_ID: 5 }, error('ERROR_IBLOCK_NOT_FOUND', 'Iblock not found')],
  ['lists.element.delete', { ...objects, ELEMENT_ID: 5 }, error('ERROR_ELEMENT_NOT_FOUND', 'Element not found')],
])('%s with %j is refused by the vendor', async (method, params, body) => {
  const portal = await openPortal();
  expect(await portal.post(method, params)).toEqual({ status: 400, body });
  expect(portal.journal.refusals).toEqual([]);
});

test.each([
  ['lists.element.get', { ...objects, FILTER: { '>ID': 5 } }, 'the filter ID of list 77'],
  ['lists.element.get', { ...objects, FILTER: { NO_SUCH: 5 } }, 'the filter NO_SUCH of list 77'],
  [
    'lists.element.get',
    { ...objects, FILTER: { PROPERTY_637: 'Казань' } },
    'the value of the filter PROPERTY_637 of list 77',
  ],
  ['lists.element.get', { ...equipment, ELEMENT_ORDER: { PROPERTY_951: 'asc' } }, 'the order PROPERTY_951 of list 47'],
  ['lists.element.get', { ...objects, SELECT: ['PROPERTY_1'] }, 'the selected field PROPERTY_1 of list 77'],
  ['lists.element.get', { ...objects, start: -1 }, 'start=-1 of lists.element.get'],
  ['lists.element.get', { IBLOCK_TYPE_ID: 'lists_socnet', IBLOCK_ID: 1 }, 'IBLOCK_TYPE_ID=lists_socnet'],
  [
    'lists.element.add',
    { ...equipment, ELEMENT_CODE: 'x', FIELDS: { NAME: 'x', PROPERTY_951: 2 } },
    'the value 2 of PROPERTY_951',
  ],
])('what the sandbox does not know of %s with %j it refuses', async (method, params, what) => {
  const portal = await openPortal();
  const { body } = await portal.post(method, params);
  expect(body).toEqual(error('SANDBOX_UNKNOWN', `The sandbox does not know ${what}`));
});
