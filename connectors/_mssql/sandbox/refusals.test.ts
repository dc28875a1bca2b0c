import { describe } from 'vitest';
import { expectRefusals, type Refusal } from './test-answers.ts';
import { useClinic } from './test-clinic.ts';

const reader = useClinic('reader');

const refuses = (cases: Readonly<Record<string, Refusal>>): void => expectRefusals(reader, cases);

describe('the syntax of others is no T-SQL', () => {
  refuses({
    LIMIT: {
      sql: 'SELECT ID FROM Persons ORDER BY ID LIMIT 5',
      number: 102,
      message: "Incorrect syntax near 'LIMIT'.",
    },
    'LIMIT taken for an alias': {
      sql: 'SELECT ID FROM Persons LIMIT 5',
      number: 102,
      message: "Incorrect syntax near '5'.",
    },
    'two bars': { sql: "SELECT 'a' || 'b'", number: 102, message: "Incorrect syntax near '|'." },
    'double quotes hold names, not texts': {
      sql: 'SELECT ID FROM Persons WHERE Surname = "Иванов"',
      number: 207,
      message: "Invalid column name 'Иванов'.",
    },
    backticks: { sql: 'SELECT `ID` FROM Persons', number: 102, message: "Incorrect syntax near '`'." },
    'a condition is no value': {
      sql: 'SELECT ID, Archive = 1, ID > 2 FROM Persons',
      number: 102,
      message: "Incorrect syntax near '>'.",
    },
    'a value is no condition': {
      sql: 'SELECT 1 FROM Persons WHERE ID',
      number: 4145,
      message: "An expression of non-boolean type specified in a context where a condition is expected, near 'ID'.",
    },
    'true is a column': { sql: 'SELECT 1 WHERE 1 = true', number: 207, message: "Invalid column name 'true'." },
    'IF NOT EXISTS of CREATE TABLE': {
      sql: 'CREATE TABLE IF NOT EXISTS T (a int)',
      number: 156,
      message: "Incorrect syntax near the keyword 'IF'.",
    },
    'a reserved word is no name': {
      sql: 'SELECT Order FROM Persons',
      number: 156,
      message: "Incorrect syntax near the keyword 'Order'.",
    },
    'a text that does not end': {
      sql: "SELECT 'abc",
      number: 105,
      message: "Unclosed quotation mark after the character string 'abc'.",
    },
  });
});

describe('what came after SQL Server 2012 is not there', () => {
  const missing = (name: string) => ({ number: 195, message: `'${name}' is not a recognized built-in function name.` });
  refuses({
    STRING_AGG: { sql: "SELECT STRING_AGG(Service, ', ') FROM OrderServiceRelation", ...missing('STRING_AGG') },
    TRIM: { sql: "SELECT TRIM(' a ')", ...missing('TRIM') },
    CONCAT_WS: { sql: "SELECT CONCAT_WS(',', 'a', 'b')", ...missing('CONCAT_WS') },
    GREATEST: { sql: 'SELECT GREATEST(1, 2)', ...missing('GREATEST') },
    JSON_VALUE: { sql: "SELECT JSON_VALUE('{}', '$.a')", ...missing('JSON_VALUE') },
    'a function of SQLite': { sql: 'SELECT ifnull(1, 2)', ...missing('IFNULL') },
    'a function of our own translation': { sql: "SELECT tsql_key('a')", ...missing('TSQL_KEY') },
    STRING_SPLIT: {
      sql: "SELECT value FROM STRING_SPLIT('a,b', ',')",
      number: 208,
      message: "Invalid object name 'STRING_SPLIT'.",
    },
    'AT TIME ZONE': {
      sql: "SELECT GETDATE() AT TIME ZONE 'UTC'",
      number: 102,
      message: "Incorrect syntax near 'TIME'.",
    },
    'DROP TABLE IF EXISTS': {
      sql: 'DROP TABLE IF EXISTS Persons',
      number: 156,
      message: "Incorrect syntax near the keyword 'IF'.",
    },
  });
});

