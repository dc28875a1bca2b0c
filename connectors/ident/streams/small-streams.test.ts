import { expect, it } from 'vitest';
import { all, openClinic } from '../sandbox/clinic-for-test.ts';

async function rowsOf(stream: string, ...statements: readonly string[]) {
  const { clinic, source } = await openClinic({ appointments: 13 }, stream);
  for (const statement of statements) await clinic.execute(statement);
  const request = { mode: 'full', batch: 100, params: {}, signal: new AbortController().signal } as const;
  return (await all(source.read(request))).rows;
}

it('doctors are staff with a profession of doctors or with visits, each once with all professions (T9)', async () => {
  const rows = await rowsOf(
    'doctors',
    `UPDATE dbo.Persons SET Surname = N'Тополев', Name = N'Лев', Patronymic = ' ' WHERE ID = 102`,
    'UPDATE dbo.Staffs SET Archive = 1 WHERE ID_Persons = 102',
    // A nurse by her profession who received somebody, and a doctor whom nobody visited.
    'DELETE FROM dbo.Receptions WHERE ID_Staffs = 106',
    'DELETE FROM dbo.Items WHERE ID_Staffs = 105',
    'UPDATE dbo.Receptions SET ID_Staffs = 105 WHERE ID = 1',
  );
  expect(rows.map((row) => row['id'])).toEqual([101, 102, 103, 104, 105, 106]);
  expect(rows[1]).toEqual({
    id: 102,
    surname: 'Тополев',
    name: 'Лев',
    speciality: 'Пародонтолог, Хирург',
    archived: true,
  });
  expect(rows[4]).not.toHaveProperty('speciality');
});

it('branches are the own companies of IDENT', async () => {
  expect(await rowsOf('branches')).toEqual([
    { id: 1, name: 'Клиника на Садовой' },
    { id: 2, name: 'Клиника на Речной' },
    { id: 3, name: 'Клиника на Полевой' },
  ]);
});

it('services stand in their current folder at their latest price', async () => {
  const rows = await rowsOf('services', `DELETE FROM dbo.ServiceItemContents WHERE ID_ServiceItems = 16`);
  expect(rows).toHaveLength(16);
  expect(rows[0]).toEqual({
    id: 1,
    name: 'Осмотр и консультация',
    price: 900,
    folder: 'Диагностика',
    category: 'Осмотр',
  });
  expect(rows[8]).toEqual({
    id: 9,
    name: 'Удаление зуба мудрости',
    price: 8900.99,
    folder: 'Хирургия',
    category: 'Лечение',
  });
  expect(rows[15]).toEqual({ id: 16, name: 'Слепок', price: 1250.05 });
});
