import { describe, expect, it } from 'vitest';
import type { Row } from '../../../engine/index.ts';
import { all, always, openClinic } from '../sandbox/clinic-for-test.ts';

const minute = 60_000;
const rowOf = (rows: readonly Row[], id: number): Row | undefined => rows.find((row) => row['id'] === id);

describe('T16 a patient counts as changed', () => {
  it.each([
    [
      'somebody pays',
      'INSERT INTO dbo.PaymentsIn (ID, ID_Patients, Payment, DateTimePayment) VALUES (7001, 1001, 50, @now)',
    ],
    [
      'money is paid back',
      'INSERT INTO dbo.PaymentsOut (ID, ID_Patients, Payment, DateTimePayment) VALUES (7001, 1001, 50, @now)',
    ],
    ['a payment is corrected', 'UPDATE dbo.PaymentsIn SET Payment = 1, DateTimeChanged = @now WHERE ID = 1'],
    ['a visit ends', 'UPDATE dbo.Receptions SET ReceptionEnded = @now WHERE ID = 2'],
    ['a bill is issued', 'UPDATE dbo.Receptions SET CheckIssued = @now WHERE ID = 2'],
    ['an order is written', 'UPDATE dbo.Orders SET DateTimeBillFormed = @now WHERE ID = 1'],
    [
      'a line gets a discount',
      'UPDATE dbo.OrderServiceRelation SET DiscountSum = 1, DateTimeChanged = @now WHERE ID = 1',
    ],
    ['the patient is edited', 'UPDATE dbo.Patients SET DateTimeChanged = @now WHERE ID_Persons = 1001'],
    ['the person is edited', 'UPDATE dbo.Persons SET DateTimeChanged = @now WHERE ID = 1001'],
  ])('when %s', async (_when, statement) => {
    const { clinic, read, pass } = await openClinic({ appointments: 13 }, 'patients');
    const { cursor } = await all(read());
    pass(minute);
    await clinic.execute(statement.replace('@now', `'${clinic.now()}'`));
    const { rows } = await all(read({ ...(cursor && { cursor }) }));
    expect(rows.filter((row) => row['changedAt'] === clinic.now()).map((row) => row['id'])).toEqual([1001]);
  });
});

it('tells visits and sums of a patient as the data base counts them', async () => {
  const { clinic, read } = await openClinic({ appointments: 400 }, 'patients');
  const { rows } = await all(read({ window: always }));
  const truth = await clinic.execute(
    `SELECT p.ID_Persons AS id,
       (SELECT COUNT(*) FROM dbo.Receptions r WHERE r.ID_Patients = p.ID_Persons AND r.ReceptionCanceled IS NULL
          AND r.ID_ReceptionCancelReasons IS NULL AND COALESCE(r.ReceptionEnded, r.CheckIssued) IS NOT NULL) AS visits,
       (SELECT SUM(l.CountService * c.Price - ISNULL(l.DiscountSum, 0)) FROM dbo.Orders o INNER JOIN dbo.OrderServiceRelation l
          ON l.ID_Orders = o.ID INNER JOIN dbo.ServiceItemPrices c ON c.ID = l.ID_ServicePrices WHERE o.ID_Patients = p.ID_Persons) AS amount,
       (SELECT SUM(Payment) FROM dbo.PaymentsIn WHERE ID_Patients = p.ID_Persons) AS paid,
       (SELECT SUM(Payment) FROM dbo.PaymentsOut WHERE ID_Patients = p.ID_Persons) AS back
     FROM dbo.Patients p ORDER BY p.ID_Persons`,
  );
  expect(truth.filter((row) => row['back'] !== null).length).toBeGreaterThan(0);
  const kopecks = (value: unknown): number => Math.round(Number(value ?? 0) * 10_000);
  expect(
    rows.map((row) => [row['id'], row['finishedVisits'], row['visitsAmount'], row['paid'], row['balance']]),
  ).toEqual(
    truth.map((row) => {
      const paid = kopecks(row['paid']) - kopecks(row['back']);
      return [
        row['id'],
        row['visits'],
        Number(row['amount'] ?? 0),
        paid / 10_000,
        (paid - kopecks(row['amount'])) / 10_000,
      ];
    }),
  );
  expect(rows.every((row) => Number(row['advance']) - Number(row['debt']) === row['balance'])).toBe(true);
  expect(new Set(rows.map((row) => Math.sign(Number(row['balance']))))).toEqual(new Set([-1, 0, 1]));
});

