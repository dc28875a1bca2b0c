import { describe } from 'vitest';
import { type Case, expectAnswers } from './test-answers.ts';
import { at, useClinic } from './test-clinic.ts';

/** Time and metadata: statements written by hand that no connector of ours sends, with the answers SQL Server gives. */
const pool = useClinic('reader');

const answers = (cases: Readonly<Record<string, Case>>): void => expectAnswers(pool, cases);

describe('dates', () => {
  answers({
    'the clock of the clinic': {
      sql: 'SELECT GETDATE(), CURRENT_TIMESTAMP, SYSDATETIME(), GETUTCDATE(), SYSUTCDATETIME()',
      rows: [
        [
          at('2026-03-05T10:20:30.123'),
          at('2026-03-05T10:20:30.123'),
          at('2026-03-05T10:20:30.123'),
          at('2026-03-05T07:20:30.123'),
          at('2026-03-05T07:20:30.123'),
        ],
      ],
    },
    'datetime rounds to a three-hundredth of a second': {
      sql: "SELECT CONVERT(varchar(30), CAST('2026-01-01 00:00:00.005' AS datetime), 121), CONVERT(varchar(30), CAST('2026-01-01 00:00:00.999' AS datetime), 121)",
      rows: [['2026-01-01 00:00:00.007', '2026-01-01 00:00:01.000']],
    },
    'datetime compares at that precision': {
      sql: "SELECT COUNT(*) FROM Persons WHERE DateTimeChanged = '2026-01-10 10:00:00.004'",
      rows: [[1]],
    },
    'styles of CONVERT': {
      sql: `SELECT CONVERT(varchar(30), d, 120), CONVERT(varchar(30), d, 121), CONVERT(varchar(30), d, 126), CONVERT(varchar(30), d, 104),
            CONVERT(varchar(8), d, 112), CONVERT(varchar(10), d, 108), CONVERT(varchar(10), d, 120), CAST(d AS varchar(30))
            FROM (SELECT CAST('2026-03-05T15:04:05.130' AS datetime) AS d) x`,
      rows: [
        [
          '2026-03-05 15:04:05',
          '2026-03-05 15:04:05.130',
          '2026-03-05T15:04:05.130',
          '05.03.2026',
          '20260305',
          '15:04:05',
          '2026-03-05',
          'Mar  5 2026  3:04PM',
        ],
      ],
    },
    'DATEADD, to the end of a month and across a year': {
      sql: "SELECT DATEADD(month, 1, '20260131'), DATEADD(year, -1, '20240229'), DATEADD(mi, 90, '20251231 23:00'), DATEADD(ms, 5, '20260101'), DATEADD(wk, -1, CAST('20260305' AS date))",
      rows: [
        [
          at('2026-02-28T00:00:00'),
          at('2023-02-28T00:00:00'),
          at('2026-01-01T00:30:00'),
          at('2026-01-01T00:00:00.007'),
          at('2026-02-26T00:00:00'),
        ],
      ],
    },
    'DATEDIFF counts boundaries': {
      sql: "SELECT DATEDIFF(year, '20251231', '20260101'), DATEDIFF(day, '20260101 23:59', '20260102 00:01'), DATEDIFF(hh, '20260301', '20260302'), DATEDIFF(millisecond, '20260101', '20260101 00:00:01.500'), DATEDIFF(month, '20260331', '20260301')",
      rows: [[1, 1, 24, 1500, 0]],
    },
    'DATEPART and its short forms': {
      sql: "SELECT YEAR(d), MONTH(d), DAY(d), DATEPART(weekday, d), DATEPART(hour, d), DATEPART(dayofyear, d), DATEPART(qq, d) FROM (SELECT CAST('20260305 15:00' AS datetime) AS d) x",
      rows: [[2026, 3, 5, 5, 15, 64, 1]],
    },
    'days are added to datetime by plus': {
      sql: "SELECT CAST('20260228' AS datetime) + 1, CAST('20260301 12:00' AS datetime) - 0.5",
      rows: [[at('2026-03-01T00:00:00'), at('2026-03-01T00:00:00')]],
    },
    'a datetime as a number is days since 1900': {
      sql: "SELECT CAST(CAST('19000102 12:00' AS datetime) AS float), CAST(CAST('19000102 12:00' AS datetime) AS int), CAST(CAST('19000102 06:00' AS datetime) AS decimal(9,2))",
      rows: [[1.5, 2, 1.25]],
    },
    'the day without its time': {
      sql: 'SELECT CAST(PlanStart AS date), DATEADD(day, DATEDIFF(day, 0, PlanStart), 0), CAST(PlanStart AS time(0)) FROM Receptions WHERE ID = 3',
      rows: [[at('2026-03-03T00:00:00'), at('2026-03-03T00:00:00'), at('1970-01-01T12:15:00')]],
    },
    'made of parts, and the end of a month': {
      sql: "SELECT DATEFROMPARTS(2026, 3, 5), DATETIMEFROMPARTS(2026, 3, 5, 1, 2, 3, 4), EOMONTH('20260210'), EOMONTH('20260210', 1)",
      rows: [
        [
          at('2026-03-05T00:00:00'),
          at('2026-03-05T01:02:03.003'),
          at('2026-02-28T00:00:00'),
          at('2026-03-31T00:00:00'),
        ],
      ],
    },
    'a day is selected by a half-open range': {
      sql: "SELECT ID FROM Receptions WHERE PlanStart >= '20260303' AND PlanStart < DATEADD(day, 1, '20260303')",
      rows: [[3]],
    },
    'a parameter of type Date is a datetime': {
      sql: 'SELECT ID FROM Receptions WHERE PlanStart > @after ORDER BY ID',
      parameters: { after: at('2026-03-02T10:00:00') },
      rows: [[3], [4]],
    },
  });
});

