import sql from 'mssql';
import { afterAll, beforeAll } from 'vitest';
import { type SqlServerOptions, type SqlServerSandbox, startSqlServer } from './index.ts';

/** A small invented clinic for the tests of the sandbox. */
const TABLES = `
CREATE TABLE dbo.Persons (ID int NOT NULL PRIMARY KEY, Surname nvarchar(50), Name nvarchar(50), Patronymic nvarchar(50),
  MobilePhone varchar(20), Birthday nvarchar(10), DateTimeChanged datetime);
CREATE TABLE dbo.Patients (ID_Persons int NOT NULL PRIMARY KEY, CardNumber nvarchar(20), Status tinyint, SMSRejection bit,
  InitialBalance money, Note ntext);
CREATE TABLE dbo.Receptions (ID int IDENTITY(1,1) PRIMARY KEY, ID_Patients int NOT NULL, ID_Staffs int, PlanStart datetime,
  PlanEnd datetime, ReceptionAdded datetime, ReceptionCanceled datetime, DateTimeChanged datetime,
  Comment nvarchar(max), RowVersion rowversion);
CREATE TABLE dbo.Orders (ID int PRIMARY KEY, ID_Receptions int, DateTimeOrder datetime);
CREATE TABLE dbo.OrderServiceRelation (ID int PRIMARY KEY, ID_Orders int, Service nvarchar(100), CountService int,
  Price decimal(18,2), DiscountSum decimal(18,2));
CREATE INDEX IX_Relation_Orders ON dbo.OrderServiceRelation (ID_Orders);`;

const ROWS = `
INSERT INTO Persons VALUES
  (1, N'Иванов', N'Пётр', N'Сергеевич', '+79990000001', N'05.03.1980', '20260110 10:00:00.003'),
  (2, N'Ёлкина', N'Анна', NULL, '+79990000002', N'1991-12-31', '20260111 11:00:00.007'),
  (3, N'Егоров', N'Олег', N'Ильич', NULL, NULL, '20260112 12:30:00'),
  (4, N'Жукова', N'Мария', N'Павловна', '+79990000004', N'', NULL),
  (10, N'Докторов', N'Иван', N'Иванович', NULL, NULL, NULL),
  (11, N'Лечилов', N'Семён', NULL, NULL, NULL, NULL);
INSERT INTO Patients VALUES
  (1, N'A-1', 1, 0, 100.5, N'первый'), (2, N'a-2', 1, 1, -20.25, NULL), (3, NULL, 2, NULL, 0, NULL),
  (4, N'B-4', 3, 0, NULL, N'последний');
INSERT INTO Receptions (ID_Patients, ID_Staffs, PlanStart, PlanEnd, ReceptionAdded, ReceptionCanceled, DateTimeChanged, Comment) VALUES
  (1, 10, '20260301 09:00', '20260301 09:30', '20260201', NULL, '20260201 08:00', N'осмотр'),
  (1, 11, '20260302 10:00', '20260302 11:00', '20260202', '20260203', NULL, NULL),
  (2, 10, '20260303 12:15', '20260303 13:00', '20260203', NULL, '20260303 13:00', N''),
  (3, NULL, '20260304 18:45', NULL, NULL, NULL, '20260304 18:50', N'100% оплата');
INSERT INTO Orders VALUES (100, 1, '20260301 09:40'), (101, 1, '20260301 09:50'), (102, 3, '20260303 13:05');
INSERT INTO OrderServiceRelation VALUES
  (1, 100, N'Осмотр', 1, 500.00, 0), (2, 100, N'Снимок', 2, 350.50, 100.10), (3, 101, N'Пломба', 1, 4200.99, NULL),
  (4, 102, N'Осмотр', 1, 500.00, 50);`;

/** The wall clock of the clinic in every test. */
export const CLINIC_NOW = '2026-03-05T10:20:30.123Z';

export const PASSWORD = 'п@роль-1';

export async function startClinic(options: Partial<SqlServerOptions> = {}): Promise<SqlServerSandbox> {
  const server = await startSqlServer({
    database: 'PZ',
    logins: [
      { user: 'reader', password: PASSWORD, readOnly: true },
      { user: 'writer', password: PASSWORD },
      { user: 'limited', password: PASSWORD, readOnly: true, deny: ['Patients', 'Persons.MobilePhone'] },
    ],
    now: () => new Date(CLINIC_NOW),
    ...options,
  });
  await server.execute(TABLES + ROWS);
  return server;
}

/** A pool of the unmodified `mssql` package. */
export function connect(
  server: Pick<SqlServerSandbox, 'host' | 'port'>,
  user = 'writer',
  overrides: Partial<sql.config> = {},
): Promise<sql.ConnectionPool> {
  const config: sql.config = {
    server: server.host,
    port: server.port,
    user,
    password: PASSWORD,
    database: 'PZ',
    ...overrides,
    options: { encrypt: false, trustServerCertificate: true, ...overrides.options },
  };
  return new sql.ConnectionPool(config).connect();
}

/** A clinic for all tests of a file and a pool of one login in it: call this at the top, the pool within a test. */
export function useClinic(user: string): () => sql.ConnectionPool {
  let server: SqlServerSandbox;
  let pool: sql.ConnectionPool;
  beforeAll(async () => {
    server = await startClinic();
    pool = await connect(server, user);
  });
  afterAll(async () => {
    await pool.close();
    await server.close();
  });
  return () => pool;
}

/** A naive time as `mssql` gives it. */
export const at = (text: string): Date => new Date(`${text}Z`);
