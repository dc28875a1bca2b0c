import { describe } from 'vitest';
import { type Case, expectAnswers } from './test-answers.ts';
import { at, useClinic } from './test-clinic.ts';

/** Which rows: statements written by hand that no connector of ours sends, with the answers SQL Server gives. */
const pool = useClinic('reader');

const answers = (cases: Readonly<Record<string, Case>>): void => expectAnswers(pool, cases);

describe('selecting', () => {
  answers({
    'TOP without parentheses takes the first of an order': {
      sql: 'SELECT TOP 2 Surname FROM Persons ORDER BY ID DESC',
      rows: [['Лечилов'], ['Докторов']],
    },
    'TOP takes a parameter': {
      sql: 'select top (@n) ID from Persons order by ID',
      parameters: { n: 3 },
      rows: [[1], [2], [3]],
    },
    'OFFSET and FETCH cut a page': {
      sql: 'SELECT ID FROM dbo.Persons ORDER BY ID OFFSET 2 ROWS FETCH NEXT 2 ROWS ONLY',
      rows: [[3], [4]],
    },
    'OFFSET alone skips': { sql: 'SELECT ID FROM Receptions ORDER BY ID OFFSET 3 ROWS', rows: [[4]] },
    'names are found without case, in brackets and quotes': {
      sql: 'SELECT [p].surname, "P".[NAME] FROM [DBO].[PERSONS] AS p WHERE P.id = 1',
      rows: [['Иванов', 'Пётр']],
    },
    'a name may carry its data base': { sql: 'SELECT ID FROM PZ..Orders WHERE ID = 102', rows: [[102]] },
    'an alias may be given three ways': {
      sql: "SELECT a = 1, 2 AS b, 3 'c', 4 d ORDER BY c",
      rows: [[1, 2, 3, 4]],
    },
    'ORDER BY knows ordinals and aliases': {
      sql: 'SELECT ID AS n, Surname FROM Persons WHERE ID < 4 ORDER BY 2 DESC, n',
      rows: [
        [1, 'Иванов'],
        [2, 'Ёлкина'],
        [3, 'Егоров'],
      ],
    },
    'DISTINCT goes by collation': {
      sql: "SELECT DISTINCT UPPER(x) FROM (VALUES (N'да'), (N'ДА'), (N'нет')) AS v(x) ORDER BY UPPER(x)",
      rows: [['ДА'], ['НЕТ']],
    },
    'NULL sorts first': {
      sql: 'SELECT ID_Persons FROM Patients ORDER BY CardNumber, ID_Persons',
      rows: [[3], [1], [2], [4]],
    },
    'a star of one source': {
      sql: 'SELECT o.* FROM Orders o WHERE o.ID = 101',
      rows: [[101, 1, at('2026-03-01T09:50:00')]],
    },
    'comments may nest': { sql: 'SELECT 1 /* a /* b */ c */ -- end', rows: [[1]] },
    'SELECT needs no FROM': { sql: "SELECT N'привет', 'Ж', NULL, 1.50", rows: [['привет', 'Ж', null, 1.5]] },
    'a varchar literal loses what its code page lacks': { sql: "SELECT 'a€𝄞', N'a€𝄞'", rows: [['a€??', 'a€𝄞']] },
  });
});