describe('what the sandbox does not know is said so', () => {
  const unknown = (feature: string) => ({
    number: 102,
    message: `Incorrect syntax near '${feature}'. (The sandbox does not know ${feature}.)`,
  });
  refuses({
    'FOR XML AUTO': { sql: 'SELECT Name FROM Persons FOR XML AUTO', ...unknown('FOR … other than FOR XML PATH') },
    'FOR XML with elements': {
      sql: "SELECT Name FROM Persons FOR XML PATH('')",
      ...unknown('FOR XML of anything but one column without a name'),
    },
    'money by money': { sql: 'SELECT InitialBalance * InitialBalance FROM Patients', ...unknown('money * money') },
    PIVOT: { sql: 'SELECT * FROM Persons PIVOT (MAX(ID) FOR Name IN ([a])) p', ...unknown('PIVOT') },
    MERGE: { sql: 'MERGE Persons USING Orders ON 1 = 1 WHEN MATCHED THEN DELETE;', ...unknown('MERGE') },
    'TOP WITH TIES': { sql: 'SELECT TOP 1 WITH TIES ID FROM Persons ORDER BY Name', ...unknown('TOP … WITH TIES') },
    'SELECT INTO': { sql: 'SELECT ID INTO #t FROM Persons', ...unknown('SELECT INTO') },
    IF: { sql: 'IF 1 = 1 SELECT 1', ...unknown('IF') },
    'another collation': {
      sql: "SELECT ID FROM Persons WHERE Name = 'a' COLLATE Latin1_General_BIN",
      ...unknown('COLLATE Latin1_General_BIN'),
    },
    'a recursive table': {
      sql: 'WITH n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i FROM n',
      ...unknown('a recursive common table expression'),
    },
    'another date format': { sql: 'SET DATEFORMAT dmy', ...unknown('SET DATEFORMAT DMY') },
    datetimeoffset: { sql: "SELECT CAST('20260101' AS datetimeoffset)", ...unknown('datetimeoffset') },
    'a frame of a window': {
      sql: 'SELECT SUM(ID) OVER (ORDER BY ID ROWS UNBOUNDED PRECEDING) FROM Persons',
      ...unknown('ROWS in OVER'),
    },
    'APPLY beside a full join': {
      sql: 'SELECT 1 FROM Persons p FULL JOIN Orders o ON o.ID = p.ID CROSS APPLY (SELECT p.ID AS x) a',
      ...unknown('APPLY beside RIGHT or FULL JOIN'),
    },
  });
});

describe('names', () => {
  refuses({
    'a table that is not there': {
      sql: 'SELECT 1 FROM dbo.Branches',
      number: 208,
      message: "Invalid object name 'dbo.Branches'.",
    },
    'a table of another data base': {
      sql: 'SELECT 1 FROM Other.dbo.Persons',
      number: 208,
      message: "Invalid object name 'Other.dbo.Persons'.",
    },
    'a column that is not there': {
      sql: 'SELECT Age FROM Persons',
      number: 207,
      message: "Invalid column name 'Age'.",
    },
    'a column two tables have': {
      sql: 'SELECT ID FROM Persons p JOIN Orders o ON o.ID = p.ID',
      number: 209,
      message: "Ambiguous column name 'ID'.",
    },
    'a prefix nobody has': {
      sql: 'SELECT x.ID FROM Persons p',
      number: 4104,
      message: 'The multi-part identifier "x.ID" could not be bound.',
    },
    'ON does not see what is joined later': {
      sql: 'SELECT 1 FROM Persons p JOIN Patients t ON t.ID_Persons = o.ID JOIN Orders o ON 1 = 1',
      number: 4104,
      message: 'The multi-part identifier "o.ID" could not be bound.',
    },
    'a derived table does not see its neighbours': {
      sql: 'SELECT 1 FROM Persons p JOIN (SELECT o.ID FROM Orders o WHERE o.ID = p.ID) x ON 1 = 1',
      number: 4104,
      message: 'The multi-part identifier "p.ID" could not be bound.',
    },
    'two sources of one name': {
      sql: 'SELECT 1 FROM Persons, Persons',
      number: 1013,
      message:
        'The objects "Persons" and "Persons" in the FROM clause have the same exposed names. Use correlation names to distinguish them.',
    },
    'a variable nobody declared': {
      sql: 'SELECT @id',
      number: 137,
      message: 'Must declare the scalar variable "@id".',
    },
    'a column without a name': {
      sql: 'SELECT 1 FROM (SELECT ID + 1 FROM Persons) x',
      number: 8155,
      message: "No column name was specified for column 1 of 'x'.",
    },
    'a procedure': {
      sql: 'EXEC sp_who',
      number: 102,
      message: "Incorrect syntax near 'EXEC'. (The sandbox does not know EXEC.)",
    },
    'another data base': {
      sql: 'USE master',
      number: 911,
      message: "Database 'master' does not exist. Make sure that the name is entered correctly.",
    },
  });
});