it('tells a patient whole', async () => {
  const { clinic, read } = await openClinic({ appointments: 13 }, 'patients');
  await clinic.execute(
    `UPDATE dbo.Persons SET Surname = N'Ландышева', Name = N'Кира', Patronymic = ' ', MobilePhone = '8 999 200-00-01', Phone = '84950000001',
       Email = 'kira@mail.example', Birthday = '12.04.1987', Sex = 2, City = N'Москва', Address = N'Вымышленная, 4', INN = '001',
       SNILS = '002', Passport = '003', DateTimeChanged = '2026-03-01T09:00:00' WHERE ID = 1001`,
  );
  await clinic.execute(
    `UPDATE dbo.Patients SET CardNumber = '77/1', PatientNumber = 7, Status = 2, FirstVisit = '2020-05-05', Comment = N'Боится уколов',
       ParentSNP = N'Ландышев Лев', SMSRejection = 1, ID_InfoSources = 2, ID_ArchivingReasons = 1, InitialBalance = 100.5,
       DateTimeChanged = NULL WHERE ID_Persons = 1001`,
  );
  for (const table of ['PaymentsIn', 'PaymentsOut', 'OrderServiceRelation', 'Orders'])
    await clinic.execute(`DELETE FROM dbo.${table}`);
  await clinic.execute(
    `DELETE FROM dbo.Receptions WHERE ID_Patients = 1001 AND ID <> 1;
     UPDATE dbo.Receptions SET ID_Armchairs = 4, ReceptionEnded = '2026-03-01T09:30:00', CheckIssued = NULL, DateTimeChanged = NULL WHERE ID = 1`,
  );
  await clinic.execute(
    `INSERT INTO dbo.Orders (ID, ID_Receptions, ID_Patients, ID_OwnCompanies, DateTimeOrder) VALUES (1, 1, 1001, NULL, '2026-03-01T09:20:00');
     INSERT INTO dbo.OrderServiceRelation (ID, ID_Orders, ID_ServicePrices, CountService, DiscountSum) VALUES (1, 1, 32, 2, 250.01), (2, 1, 2, 1, NULL)`,
  );
  await clinic.pay(1001, 1000);
  await clinic.execute(`UPDATE dbo.PaymentsIn SET DateTimePayment = '2026-03-01T10:00:00.127'`);
  const expected = {
    id: 1001,
    surname: 'Ландышева',
    name: 'Кира',
    phone: '8 999 200-00-01',
    extraPhone: '84950000001',
    email: 'kira@mail.example',
    birthday: '12.04.1987',
    sex: 'Женский',
    parent: 'Ландышев Лев',
    cardNumber: '77/1',
    number: 7,
    comment: 'Боится уколов',
    status: 'Архивный',
    archiveReason: 'Переезд',
    branch: { id: 2, name: 'Клиника на Речной' },
    city: 'Москва',
    address: 'Вымышленная, 4',
    inn: '001',
    snils: '002',
    passport: '003',
    firstVisit: '2020-05-05T00:00:00.000',
    finishedVisits: 1,
    visitsAmount: 3150.09,
    discountPercent: 7.35,
    paid: 1000,
    balance: -2049.59,
    advance: 0,
    debt: 2049.59,
    smsRefused: true,
    source: 'Рекомендация',
    changedAt: '2026-03-01T10:00:00.127',
  };
  expect(rowOf((await all(read({ window: always }))).rows, 1001)).toEqual(expected);
});

it('calls a home phone the phone where there is no mobile one', async () => {
  const { clinic, read } = await openClinic({ appointments: 3 }, 'patients');
  await clinic.execute(`UPDATE dbo.Persons SET MobilePhone = ' ', Phone = '84950000001' WHERE ID = 1001`);
  const row = rowOf((await all(read({ window: always }))).rows, 1001);
  expect([row?.['phone'], row?.['extraPhone']]).toEqual(['84950000001', undefined]);
});
