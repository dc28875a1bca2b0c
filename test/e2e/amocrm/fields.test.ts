import { describe, expect, it } from 'vitest';
import { compileOnly } from '../../../engine/cli/row-filter.ts';
import { contactOf, contactsIn, job, writesIn } from './stand.ts';

/** Patient 1001 with all there is to know of a patient, and bills of her own alone. */
const wholePatient = [
  `UPDATE dbo.Persons SET Surname = N'Ландышева', Name = N'Кира', Patronymic = N'Егоровна', MobilePhone = '8 999 200-00-01',
     Phone = '84950000001', Email = 'kira@mail.example', Birthday = '12.04.1967', Sex = 2, City = N'Москва',
     Address = N'Вымышленная, 4', INN = '001', SNILS = '002', Passport = '003', DateTimeChanged = '2026-11-19T09:00:00' WHERE ID = 1001`,
  `UPDATE dbo.Patients SET CardNumber = '77/1', PatientNumber = 7, Status = 2, FirstVisit = '2020-05-05', Comment = N'Боится уколов',
     SMSRejection = 1, ID_InfoSources = 2, ID_ArchivingReasons = 1, InitialBalance = 100.5, DateTimeChanged = '2026-11-19T09:00:00'
     WHERE ID_Persons = 1001`,
  ...['PaymentsIn', 'PaymentsOut', 'OrderServiceRelation', 'Orders'].map((table) => `DELETE FROM dbo.${table}`),
  'DELETE FROM dbo.Receptions WHERE ID_Patients = 1001 AND ID <> 1',
  `UPDATE dbo.Receptions SET ID_Armchairs = 4, ReceptionEnded = '2026-11-19T09:30:00', CheckIssued = NULL, DateTimeChanged = NULL WHERE ID = 1`,
  `INSERT INTO dbo.Orders (ID, ID_Receptions, ID_Patients, ID_OwnCompanies, DateTimeOrder) VALUES (1, 1, 1001, NULL, '2026-11-19T09:20:00')`,
  'INSERT INTO dbo.OrderServiceRelation (ID, ID_Orders, ID_ServicePrices, CountService, DiscountSum) VALUES (1, 1, 32, 2, 250.01), (2, 1, 2, 1, NULL)',
  `INSERT INTO dbo.PaymentsIn (ID, ID_Patients, Payment, DateTimePayment) VALUES (1, 1001, 1000, '2026-11-20T10:00:00')`,
];

const midnightInMoscow = (day: string): number => Date.parse(`${day}T00:00:00+03:00`) / 1000;

describe('80. The 26 fields of a contact', () => {
  it('80. Hold what IDENT holds, each in its own type, and are written once', async () => {
    const { run, account, ...rest } = await job({ sql: wholePatient });
    await run();
    expect(contactOf({ run, account, ...rest }, 1001)).toEqual({
      id: 1,
      name: 'Ландышева Кира Егоровна',
      tags: ['IDENT'],
      Телефон: '+79992000001',
      Email: 'kira@mail.example',
      'ID пациента IDENT': '1001',
      Возраст: '59',
      Пол: 'Женский',
      'Дата рождения': midnightInMoscow('1967-04-12'),
      'Номер карты': '77/1',
      'Комментарий IDENT': 'Боится уколов',
      'Номер пациента': '7',
      'Статус пациента': 'Архивный',
      'Причина архивирования': 'Переезд',
      Филиал: 'Клиника на Речной',
      Город: 'Москва',
      ИНН: '001',
      СНИЛС: '002',
      Паспорт: '003',
      'Дата первого визита': midnightInMoscow('2020-05-05'),
      'Количество визитов': '1',
      'Сумма всех визитов': '3150.09',
      Скидка: '7.35',
      Аванс: '0',
      Долг: '2049.59',
      'SMS отказ': true,
      'Дата изменения': Date.parse('2026-11-20T10:00:00+03:00') / 1000,
      Отчество: 'Егоровна',
      'Дополнительный телефон': '+74950000001',
      Адрес: 'Вымышленная, 4',
      Источник: 'Рекомендация',
    });
    expect(account.truth.history('contacts', 1)).toHaveLength(1);
    const again = await rest.withoutState();
    expect(await again.run({ full: true })).toMatchObject({ exitCode: 0, flows: [{ created: 0, updated: 0 }] });
    expect(account.truth.history('contacts', 1)).toHaveLength(1);
    await again.close();
  });

  it('80. Without any of them but the first a patient becomes a contact all the same', async () => {
    const blank = `UPDATE dbo.Persons SET Surname = NULL, Name = NULL, Patronymic = NULL, MobilePhone = NULL, Phone = NULL,
      Email = NULL, Birthday = NULL, Sex = NULL, City = NULL, Address = NULL, INN = NULL, SNILS = NULL, Passport = NULL WHERE ID = 1001`;
    const one = await job({ sql: [blank] });
    expect(await one.run()).toMatchObject({ exitCode: 0, flows: [{ queued: 0, rejected: 0 }] });
    const { Телефон: phone, Пол: sex, ...contact } = contactOf(one, 1001) ?? {};
    expect([phone, sex, contact['Дата рождения']]).toEqual([undefined, 'Не указан', undefined]);
  });

  it('82. The id is text, and the age of who gives no birthday is 0', async () => {
    const one = await job({ sql: ['UPDATE dbo.Persons SET Birthday = NULL WHERE ID = 1001'] });
    await one.run();
    const first = one.account.journal.requests.find(({ operation }) => operation === 'POST /contacts');
    const sent = JSON.stringify(first?.body);
    const [id, age] = ['ID пациента IDENT', 'Возраст'].map((name) => one.account.field('contacts', name).id);
    expect(sent).toContain(`{"field_id":${id},"values":[{"value":"1001"}]}`);
    expect(sent).toContain(`{"field_id":${age},"values":[{"value":0}]}`);
  });

  it('80. A phone typed without its city stays as it is typed, and holds nobody up', async () => {
    const one = await job({ sql: [`UPDATE dbo.Persons SET MobilePhone = '2-34-56', Phone = N'нет' WHERE ID = 1001`] });
    expect(await one.run()).toMatchObject({ exitCode: 0, flows: [{ queued: 0, rejected: 0 }] });
    const { Телефон: phone, 'Дополнительный телефон': other } = contactOf(one, 1001) ?? {};
    expect([phone, other]).toEqual(['2-34-56', 'нет']);
  });

  it('81. A field the account does not have is named before anything is written', async () => {
    const one = await job();
    one.account.loseField({ type: 'contacts', field: 'Скидка' });
    const { exitCode, error } = await one.run();
    expect([exitCode, error?.code, error?.parameters['field']]).toEqual([2, 'plan.unknown_field', 'Скидка']);
    expect(writesIn(one)).toEqual([]);
  });
});