describe('rules of queries', () => {
  const because = 'because it is not contained in either an aggregate function or the GROUP BY clause.';
  refuses({
    'a column beside an aggregate': {
      sql: 'SELECT r.ID, COUNT(*) FROM Receptions r',
      number: 8120,
      message: `Column 'r.ID' is invalid in the select list ${because}`,
    },
    'a column of a subquery beside GROUP BY': {
      sql: 'SELECT (SELECT p.Name FROM Persons p WHERE p.ID = r.ID_Staffs) FROM Receptions r GROUP BY r.ID_Patients',
      number: 8120,
      message: `Column 'r.ID_Staffs' is invalid in the select list ${because}`,
    },
    'an order nobody grouped by': {
      sql: 'SELECT ID_Patients FROM Receptions GROUP BY ID_Patients ORDER BY ID',
      number: 8127,
      message: `Column "Receptions.ID" is invalid in the ORDER BY clause ${because}`,
    },
    'an aggregate in WHERE': {
      sql: 'SELECT 1 FROM Receptions WHERE COUNT(*) > 1',
      number: 147,
      message:
        'An aggregate may not appear in the WHERE clause unless it is in a subquery contained in a HAVING clause or a select list, and the column being aggregated is an outer reference.',
    },
    'an aggregate over a subquery': {
      sql: 'SELECT SUM((SELECT 1)) FROM Receptions',
      number: 130,
      message: 'Cannot perform an aggregate function on an expression containing an aggregate or a subquery.',
    },
    'a window in WHERE': {
      sql: 'SELECT 1 FROM Receptions WHERE ROW_NUMBER() OVER (ORDER BY ID) = 1',
      number: 4108,
      message: 'Windowed functions can only appear in the SELECT or ORDER BY clauses.',
    },
    'an order inside a derived table': {
      sql: 'SELECT ID FROM (SELECT ID FROM Persons ORDER BY Name) x',
      number: 1033,
      message:
        'The ORDER BY clause is invalid in views, inline functions, derived tables, subqueries, and common table expressions, unless TOP, OFFSET or FOR XML is also specified.',
    },
    'DISTINCT ordered by something else': {
      sql: 'SELECT DISTINCT Name FROM Persons ORDER BY ID',
      number: 145,
      message: 'ORDER BY items must appear in the select list if SELECT DISTINCT is specified.',
    },
    'a union of different widths': {
      sql: 'SELECT 1 UNION ALL SELECT 1, 2',
      number: 205,
      message:
        'All queries combined using a UNION, INTERSECT or EXCEPT operator must have an equal number of expressions in their target lists.',
    },
    'more than one row as a value': {
      sql: 'SELECT (SELECT ID FROM Persons)',
      number: 512,
      message:
        'Subquery returned more than 1 value. This is not permitted when the subquery follows =, !=, <, <= , >, >= or when the subquery is used as an expression.',
    },
    'more than one column as a value': {
      sql: 'SELECT 1 WHERE 1 IN (SELECT ID, Name FROM Persons)',
      number: 116,
      message:
        'Only one expression can be specified in the select list when the subquery is not introduced with EXISTS.',
    },
    'comparing ntext': {
      sql: "SELECT 1 FROM Patients WHERE Note = N'a'",
      number: 402,
      message: 'The data types ntext and nvarchar are incompatible in the equal to operator.',
    },
    'half a row': {
      sql: 'SELECT TOP 0.5 ID FROM Persons',
      number: 1060,
      message: 'The number of rows provided for a TOP or FETCH clauses row count parameter must be an integer.',
    },
    'OFFSET without an order': {
      sql: 'SELECT ID FROM Persons OFFSET 1 ROWS',
      number: 102,
      message: "Incorrect syntax near '1'.",
    },
  });
});