describe('joining', () => {
  answers({
    'LEFT JOIN keeps rows without a match': {
      sql: 'SELECT r.ID, s.Surname FROM Receptions r LEFT OUTER JOIN Persons s ON s.ID = r.ID_Staffs ORDER BY r.ID',
      rows: [
        [1, 'Докторов'],
        [2, 'Лечилов'],
        [3, 'Докторов'],
        [4, null],
      ],
    },
    'INNER JOIN with NOLOCK hints': {
      sql: 'SELECT p.Surname FROM Patients t WITH (NOLOCK) INNER JOIN Persons p (NOLOCK) ON p.ID = t.ID_Persons AND t.Status = 1 ORDER BY p.ID',
      rows: [['Иванов'], ['Ёлкина']],
    },
    'RIGHT JOIN turns it round': {
      sql: 'SELECT o.ID, r.ID FROM Orders o RIGHT JOIN Receptions r ON o.ID_Receptions = r.ID ORDER BY r.ID, o.ID',
      rows: [
        [100, 1],
        [101, 1],
        [null, 2],
        [102, 3],
        [null, 4],
      ],
    },
    'FULL JOIN keeps both': {
      sql: 'SELECT a.x, b.x FROM (VALUES (1),(2)) a(x) FULL JOIN (VALUES (2),(3)) b(x) ON a.x = b.x ORDER BY ISNULL(a.x, b.x)',
      rows: [
        [1, null],
        [2, 2],
        [null, 3],
      ],
    },
    'CROSS JOIN multiplies': {
      sql: 'SELECT COUNT(*) FROM Persons CROSS JOIN Orders',
      rows: [[18]],
    },
    'a comma is a cross join, WHERE narrows it': {
      sql: 'SELECT r.ID, o.ID FROM Receptions r, Orders o WHERE o.ID_Receptions = r.ID ORDER BY o.ID',
      rows: [
        [1, 100],
        [1, 101],
        [3, 102],
      ],
    },
    'a nested join is joined first': {
      sql: `SELECT r.ID, COUNT(x.ID) FROM Receptions r LEFT JOIN (Orders o INNER JOIN OrderServiceRelation x ON x.ID_Orders = o.ID)
            ON o.ID_Receptions = r.ID GROUP BY r.ID ORDER BY r.ID`,
      rows: [
        [1, 3],
        [2, 0],
        [3, 1],
        [4, 0],
      ],
    },
    'OUTER APPLY takes the newest row of each': {
      sql: `SELECT r.ID, n.ID, n.DateTimeOrder FROM Receptions r
            OUTER APPLY (SELECT TOP 1 o.ID, o.DateTimeOrder FROM Orders o WHERE o.ID_Receptions = r.ID ORDER BY o.DateTimeOrder DESC) AS n
            ORDER BY r.ID`,
      rows: [
        [1, 101, at('2026-03-01T09:50:00')],
        [2, null, null],
        [3, 102, at('2026-03-03T13:05:00')],
        [4, null, null],
      ],
    },
    'CROSS APPLY drops rows without a match and may give several': {
      sql: `SELECT r.ID, n.s FROM Receptions r
            CROSS APPLY (SELECT TOP (2) x.Service AS s FROM Orders o JOIN OrderServiceRelation x ON x.ID_Orders = o.ID
                         WHERE o.ID_Receptions = r.ID ORDER BY x.Price DESC) n
            ORDER BY r.ID, n.s`,
      rows: [
        [1, 'Осмотр'],
        [1, 'Пломба'],
        [3, 'Осмотр'],
      ],
    },
    'APPLY with an aggregate always gives a row': {
      sql: `SELECT r.ID, t.Total, t.Lines FROM Receptions r
            OUTER APPLY (SELECT SUM(x.CountService * x.Price - ISNULL(x.DiscountSum, 0)) AS Total, COUNT(*) AS Lines
                         FROM Orders o JOIN OrderServiceRelation x ON x.ID_Orders = o.ID WHERE o.ID_Receptions = r.ID) t
            ORDER BY r.ID`,
      rows: [
        [1, 5301.89, 3],
        [2, null, 0],
        [3, 450, 1],
        [4, null, 0],
      ],
    },
    'an APPLY may look at the APPLY before it': {
      sql: `SELECT r.ID, b.y FROM Receptions r CROSS APPLY (SELECT r.ID * 10 AS x) a CROSS APPLY (SELECT a.x + 1 AS y) b WHERE b.y > 21 ORDER BY 1`,
      rows: [
        [3, 31],
        [4, 41],
      ],
    },
    'APPLY keeps binary values and dates': {
      sql: `SELECT a.v, a.d FROM Receptions r CROSS APPLY (SELECT r.RowVersion AS v, r.PlanStart AS d) a WHERE r.ID = 1`,
      rows: [[Buffer.from('00000000000007d1', 'hex'), at('2026-03-01T09:00:00')]],
    },
    'the greatest of several stamps, by VALUES': {
      sql: `SELECT r.ID, (SELECT MAX(v.d) FROM (VALUES (r.ReceptionAdded), (r.ReceptionCanceled), (r.DateTimeChanged)) AS v(d)) AS changed
            FROM Receptions r ORDER BY r.ID`,
      rows: [
        [1, at('2026-02-01T08:00:00')],
        [2, at('2026-02-03T00:00:00')],
        [3, at('2026-03-03T13:00:00')],
        [4, at('2026-03-04T18:50:00')],
      ],
    },
    'CROSS APPLY over VALUES turns columns into rows': {
      sql: `SELECT v.kind, v.d FROM Receptions r CROSS APPLY (VALUES (N'added', r.ReceptionAdded), (N'changed', r.DateTimeChanged)) v(kind, d)
            WHERE r.ID = 1 ORDER BY v.kind`,
      rows: [
        ['added', at('2026-02-01T00:00:00')],
        ['changed', at('2026-02-01T08:00:00')],
      ],
    },
  });
});

