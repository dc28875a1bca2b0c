import { expect, test } from 'vitest';
import { error, member, noon, openPortal, type Wire } from './open-for-test.ts';

async function withDeals(count: number): Promise<Wire> {
  return openPortal({
    seed(desk) {
      for (let number = 1; number <= count; number += 1) desk.create('deal', { TITLE: `Сделка ${number}` });
    },
  });
}

function ids(body: unknown): readonly number[] {
  const rows = member(body, 'result');
  return Array.isArray(rows) ? rows.map((row) => Number(member(row, 'ID'))) : [];
}

test('a page has fifty rows, the total, and the offset of the next one while there is one', async () => {
  const portal = await withDeals(101);
  const first = await portal.post('crm.deal.list', { select: ['ID'] });
  expect(ids(first.body)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  expect(first.body).toMatchObject({ total: 101, next: 50 });
  const last = await portal.post('crm.deal.list', { select: ['ID'], start: 100 });
  expect(ids(last.body)).toEqual([101]);
  expect(last.body).toMatchObject({ total: 101 });
  expect(last.body).not.toHaveProperty('next');
});

test('a full last page has no next one', async () => {
  const portal = await withDeals(100);
  const { body } = await portal.post('crm.deal.list', { start: 50 });
  expect(ids(body)).toHaveLength(50);
  expect(body).not.toHaveProperty('next');
});

test('start=-1 counts nothing: total 0, no next', async () => {
  const portal = await withDeals(101);
  const params = { select: ['ID'], order: { ID: 'ASC' }, filter: { '>ID': 40 }, start: -1 };
  const { body } = await portal.post('crm.deal.list', params);
  expect(ids(body)).toEqual(Array.from({ length: 50 }, (_, index) => index + 41));
  expect(body).toMatchObject({ total: 0 });
  expect(body).not.toHaveProperty('next');
});

const people = [
  { TITLE: 'Анна', OPPORTUNITY: 100, SOURCE_ID: 'WEB', COMMENTS: 'первый приём' },
  { TITLE: 'Борис', OPPORTUNITY: 200, SOURCE_ID: 'CALL', COMMENTS: '' },
  { TITLE: 'Вера', OPPORTUNITY: 300, SOURCE_ID: 'CALL' },
];

test.each([
  [{ TITLE: 'Анна' }, [1]],
  [{ '=TITLE': 'Анна' }, [1]],
  [{ '!TITLE': 'Анна' }, [2, 3]],
  [{ '!=TITLE': 'Анна' }, [2, 3]],
  [{ '>OPPORTUNITY': 200 }, [3]],
  [{ '>=OPPORTUNITY': '200' }, [2, 3]],
  [{ '<OPPORTUNITY': 200 }, [1]],
  [{ '<=OPPORTUNITY': '200.00' }, [1, 2]],
  [{ '@TITLE': ['Анна', 'Вера'] }, [1, 3]],
  [{ '!@TITLE': ['Анна', 'Вера'] }, [2]],
  [{ TITLE: ['Анна', 'Вера'] }, [1, 3]],
  [{ '!TITLE': ['Анна', 'Вера'] }, [2]],
  [{ '%TITLE': 'ер' }, [3]],
  [{ '=%TITLE': 'Б%' }, [2]],
  [{ '%=TITLE': '%а' }, [1, 3]],
  [{ SOURCE_ID: 'CALL', '>OPPORTUNITY': 250 }, [3]],
  [{ COMMENTS: '' }, [2, 3]],
  [{ '!COMMENTS': '' }, [1]],
  [{ ID: [3, 1, 9] }, [1, 3]],
  [{ '<=DATE_CREATE': '2026-11-20T09:00:00Z' }, [1, 2, 3]],
  [{ '>DATE_CREATE': '2026-11-20T12:00:00+03:00' }, []],
  [{ DATE_CREATE: '2026-11-20 12:00:00' }, [1, 2, 3]],
])('the legacy filter %j finds %j', async (filter, found) => {
  const portal = await openPortal({ seed: (desk) => people.forEach((fields) => desk.create('deal', fields)) });
  expect(ids((await portal.post('crm.deal.list', { filter, select: ['ID'] })).body)).toEqual(found);
});

test.each([
  ['crm.deal.list', { filter: { NO_SUCH: 1 } }, 'the filter NO_SUCH of a deal'],
  ['crm.deal.list', { filter: { '!%TITLE': 'x' } }, 'the filter !%TITLE of a deal'],
  ['crm.deal.list', { filter: { logic: 'OR' } }, 'the filter logic of a deal'],
  ['crm.deal.list', { filter: { '%STAGE_ID': 'W' } }, 'the filter %STAGE_ID of a deal'],
  ['crm.deal.list', { filter: { CONTACT_IDS: 1 } }, 'the filter CONTACT_IDS of a deal'],
  ['crm.contact.list', { filter: { '%PHONE': '900' } }, 'the filter %PHONE of a contact'],
  ['crm.deal.list', { filter: { '>DATE_CREATE': 'вчера' } }, 'the value of the filter DATE_CREATE'],
  ['crm.deal.list', { order: { NO_SUCH: 'ASC' } }, 'the order NO_SUCH of a deal'],
  ['crm.deal.list', { order: { ID: 'UP' } }, 'the order ID UP'],
  ['crm.deal.list', { select: ['ID', 'NO_SUCH'] }, 'the selected field NO_SUCH'],
  ['crm.deal.list', { select: ['CONTACT_IDS'] }, 'the selected field CONTACT_IDS'],
  ['crm.deal.list', { select: 'ID' }, 'a selection that is not a list'],
  ['crm.deal.list', { filter: { ID: [] } }, 'the value of the filter ID'],
  ['crm.deal.list', { start: -2 }, 'start=-2'],
])('%s with %j is refused and counted', async (method, params, what) => {
  const portal = await openPortal();
  expect(await portal.post(method, params)).toEqual({
    status: 400,
    body: error('SANDBOX_UNKNOWN', `The sandbox does not know ${what}`),
  });
  expect(portal.journal.refusals).toEqual([{ method, what, answered: 'error' }]);
});

test('a filter that is not an array is an error of the vendor’s', async () => {
  const portal = await openPortal();
  const reply = await portal.post('crm.deal.list', { filter: 'ID=1' });
  expect(reply).toEqual({ status: 400, body: error('', "Parameter 'filter' must be array.") });
});

test('phones are filtered by their exact text', async () => {
  const portal = await openPortal();
  portal.create('contact', { PHONE: [{ VALUE: '+79000000001', VALUE_TYPE: 'WORK' }] });
  const find = async (PHONE: unknown): Promise<unknown> =>
    portal.result('crm.contact.list', { filter: { PHONE }, select: ['ID'] });
  expect(await find('+79000000001')).toEqual([{ ID: '1' }]);
  expect(await find('89000000001')).toEqual([]);
  expect(await find(['+79000000009', '+79000000001'])).toEqual([{ ID: '1' }]);
});

test('an index follows changes and deletions', async () => {
  const portal = await openPortal();
  const find = async (ORIGIN_ID: string): Promise<unknown> =>
    portal.result('crm.deal.list', { filter: { ORIGIN_ID }, select: ['ID'] });
  expect(await find('F1_7')).toEqual([]);
  await portal.result('crm.deal.add', { fields: { ORIGIN_ID: 'F1_7' } });
  expect(await find('F1_7')).toEqual([{ ID: '1' }]);
  await portal.result('crm.deal.update', { id: 1, fields: { ORIGIN_ID: 'F1_8' } });
  expect([await find('F1_7'), await find('F1_8')]).toEqual([[], [{ ID: '1' }]]);
  await portal.result('crm.deal.delete', { id: 1 });
  expect(await find('F1_8')).toEqual([]);
});

test('rows come in the order asked for, equal ones by id', async () => {
  const portal = await openPortal({ seed: (desk) => people.forEach((fields) => desk.create('deal', fields)) });
  const sorted = async (order: unknown): Promise<readonly number[]> =>
    ids((await portal.post('crm.deal.list', { order, select: ['ID'] })).body);
  expect(await sorted({ OPPORTUNITY: 'desc' })).toEqual([3, 2, 1]);
  expect(await sorted({ SOURCE_ID: 'ASC', ID: 'DESC' })).toEqual([3, 2, 1]);
  expect(await sorted({ DATE_MODIFY: 'DESC' })).toEqual([1, 2, 3]);
});

test('moments have a resolution of one second', async () => {
  let now = noon;
  const portal = await openPortal({ now: () => now });
  now += 400;
  portal.create('deal', {});
  now += 500;
  portal.edit('deal', 1, { TITLE: 'Правка' });
  const since = { filter: { '>DATE_MODIFY': '2026-11-20T12:00:00+03:00' } };
  expect(await portal.result('crm.deal.list', since)).toEqual([]);
});

test('the default selection has user fields but no phones; the star alone has neither', async () => {
  const portal = await openPortal();
  portal.create('contact', { NAME: 'Яна', PHONE: [{ VALUE: '+79000000001', VALUE_TYPE: 'WORK' }] });
  const keys = async (select?: readonly string[]): Promise<readonly string[]> => {
    const rows = await portal.result('crm.contact.list', select === undefined ? {} : { select });
    return Object.keys(member(rows, '0') ?? {});
  };
  expect(await keys()).toContain('UF_CRM_1769083788971');
  expect(await keys()).not.toContain('PHONE');
  expect(await keys(['*'])).not.toContain('UF_CRM_1769083788971');
  expect(await keys(['ID', 'UF_*', 'PHONE'])).toEqual(['ID', 'UF_CRM_1769083788971', 'UF_CRM_1769087537061', 'PHONE']);
});

test('a page of a range of ids, from either end, is the same with an index and without one', async () => {
  const portal = await openPortal({
    seed(desk) {
      for (let number = 1; number <= 1200; number += 1) desk.create('deal', { TITLE: number % 3 ? 'Приём' : 'Осмотр' });
      desk.remove('deal', 8);
    },
  });
  const list = async (params: object): Promise<readonly number[]> =>
    ids((await portal.post('crm.deal.list', { select: ['ID'], start: -1, ...params })).body);
  expect(await list({ filter: { '>ID': 5, '<=ID': 10 } })).toEqual([6, 7, 9, 10]);
  expect(await list({ filter: { '>=ID': 7, '<ID': 10 } })).toEqual([7, 9]);
  expect((await list({ order: { ID: 'DESC' } })).slice(0, 2)).toEqual([1200, 1199]);
  expect(await list({ filter: { '>ID': 1195, TITLE: 'Приём' }, order: { ID: 'DESC' } })).toEqual([1199, 1198, 1196]);
  expect(await list({ filter: { '>ID': 1192, TITLE: 'Осмотр' } })).toEqual([1194, 1197, 1200]);
  expect(await list({ filter: { '>ID': 1200 } })).toEqual([]);
});