describe('values', () => {
  refuses({
    'a text that is no number': {
      sql: "SELECT ID FROM Persons WHERE ID = 'abc'",
      number: 245,
      message: "Conversion failed when converting the varchar value 'abc' to data type int.",
    },
    'a text that is no number beside one': {
      sql: "SELECT 1 + 'x'",
      number: 245,
      message: "Conversion failed when converting the varchar value 'x' to data type int.",
    },
    'a scale beyond 7': {
      sql: 'SELECT CAST(GETDATE() AS datetime2(10))',
      number: 1002,
      message: 'Line 1: Specified scale 10 is invalid.',
    },
    'a text that is no date': {
      sql: "SELECT ID FROM Receptions WHERE PlanStart > 'вчера'",
      number: 241,
      message: 'Conversion failed when converting date and/or time from character string.',
    },
    'a day the month lacks': {
      sql: "SELECT CAST('2026-02-30' AS datetime)",
      number: 242,
      message: 'The conversion of a varchar data type to a datetime data type resulted in an out-of-range value.',
    },
    'microseconds in a datetime': {
      sql: "SELECT CAST('2026-02-01 10:00:00.1234567' AS datetime)",
      number: 241,
      message: 'Conversion failed when converting date and/or time from character string.',
    },
    'division by zero': { sql: 'SELECT 1 / 0', number: 8134, message: 'Divide by zero error encountered.' },
    'an integer too large': {
      sql: 'SELECT 2147483647 + 1',
      number: 8115,
      message: 'Arithmetic overflow error converting expression to data type int.',
    },
    'a decimal too large': {
      sql: 'SELECT CAST(1000 AS decimal(5,2))',
      number: 8115,
      message: 'Arithmetic overflow error converting expression to data type numeric.',
    },
    'a date from a number': {
      sql: 'SELECT CAST(5 AS date)',
      number: 529,
      message: 'Explicit conversion from data type int to date is not allowed.',
    },
    'a date as a number, unasked': {
      sql: 'SELECT ISNULL(1, GETDATE())',
      number: 257,
      message:
        'Implicit conversion from data type datetime to int is not allowed. Use the CONVERT function to run this query.',
    },
    'a sum of bits': {
      sql: 'SELECT SUM(SMSRejection) FROM Patients',
      number: 8117,
      message: 'Operand data type bit is invalid for sum operator.',
    },
    'a part that is none': {
      sql: 'SELECT DATEADD(fortnight, 1, GETDATE())',
      number: 155,
      message: "'fortnight' is not a recognized dateadd option.",
    },
    'too few arguments': {
      sql: "SELECT SUBSTRING('abc', 1)",
      number: 174,
      message: 'The substring function requires 3 argument(s).',
    },
    'a style that is none': {
      sql: 'SELECT CONVERT(varchar(30), GETDATE(), 999)',
      number: 281,
      message: '999 is not a valid style number when converting from datetime to a character string.',
    },
  });
});
