import { describe } from 'vitest';
import { type Case, expectAnswers } from './test-answers.ts';
import { at, useClinic } from './test-clinic.ts';

/** Which values: statements written by hand that no connector of ours sends, with the answers SQL Server gives. */
const pool = useClinic('reader');

const answers = (cases: Readonly<Record<string, Case>>): void => expectAnswers(pool, cases);

describe('numbers', () => {
  answers({
    'integers divide to integers': { sql: 'SELECT 7 / 2, -7 / 2, 7 % 3, 7 / 2.0', rows: [[3, -3, 1, 3.5]] },
    'decimals divide with the scale SQL Server gives them': {
      sql: 'SELECT CAST(10.00 / 3 AS varchar(30)), CAST(CAST(1 AS decimal(10,2)) / CAST(3 AS decimal(10,2)) AS varchar(40))',
      rows: [['3.333333', '0.3333333333333']],
    },
    'money keeps four places': {
      sql: 'SELECT InitialBalance, InitialBalance * 3, CAST(InitialBalance / 7 AS varchar(20)), InitialBalance + 0.00001 FROM Patients WHERE ID_Persons = 1',
      rows: [[100.5, 301.5, '14.36', 100.50001]],
    },
    'decimals survive a long sum exactly': {
      sql: 'SELECT CAST(99999999999999.99 AS decimal(18,2)) + CAST(0.01 AS decimal(18,2)), CAST(12345678901234567890.12 * 1 AS varchar(40))',
      rows: [[100_000_000_000_000, '12345678901234567890.12']],
    },
    'casting a decimal rounds, casting it to int cuts': {
      sql: 'SELECT CAST(2.675 AS decimal(5,2)), CAST(-2.675 AS decimal(5,2)), CAST(2.9 AS int), CAST(-2.9 AS int)',
      rows: [[2.68, -2.68, 2, -2]],
    },
    'ROUND, FLOOR, CEILING, ABS and SIGN': {
      sql: 'SELECT ROUND(123.456, 1), ROUND(125, -1), FLOOR(-1.5), CEILING(1.2), ABS(-7), SIGN(-2.5)',
      rows: [[123.5, 130, -2, 2, 7, -1]],
    },
    'a text beside an integer is read as one': { sql: "SELECT 7 % '4', '5' + 1, 6 / '2'", rows: [[3, 6, 3]] },
    'bits are booleans': {
      sql: "SELECT SMSRejection, CAST(5 AS bit), CAST('true' AS bit), ~SMSRejection FROM Patients WHERE ID_Persons = 2",
      rows: [[true, true, true, false]],
    },
    'bit fields': { sql: 'SELECT 12 & 10, 12 | 3, 12 ^ 10, ~5', rows: [[8, 15, 6, -6]] },
    floats: { sql: 'SELECT CAST(1 AS float) / 3, 1e3, CAST(0.1 AS real)', rows: [[1 / 3, 1000, Math.fround(0.1)]] },
    'bigint arrives as text': { sql: 'SELECT CAST(9007199254740993 AS bigint)', rows: [['9007199254740993']] },
    'unary minus and precedence': { sql: 'SELECT -2 + 3 * -(4 - 1), - - 5', rows: [[-11, 5]] },
    'BETWEEN holds both ends': {
      sql: 'SELECT ID FROM Persons WHERE ID BETWEEN 2 AND 4 AND ID NOT BETWEEN 3 AND 3 ORDER BY ID',
      rows: [[2], [4]],
    },
  });
});

