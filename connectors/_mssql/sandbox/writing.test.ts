import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sql from 'mssql';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { type SqlServerSandbox, startSqlServer } from './index.ts';
import { at, connect, startClinic } from './test-clinic.ts';

let server: SqlServerSandbox;
let pool: sql.ConnectionPool;

async function stop(): Promise<void> {
  await pool.close();
  await server.close();
}

beforeEach(async () => {
  server = await startClinic();
  pool = await connect(server);
  return stop;
});

const query = (text: string) => pool.request().query(text);

describe('changing rows', () => {
  test('INSERT counts, fills identity, defaults and rowversion', async () => {
    await query(
      "CREATE TABLE T (ID int IDENTITY(10, 5) PRIMARY KEY, Name nvarchar(5) NOT NULL DEFAULT N'без', Added datetime DEFAULT GETDATE(), Version rowversion)",
    );
    expect((await query("INSERT INTO T (Name) VALUES (N'один'), (DEFAULT)")).rowsAffected).toEqual([2]);
    await query('INSERT INTO T DEFAULT VALUES');
    const { recordset } = await query('SELECT ID, Name, Added, CAST(Version AS int) AS Version FROM T; ');
    const added = at('2026-03-05T10:20:30.123');
    expect(recordset).toEqual([
      { ID: 10, Name: 'один', Added: added, Version: 2005 },
      { ID: 15, Name: 'без', Added: added, Version: 2006 },
      { ID: 20, Name: 'без', Added: added, Version: 2007 },
    ]);
    expect((await query('SELECT SCOPE_IDENTITY() AS id')).recordset).toEqual([{ id: 20 }]);
  });

  test('INSERT … SELECT and OUTPUT', async () => {
    const { recordset } = await query(
      'INSERT INTO Receptions (ID_Patients, PlanStart) OUTPUT INSERTED.ID, INSERTED.PlanStart AS d SELECT ID_Patients, DATEADD(day, 7, PlanStart) FROM Receptions WHERE ID = 1',
    );
    expect(recordset).toEqual([{ ID: 5, d: at('2026-03-08T09:00:00') }]);
  });

  test('UPDATE bumps the rowversion of the rows it touches, and only theirs', async () => {
    expect(
      (await query("UPDATE Receptions SET Comment = N'новое', PlanEnd = NULL WHERE ID IN (1, 3)")).rowsAffected,
    ).toEqual([2]);
    expect(
      (await query('SELECT ID, Comment, CAST(RowVersion AS int) AS v FROM Receptions ORDER BY RowVersion')).recordset,
    ).toEqual([
      { ID: 2, Comment: null, v: 2002 },
      { ID: 4, Comment: '100% оплата', v: 2004 },
      { ID: 1, Comment: 'новое', v: 2005 },
      { ID: 3, Comment: 'новое', v: 2006 },
    ]);
  });

  test('UPDATE … FROM takes values from joined rows', async () => {
    await query(
      "UPDATE r SET r.Comment = p.Surname + N'!' FROM Receptions r JOIN Persons p ON p.ID = r.ID_Staffs WHERE r.ID < 3",
    );
    expect((await query('SELECT ID, Comment FROM Receptions WHERE ID < 4 ORDER BY ID')).recordset).toEqual([
      { ID: 1, Comment: 'Докторов!' },
      { ID: 2, Comment: 'Лечилов!' },
      { ID: 3, Comment: '' },
    ]);
  });

  test('DELETE, with an alias and a subquery, and TRUNCATE', async () => {
    expect(
      (
        await query(
          'DELETE o FROM Orders o WHERE EXISTS (SELECT 1 FROM Receptions r WHERE r.ID = o.ID_Receptions AND r.ID_Patients = 1)',
        )
      ).rowsAffected,
    ).toEqual([2]);
    expect((await query('SELECT ID FROM Orders')).recordset).toEqual([{ ID: 102 }]);
    await query('TRUNCATE TABLE Orders');
    expect((await query('SELECT COUNT(*) AS n FROM Orders')).recordset).toEqual([{ n: 0 }]);
  });

  test('IDENTITY_INSERT lets a value in and the counter follows', async () => {
    await query(
      'SET IDENTITY_INSERT Receptions ON; INSERT INTO Receptions (ID, ID_Patients) VALUES (50, 1); SET IDENTITY_INSERT Receptions OFF; INSERT INTO Receptions (ID_Patients) VALUES (2)',
    );
    expect((await query('SELECT ID FROM Receptions WHERE ID > 4 ORDER BY ID')).recordset).toEqual([
      { ID: 50 },
      { ID: 51 },
    ]);
  });

  test('a table gains and loses a column and an index', async () => {
    await query('ALTER TABLE Persons ADD City nvarchar(20) NULL; CREATE INDEX IX_City ON Persons (City);');
    await query("UPDATE Persons SET City = N'Тверь' WHERE ID = 1");
    expect((await query("SELECT ID FROM Persons WHERE City = N'ТВЕРЬ'")).recordset).toEqual([{ ID: 1 }]);
    await query('DROP INDEX IX_City ON Persons; ALTER TABLE Persons DROP COLUMN City');
    await expect(query('SELECT City FROM Persons')).rejects.toMatchObject({ number: 207 });
    await query('DROP TABLE Persons');
    await expect(query('SELECT 1 FROM Persons')).rejects.toMatchObject({ number: 208 });
  });

  test.each([
    [
      'INSERT INTO Persons (ID) VALUES (1)',
      2627,
      "Violation of PRIMARY KEY constraint 'PK_Persons'. Cannot insert duplicate key in object 'dbo.Persons'.",
    ],
    [
      "INSERT INTO Persons (Name) VALUES (N'a')",
      515,
      "Cannot insert the value NULL into column 'ID', table 'PZ.dbo.Persons'; column does not allow nulls. INSERT fails.",
    ],
    [
      "INSERT INTO Patients (ID_Persons, CardNumber) VALUES (9, REPLICATE('x', 21))",
      8152,
      'String or binary data would be truncated.',
    ],
    [
      'INSERT INTO Receptions (ID, ID_Patients) VALUES (9, 1)',
      544,
      "Cannot insert explicit value for identity column in table 'Receptions' when IDENTITY_INSERT is set to OFF.",
    ],
    ['UPDATE Receptions SET RowVersion = 0x01', 272, 'Cannot update a timestamp column.'],
    [
      'CREATE TABLE #t (a int)',
      102,
      "Incorrect syntax near 'a temporary table'. (The sandbox does not know a temporary table.)",
    ],
    ['UPDATE Receptions SET ID = 5', 8102, "Cannot update identity column 'ID'."],
    ['INSERT INTO Persons (ID, Nickname) VALUES (9, 1)', 207, "Invalid column name 'Nickname'."],
    ['CREATE TABLE persons (a int)', 2714, "There is already an object named 'persons' in the database."],
    ["UPDATE Receptions SET PlanStart = 5.5 + N'x'", 8114, 'Error converting data type nvarchar to numeric.'],
  ])('%s is error %i', async (text, number, message) => {
    await expect(query(text)).rejects.toMatchObject({ number, message });
  });

  test('a unique index goes by collation', async () => {
    await query('CREATE UNIQUE INDEX UX_Surname ON Persons (Surname)');
    await expect(query("INSERT INTO Persons (ID, Surname) VALUES (77, N'ИВАНОВ ')")).rejects.toMatchObject({
      number: 2601,
    });
  });
});