describe('the server itself', () => {
  answers({
    'who and where': {
      sql: "SELECT DB_NAME(), SUSER_SNAME(), @@TRANCOUNT, APP_NAME(), SERVERPROPERTY('ProductVersion'), SERVERPROPERTY('nothing')",
      rows: [['PZ', 'reader', 0, 'node-mssql', '11.0.7001.0', null]],
    },
    'INFORMATION_SCHEMA.COLUMNS': {
      sql: "SELECT COLUMN_NAME, DATA_TYPE, CHARACTER_MAXIMUM_LENGTH, NUMERIC_PRECISION, NUMERIC_SCALE, IS_NULLABLE FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = 'orderservicerelation' ORDER BY ORDINAL_POSITION",
      rows: [
        ['ID', 'int', null, 10, 0, 'NO'],
        ['ID_Orders', 'int', null, 10, 0, 'YES'],
        ['Service', 'nvarchar', 100, null, null, 'YES'],
        ['CountService', 'int', null, 10, 0, 'YES'],
        ['Price', 'decimal', null, 18, 2, 'YES'],
        ['DiscountSum', 'decimal', null, 18, 2, 'YES'],
      ],
    },
    'sys.tables with sys.columns': {
      sql: 'SELECT t.name, COUNT(*) FROM sys.tables t JOIN sys.columns c ON c.object_id = t.object_id GROUP BY t.name ORDER BY t.name',
      rows: [
        ['Orders', 3],
        ['OrderServiceRelation', 6],
        ['Patients', 6],
        ['Persons', 7],
        ['Receptions', 10],
      ],
    },
    'what the login may do': {
      sql: "SELECT HAS_PERMS_BY_NAME('dbo.Persons', 'OBJECT', 'SELECT'), HAS_PERMS_BY_NAME('dbo.Persons', 'OBJECT', 'UPDATE'), HAS_PERMS_BY_NAME('dbo.Nothing', 'OBJECT', 'SELECT'), COL_LENGTH('Persons', 'Surname'), CASE WHEN OBJECT_ID('dbo.Persons', 'U') IS NULL THEN 0 ELSE 1 END",
      rows: [[1, 0, null, 100, 1]],
    },
    rowversions: {
      sql: 'SELECT MIN_ACTIVE_ROWVERSION(), @@DBTS, MAX(RowVersion), CAST(MAX(RowVersion) AS bigint) FROM Receptions',
      rows: [
        [
          Buffer.from('00000000000007d5', 'hex'),
          Buffer.from('00000000000007d4', 'hex'),
          Buffer.from('00000000000007d4', 'hex'),
          '2004',
        ],
      ],
    },
    variables: {
      sql: 'DECLARE @from datetime = GETDATE(), @n int; SET @n = (SELECT COUNT(*) FROM Receptions WHERE PlanStart < @from); SELECT @n, @@ROWCOUNT',
      rows: [[4, 1]],
    },
    'settings change no answers': {
      sql: 'SET NOCOUNT ON; SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED SELECT 1 OPTION (RECOMPILE)',
      rows: [[1]],
    },
  });
});