describe('texts', () => {
  answers({
    'comparison ignores case and trailing blanks, Cyrillic too': {
      sql: "SELECT ID FROM Persons WHERE Surname = N'ЁЛКИНА  '",
      rows: [[2]],
    },
    'ё is not е, and sorts with it': {
      sql: "SELECT Surname FROM Persons WHERE Surname <> N'Елкина' AND ID < 5 ORDER BY Surname",
      rows: [['Егоров'], ['Ёлкина'], ['Жукова'], ['Иванов']],
    },
    'LIKE knows %, _, classes and ESCAPE': {
      sql: `SELECT (SELECT COUNT(*) FROM Persons WHERE Surname LIKE N'%ОВ%'), (SELECT COUNT(*) FROM Persons WHERE Surname LIKE N'[А-Ж]%'),
            (SELECT COUNT(*) FROM Persons WHERE Name LIKE N'_лег'), (SELECT ID FROM Receptions WHERE Comment LIKE N'%!%%' ESCAPE '!')`,
      rows: [[5, 3, 1, 4]],
    },
    'plus joins, NULL wins': {
      sql: "SELECT Surname + N' ' + Name + ISNULL(N' ' + Patronymic, N'') FROM Persons WHERE ID IN (1, 2) ORDER BY ID",
      rows: [['Иванов Пётр Сергеевич'], ['Ёлкина Анна']],
    },
    'CONCAT takes NULL and numbers': { sql: "SELECT CONCAT(N'A', NULL, 5, N'-', 1.50)", rows: [['A5-1.50']] },
    'LEN drops trailing blanks, DATALENGTH counts bytes': {
      sql: "SELECT LEN(N'аб  '), LEN('  a'), DATALENGTH(N'аб'), DATALENGTH('ab')",
      rows: [[2, 3, 4, 2]],
    },
    'parts of texts': {
      sql: "SELECT SUBSTRING(N'абвгд', 2, 3), SUBSTRING('abc', 0, 2), LEFT(N'абв', 2), RIGHT(N'абв', 2), STUFF('abcdef', 2, 3, 'X')",
      rows: [['бвг', 'a', 'аб', 'бв', 'aXef']],
    },
    'REPLACE and CHARINDEX go by collation': {
      sql: "SELECT REPLACE(N'Мама мыла', N'м', N'п'), CHARINDEX(N'МЫ', N'Мама мыла'), CHARINDEX('z', 'abc'), PATINDEX('%[0-9]%', 'ab3c')",
      rows: [['папа пыла', 6, 0, 3]],
    },
    'case and blanks': {
      sql: "SELECT UPPER(N'ёж'), LOWER(N'ЁЖ'), LTRIM(RTRIM('  a b ')), REPLICATE('ab', 2), REVERSE(N'абв'), SPACE(2) + '.'",
      rows: [['ЁЖ', 'ёж', 'a b', 'abab', 'вба', '  .']],
    },
    'CAST cuts texts and pads char': {
      sql: "SELECT CAST(N'абвгд' AS nvarchar(3)), CAST('ab' AS char(4)) + '|', CAST(12 AS varchar(5)), CAST(300 AS varchar(2))",
      rows: [['абв', 'ab  |', '12', '*']],
    },
    'a number compared with a text is compared as number': {
      sql: "SELECT CASE WHEN 10 = '10' THEN 1 ELSE 0 END, CASE WHEN '10' < 9 THEN 1 ELSE 0 END",
      rows: [[1, 0]],
    },
    'quotes double inside texts and names': {
      sql: `SELECT 'it''s', N'«"»' AS [a]]b], QUOTENAME('x]y')`,
      rows: [["it's", '«"»', '[x]]y]']],
    },
  });
});

describe('choices', () => {
  answers({
    'searched and simple CASE': {
      sql: `SELECT CASE WHEN ReceptionCanceled IS NOT NULL THEN N'Отменен' WHEN Comment = '' THEN N'пусто' END,
            CASE ID_Staffs WHEN 10 THEN 'ten' WHEN 11 THEN 'eleven' ELSE 'none' END FROM Receptions ORDER BY ID`,
      rows: [
        [null, 'ten'],
        ['Отменен', 'eleven'],
        ['пусто', 'ten'],
        [null, 'none'],
      ],
    },
    'COALESCE, ISNULL, NULLIF, IIF, CHOOSE': {
      sql: "SELECT COALESCE(NULL, NULL, 3), ISNULL(CAST(NULL AS varchar(3)), 'abcdef'), NULLIF(5, 5), IIF(1 < 2, 'yes', 'no'), CHOOSE(2, 'a', 'b')",
      rows: [[3, 'abc', null, 'yes', 'b']],
    },
    'TRY_CONVERT gives NULL for what cannot be': {
      sql: "SELECT TRY_CONVERT(int, 'x'), TRY_CAST('12' AS int), TRY_CONVERT(date, '31.02.2020', 104), TRY_CONVERT(datetime, '05.03.1980', 104)",
      rows: [[null, 12, null, at('1980-03-05T00:00:00')]],
    },
    'NULL is unknown': {
      sql: 'SELECT COUNT(*) FROM Persons WHERE Patronymic = NULL OR NOT (Patronymic = NULL)',
      rows: [[0]],
    },
  });
});