describe('transactions', () => {
  test('others see a change after COMMIT only, and never after ROLLBACK', async () => {
    const seen = async () => (await server.execute('SELECT Name FROM Persons WHERE ID = 1'))[0]?.['Name'];
    const transaction = new sql.Transaction(pool);
    await transaction.begin();
    await transaction.request().query("UPDATE Persons SET Name = N'Новый' WHERE ID = 1");
    expect(await seen()).toBe('Пётр');
    await transaction.rollback();
    expect(await seen()).toBe('Пётр');
    await transaction.begin();
    await transaction.request().query("UPDATE Persons SET Name = N'Новый' WHERE ID = 1");
    await transaction.commit();
    expect(await seen()).toBe('Новый');
  });

  test('READ COMMITTED sees what others commit between its statements', async () => {
    const transaction = new sql.Transaction(pool);
    await transaction.begin();
    const count = async () => (await transaction.request().query('SELECT COUNT(*) AS n FROM Orders')).recordset;
    expect(await count()).toEqual([{ n: 3 }]);
    await server.execute('INSERT INTO Orders (ID) VALUES (103)');
    expect(await count()).toEqual([{ n: 4 }]);
    await transaction.commit();
  });

  test('a late commit: the lowest active rowversion stays below it until then', async () => {
    const lowest = async () => (await server.execute('SELECT CAST(MIN_ACTIVE_ROWVERSION() AS int) AS v'))[0]?.['v'];
    expect(await lowest()).toBe(2005);
    const transaction = new sql.Transaction(pool);
    await transaction.begin();
    await transaction.request().query('UPDATE Receptions SET Comment = NULL WHERE ID = 1');
    expect(await lowest()).toBe(2005);
    await transaction.commit();
    expect(await lowest()).toBe(2006);
  });

  test('a second writer waits for the first', async () => {
    const transaction = new sql.Transaction(pool);
    await transaction.begin();
    await transaction.request().query("UPDATE Persons SET Name = N'первый' WHERE ID = 1");
    const second = server.execute("UPDATE Persons SET Name = Name + N' второй' WHERE ID = 1");
    await transaction.request().query("UPDATE Persons SET Patronymic = N'x' WHERE ID = 1");
    await transaction.commit();
    await second;
    expect(await server.execute('SELECT Name FROM Persons WHERE ID = 1')).toEqual([{ Name: 'первый второй' }]);
  });

  test('or gives up after LOCK_TIMEOUT', async () => {
    const transaction = new sql.Transaction(pool);
    await transaction.begin();
    await transaction.request().query('DELETE FROM Orders');
    await expect(server.execute('SET LOCK_TIMEOUT 0; DELETE FROM Orders')).rejects.toMatchObject({ number: 1222 });
    await transaction.rollback();
  });

  test('an error that rolls back is told to the client', async () => {
    const transaction = new sql.Transaction(pool);
    await transaction.begin();
    await transaction.request().query('DELETE FROM Orders');
    await expect(transaction.request().query("SELECT CAST('x' AS int)")).rejects.toMatchObject({ number: 245 });
    await expect(transaction.commit()).rejects.toMatchObject({ code: 'EABORT' });
    expect(await server.execute('SELECT COUNT(*) AS n FROM Orders')).toEqual([{ n: 3 }]);
  });

  test('a transaction of a client that is gone is rolled back', async () => {
    const other = await connect(server);
    other.on('error', () => {});
    await other.request().batch('BEGIN TRANSACTION; DELETE FROM Orders');
    await other.close();
    expect(await server.execute('DELETE FROM Orders; SELECT @@ROWCOUNT AS n')).toEqual([{ n: 3 }]);
  });

  test('transactions in T-SQL nest by counting', async () => {
    const result = await pool
      .request()
      .batch(
        'BEGIN TRAN; BEGIN TRAN; DELETE FROM Orders; COMMIT; SELECT @@TRANCOUNT AS n; ROLLBACK; SELECT COUNT(*) AS n FROM Orders',
      );
    expect(result.recordsets).toEqual([[{ n: 1 }], [{ n: 3 }]]);
    await expect(query('COMMIT')).rejects.toMatchObject({ number: 3902 });
  });

  test('SNAPSHOT is refused unless the data base allows it', async () => {
    const transaction = new sql.Transaction(pool);
    await transaction.begin(sql.ISOLATION_LEVEL.SNAPSHOT);
    await expect(transaction.request().query('SELECT 1 FROM Orders')).rejects.toMatchObject({ number: 3952 });
    await transaction.rollback();
  });
});