describe('subqueries, tables of a statement and sets', () => {
  answers({
    'a common table expression is used twice': {
      sql: `WITH late AS (SELECT ID, ID_Patients FROM Receptions WHERE PlanStart >= '20260303'), who (p) AS (SELECT ID_Patients FROM late)
            SELECT (SELECT COUNT(*) FROM late), (SELECT MIN(p) FROM who)`,
      rows: [[2, 2]],
    },
    'EXISTS and NOT EXISTS': {
      sql: `SELECT ID FROM Receptions r WHERE EXISTS (SELECT * FROM Orders o WHERE o.ID_Receptions = r.ID)
            AND NOT EXISTS (SELECT 1 FROM Orders o WHERE o.ID_Receptions = r.ID AND o.ID = 102)`,
      rows: [[1]],
    },
    'IN goes by collation': {
      sql: "SELECT ID FROM Persons WHERE Surname IN (N'ИВАНОВ', N'егоров ') ORDER BY ID",
      rows: [[1], [3]],
    },
    'NOT IN a set with NULL is never true': {
      sql: 'SELECT ID FROM Persons WHERE ID NOT IN (SELECT ID_Staffs FROM Receptions)',
      rows: [],
    },
    'IN a subquery of texts': {
      sql: "SELECT ID FROM Persons WHERE Surname IN (SELECT x FROM (VALUES (N'жУКОВА')) v(x))",
      rows: [[4]],
    },
    'a scalar subquery without rows is NULL': {
      sql: 'SELECT (SELECT Name FROM Persons WHERE ID = 99)',
      rows: [[null]],
    },
    'UNION ALL keeps, UNION drops what is the same': {
      sql: "SELECT COUNT(*) FROM (SELECT N'Да' AS x UNION ALL SELECT N'ДА' UNION ALL SELECT 'да') a UNION ALL SELECT COUNT(*) FROM (SELECT N'Да' AS x UNION SELECT N'ДА') b",
      rows: [[3], [1]],
    },
    'UNION finds a common type': {
      sql: 'SELECT 1 AS x UNION ALL SELECT 2.5 UNION ALL SELECT NULL ORDER BY x',
      rows: [[null], [1], [2.5]],
    },
    'EXCEPT and INTERSECT': {
      sql: 'SELECT ID_Persons FROM Patients EXCEPT SELECT ID_Patients FROM Receptions UNION ALL (SELECT ID FROM Orders INTERSECT SELECT ID_Orders FROM OrderServiceRelation WHERE Price > 1000)',
      rows: [[4], [101]],
    },
    'a derived table is ordered by what it numbered': {
      sql: `SELECT ID_Patients, ID FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY ID_Patients ORDER BY PlanStart DESC) AS n FROM Receptions) t
            WHERE n = 1 ORDER BY ID_Patients`,
      rows: [
        [1, 2],
        [2, 3],
        [3, 4],
      ],
    },
  });
});

describe('grouping', () => {
  answers({
    'texts are joined by STUFF and FOR XML, as there is no STRING_AGG': {
      sql: `SELECT r.ID, STUFF((SELECT N', ' + x.Service FROM Orders o JOIN OrderServiceRelation x ON x.ID_Orders = o.ID
              WHERE o.ID_Receptions = r.ID ORDER BY x.Service DESC FOR XML PATH(''), TYPE).value('.', 'nvarchar(max)'), 1, 2, N'')
            FROM Receptions r WHERE r.ID < 3`,
      rows: [
        [1, 'Снимок, Пломба, Осмотр'],
        [2, null],
      ],
    },
    'FOR XML without TYPE escapes': {
      sql: "SELECT (SELECT N'' + x FROM (VALUES (N'<b> & c'), (NULL), (N'd')) v(x) FOR XML PATH(''))",
      rows: [['&lt;b&gt; &amp; cd']],
    },
    'GROUP BY with HAVING': {
      sql: 'SELECT ID_Patients, COUNT(*) AS n, MIN(PlanStart) FROM Receptions GROUP BY ID_Patients HAVING COUNT(*) > 1',
      rows: [[1, 2, at('2026-03-01T09:00:00')]],
    },
    'GROUP BY an expression': {
      sql: 'SELECT LEFT(Service, 1), SUM(CountService) FROM OrderServiceRelation GROUP BY LEFT(Service, 1) ORDER BY 1',
      rows: [
        ['О', 2],
        ['П', 1],
        ['С', 2],
      ],
    },
    'texts group by collation': {
      sql: "SELECT COUNT(*) FROM (VALUES (N'ёж'), (N'Ёж '), (N'еж')) v(x) GROUP BY x ORDER BY COUNT(*)",
      rows: [[1], [2]],
    },
    'MIN and MAX of texts go by collation, NULL is skipped': {
      sql: 'SELECT MIN(Surname), MAX(Surname), COUNT(Patronymic), COUNT(DISTINCT Status) FROM Persons LEFT JOIN Patients ON ID = ID_Persons',
      rows: [['Докторов', 'Лечилов', 4, 3]],
    },
    'sums of decimals are exact': {
      sql: 'SELECT SUM(x), AVG(x), CAST(SUM(x) AS varchar(20)) FROM (VALUES (0.1), (0.2), (0.3)) v(x)',
      rows: [[0.6, 0.2, '0.6']],
    },
    'AVG of integers is an integer': {
      sql: 'SELECT AVG(CountService), AVG(CountService * 1.0) FROM OrderServiceRelation',
      rows: [[1, 1.25]],
    },
    'aggregates over nothing': {
      sql: 'SELECT COUNT(*), SUM(ID), MAX(PlanStart) FROM Receptions WHERE ID < 0',
      rows: [[0, null, null]],
    },
    'a conditional sum': {
      sql: 'SELECT SUM(CASE WHEN ReceptionCanceled IS NULL THEN 1 ELSE 0 END) FROM Receptions',
      rows: [[3]],
    },
    'a total over a partition': {
      sql: 'SELECT ID, SUM(CountService) OVER (PARTITION BY ID_Orders) FROM OrderServiceRelation ORDER BY ID',
      rows: [
        [1, 3],
        [2, 3],
        [3, 1],
        [4, 1],
      ],
    },
  });
});