describe('T15', () => {
  it('T15 every patient of a batch has the contact that bears its own id and name, and no other', async () => {
    const { run, account, clinic } = await job({ appointments: 120 });
    await run();
    const people = await clinic.execute(
      `SELECT p.ID_Persons AS id, s.Surname AS surname, s.Name AS name, s.Patronymic AS patronymic
       FROM dbo.Patients p JOIN dbo.Persons s ON s.ID = p.ID_Persons`,
    );
    const wanted = people.map(({ id, surname, name, patronymic }) => {
      const parts = [surname, name, patronymic].filter((part) => part !== null);
      return `${String(id)} ${parts.join(' ')}`;
    });
    const held = contactsIn(account).map(
      (contact) => `${String(contact['ID пациента IDENT'])} ${String(contact['name'])}`,
    );
    expect(held.sort()).toEqual(wanted.sort());
  });

  it('T15 what is updated counts as updated, and nothing is made in the base of IDENT', async () => {
    const one = await job({ appointments: 60 });
    await one.run();
    const tables = async () => one.clinic.execute('SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES');
    const before = await tables();
    one.clock.time += 60_000;
    await one.clinic.execute(
      `UPDATE dbo.Persons SET City = N'Тверь', DateTimeChanged = '${one.clinic.now()}' WHERE ID IN (1002, 1003)`,
    );
    expect(await one.run()).toMatchObject({ flows: [{ created: 0, updated: 2 }] });
    expect(contactOf(one, 1003)?.['Город']).toBe('Тверь');
    expect(await tables()).toEqual(before);
  });
});

describe('T16', () => {
  it.each([
    [
      'a payment',
      'Аванс',
      (now: string) =>
        `INSERT INTO dbo.PaymentsIn (ID, ID_Patients, Payment, DateTimePayment) VALUES (90001, 1001, 5000000, '${now}')`,
    ],
    [
      'a visit that ends',
      'Количество визитов',
      (now: string) =>
        `INSERT INTO dbo.Receptions (ID, ID_Patients, PlanStart, ReceptionEnded, DateTimeAdded) VALUES (90001, 1001, '${now}', '${now}', '${now}')`,
    ],
  ])('T16 %s is noticed, though the rows of patient and person did not change: %s', async (_what, field, sql) => {
    const one = await job();
    await one.run();
    const before = Number(contactOf(one, 1001)?.[field] ?? 0);
    one.clock.time += 60_000;
    await one.clinic.execute(sql(one.clinic.now()));
    expect(await one.run()).toMatchObject({ exitCode: 0, flows: [{ created: 0, updated: 1 }] });
    expect(Number(contactOf(one, 1001)?.[field])).toBeGreaterThan(before);
    expect(writesIn(one)).toEqual(['PATCH /contacts']);
  });

  it('T16 of who paid nothing of what a manager added is lost', async () => {
    const one = await job();
    await one.run();
    const id = Number(contactOf(one, 1001)?.['id']);
    one.account.edit('contacts', id, {
      tags_to_add: [{ name: 'VIP' }],
      custom_fields_values: [
        { field_id: one.account.field('contacts', 'PHONE').id, values: [{ value: '+79990000000', enum_code: 'HOME' }] },
      ],
    });
    one.clock.time += 60_000;
    await one.clinic.pay(1001, 1_000_000);
    expect(await one.run()).toMatchObject({ flows: [{ updated: 1 }] });
    const { Телефон: phones, tags } = contactOf(one, 1001) ?? {};
    expect(phones).toContain('+79990000000');
    expect(tags).toEqual(['IDENT', 'VIP']);
  });
});

describe('85. One patient alone', () => {
  it('85. `--only "id = 1003"` writes that patient, and a missing id writes none', async () => {
    const one = await job({ appointments: 60 });
    expect(await one.run({ only: compileOnly('id = 1003') })).toMatchObject({ flows: [{ created: 1 }] });
    expect(contactsIn(one.account).map((contact) => contact['ID пациента IDENT'])).toEqual(['1003']);
    const { exitCode, error } = await one.run({ only: compileOnly('id = 99999') });
    expect([exitCode, error?.code, writesIn(one)]).toEqual([2, 'run.only_matched_nothing', []]);
  });
});