describe('SNAPSHOT, where it is allowed', () => {
  let allowing: SqlServerSandbox;
  afterAll(() => allowing.close());

  test('a transaction keeps seeing what was there at its first statement, and may not overwrite what changed', async () => {
    allowing = await startClinic({ snapshotIsolation: true });
    const other = await connect(allowing);
    const transaction = new sql.Transaction(other);
    await transaction.begin(sql.ISOLATION_LEVEL.SNAPSHOT);
    const count = async () => (await transaction.request().query('SELECT COUNT(*) AS n FROM Orders')).recordset;
    expect(await count()).toEqual([{ n: 3 }]);
    await allowing.execute('DELETE FROM Orders WHERE ID = 100');
    expect(await count()).toEqual([{ n: 3 }]);
    await expect(transaction.request().query('DELETE FROM Orders')).rejects.toMatchObject({ number: 3960 });
    await other.close();
  });
});

test('a file keeps tables, rows, counters and types', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sql-sandbox-test-'));
  const options = { database: 'PZ', logins: [], file: join(folder, 'clinic.sqlite') };
  const first = await startSqlServer(options);
  await first.execute(
    'CREATE TABLE T (ID int IDENTITY PRIMARY KEY, Price money DEFAULT 1.5, Version rowversion); INSERT INTO T (Price) VALUES (DEFAULT)',
  );
  await first.close();
  const second = await startSqlServer(options);
  await second.execute('INSERT INTO T DEFAULT VALUES');
  expect(await second.execute('SELECT ID, Price, CAST(Version AS int) AS v FROM T')).toEqual([
    { ID: 1, Price: '1.5000', v: 2001 },
    { ID: 2, Price: '1.5000', v: 2002 },
  ]);
  await second.close();
  await rm(folder, { recursive: true });
});
