import { expect, test } from 'vitest';
import { error, member, openPortal, type Wire } from '../open-for-test.ts';

async function users(portal: Wire, params: object): Promise<readonly unknown[]> {
  const rows = await portal.result('user.get', params);
  return Array.isArray(rows) ? rows.map((row) => member(row, 'ID')) : [];
}

test('user.get takes its order as strings', async () => {
  const portal = await openPortal();
  const { body } = await portal.post('user.get', { sort: 'ID', order: 'DESC', FILTER: { NAME: 'Дарья' } });
  expect(body).toMatchObject({ result: [{ ID: '2', ACTIVE: true, NAME: 'Дарья', UF_DEPARTMENT: [1] }], total: 1 });
  expect(await users(portal, { sort: 'LAST_NAME', order: 'DESC' })).toEqual(['11', '2', '7', '3', '5', '1', '8', '12']);
  const refused = { status: 400, body: error('ERROR_ARGUMENT', 'Order must be a string') };
  expect(await portal.post('user.get', { sort: 'ID', order: { ID: 'DESC' } })).toEqual(refused);
});

test.each([
  [{ ACTIVE: true }, ['1', '2', '3', '5', '7', '12']],
  [{ ACTIVE: 'false' }, ['8', '11']],
  [{ '>ID': 7 }, ['8', '11', '12']],
  [{ '@ID': [12, 3] }, ['3', '12']],
  [{ UF_DEPARTMENT: 5 }, ['5', '7', '11']],
  [{ UF_DEPARTMENT: [3, 7], ACTIVE: 1 }, ['7', '12']],
  [{ '!%LAST_NAME': 'ов' }, ['1', '3', '11']],
  [{ '>=TIMESTAMP_X': 'вчера' }, []],
])('the filter %j of user.get finds %j', async (FILTER, found) => {
  expect(await users(await openPortal(), { FILTER })).toEqual(found);
});

test('user.get is walked by id without counting', async () => {
  const portal = await openPortal({
    seed(desk) {
      for (let number = 1; number <= 100; number += 1) desk.hire({ name: `Сотрудник ${number}` });
    },
  });
  const page = async (last: number): Promise<readonly unknown[]> =>
    users(portal, { FILTER: { '>ID': last }, sort: 'ID', order: 'ASC', start: -1 });
  expect([(await page(0)).length, (await page(54)).at(-1), (await page(104)).length]).toEqual([50, '104', 8]);
});

test('a field that is not there is passed over in a selection, and an older portal passes over it as a whole', async () => {
  const portal = await openPortal();
  const one = { FILTER: { ID: 7 }, select: ['ID', 'UF_*', 'NO_SUCH'] };
  expect(await portal.result('user.get', one)).toEqual([{ ID: '7', UF_EMPLOYMENT_DATE: '', UF_DEPARTMENT: [5, 7] }]);
  portal.answerWith({ userSelect: 'ignored' });
  expect(await portal.result('user.get', one)).toEqual([portal.truth.users()[4]]);
});

test('who is hired, dismissed and moved is seen at once, and found by the time of it', async () => {
  const portal = await openPortal();
  const id = portal.hire({ name: 'Егор', departments: [7] });
  portal.editUser(2, { active: false, position: 'Управляющая' });
  expect(await users(portal, { FILTER: { '>=TIMESTAMP_X': '2026-11-20T12:00:00+03:00' } })).toEqual(['2', String(id)]);
  expect(await portal.result('user.get', { FILTER: { ID: 2 } })).toMatchObject([{ ACTIVE: false }]);
});

test('names of fields come without types', async () => {
  const portal = await openPortal();
  expect(await portal.result('user.fields')).toMatchObject({ NAME: 'Имя', UF_DEPARTMENT: 'Подразделения' });
  expect(await portal.result('department.fields')).toMatchObject({ UF_HEAD: 'Руководитель' });
});

test('departments come by parameters of their own, the company without a parent', async () => {
  const portal = await openPortal();
  expect((await portal.post('department.get', { sort: 'NAME', order: 'DESC' })).body).toMatchObject({
    result: [{ NAME: 'Терапия' }, { NAME: 'Регистратура' }, { NAME: 'Ортодонтия' }, { NAME: 'Клиника' }],
    total: 4,
  });
  expect(await portal.result('department.get', { ID: 1 })).toEqual([
    { ID: '1', NAME: 'Клиника', SORT: 500, UF_HEAD: '1' },
  ]);
  const id = portal.createDepartment({ name: 'Хирургия', parentId: 5 });
  portal.editDepartment(7, { parentId: 1 });
  expect(await portal.result('department.get', { PARENT: 5 })).toEqual([
    { ID: String(id), NAME: 'Хирургия', SORT: 500, PARENT: '5' },
  ]);
  portal.removeDepartment(id);
  expect(portal.truth.departments()).toHaveLength(4);
});

test.each([
  ['user.get', { FILTER: { NO_SUCH: 1 } }, 'the filter NO_SUCH'],
  ['user.get', { FILTER: { ACTIVE: 'maybe' } }, 'the value of the filter ACTIVE'],
  ['user.get', { order: { ID: 'DESC' } }, 'an order that is not a string'],
  ['department.get', { ID: [1, 3] }, 'a list of ID for department.get'],
  ['department.get', { FILTER: { ID: 1 } }, 'the parameter filter of department.get'],
  ['department.get', { START: -1 }, 'start=-1 of department.get'],
])('what the sandbox does not know of %s with %j it refuses', async (method, params, what) => {
  const { body } = await (await openPortal()).post(method, params);
  expect(body).toEqual(error('SANDBOX_UNKNOWN', `The sandbox does not know ${what}`));
});
