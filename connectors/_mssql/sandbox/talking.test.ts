import sql from 'mssql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SqlServerSandbox } from './index.ts';
import { at, CLINIC_NOW, connect, startClinic } from './test-clinic.ts';

let server: SqlServerSandbox;
let pool: sql.ConnectionPool;

beforeAll(async () => {
  server = await startClinic();
  pool = await connect(server);
});
afterAll(async () => {
  await pool.close();
  await server.close();
});

describe('parameters', () => {
  const day = at('2026-03-05T00:00:00');
  test.each([
    ['bit', sql.Bit(), true],
    ['tinyint', sql.TinyInt(), 255],
    ['smallint', sql.SmallInt(), -32_768],
    ['int', sql.Int(), 2_147_483_647],
    ['bigint', sql.BigInt(), '-9223372036854775808'],
    ['decimal', sql.Decimal(18, 4), -12_345.6789],
    ['a wide decimal', sql.Decimal(38, 2), 1234.56],
    ['money', sql.Money(), 99.9999],
    ['smallmoney', sql.SmallMoney(), -1.5],
    ['float', sql.Float(), 0.1],
    ['real', sql.Real(), 0.5],
    ['varchar', sql.VarChar(20), 'Ёж, abc'],
    ['char', sql.Char(3), 'abc'],
    ['nvarchar', sql.NVarChar(20), 'Ёж 𝄞'],
    ['nvarchar(max)', sql.NVarChar(sql.MAX), 'я'.repeat(70_000)],
    ['varchar(max)', sql.VarChar(sql.MAX), 'я'.repeat(9000)],
    ['varbinary', sql.VarBinary(8), Buffer.from('00000000000007d1', 'hex')],
    ['varbinary(max)', sql.VarBinary(sql.MAX), Buffer.alloc(10_000, 7)],
    ['uniqueidentifier', sql.UniqueIdentifier(), '6F9619FF-8B86-D011-B42D-00C04FC964FF'],
    ['date', sql.Date(), day],
    ['datetime', sql.DateTime(), at('2026-03-05T10:11:12.347')],
    ['smalldatetime', sql.SmallDateTime(), at('2026-03-05T10:11:00')],
    ['datetime2', sql.DateTime2(3), at('2026-03-05T10:11:12.345')],
    ['time', sql.Time(3), at('1970-01-01T10:11:12.345')],
  ])('%s goes there and back', async (_name, type, value) => {
    const given = await pool.request().input('p', type, value).query('SELECT @p AS p');
    expect(given.recordset).toEqual([{ p: value }]);
    const empty = await pool.request().input('p', type, null).query('SELECT @p AS p');
    expect(empty.recordset).toEqual([{ p: null }]);
  });

  test('an output parameter comes back', async () => {
    const result = await pool.request().input('a', 20).output('b', sql.Int).query('SET @b = @a + 1');
    expect(result.output).toEqual({ b: 21 });
  });

  test('a parameter that was declared and not supplied is error 8178', async () => {
    const request = pool.request().input('statement', 'SELECT @x').input('params', '@x int');
    await expect(request.execute('sp_executesql')).rejects.toMatchObject({ number: 8178 });
  });

  test('sp_describe_first_result_set names the columns a query would give', async () => {
    const request = pool
      .request()
      .input('tsql', 'SELECT ID AS id, Price * @n FROM OrderServiceRelation')
      .input('params', '@n int');
    expect((await request.execute('sp_describe_first_result_set')).recordset).toEqual([
      { is_hidden: false, column_ordinal: 1, name: 'id', is_nullable: false, system_type_name: 'int' },
      { is_hidden: false, column_ordinal: 2, name: null, is_nullable: true, system_type_name: 'decimal(29,2)' },
    ]);
  });

  test('2100 parameters are the most, those of sp_executesql included', async () => {
    const many = (count: number) => {
      const request = pool.request();
      for (let index = 0; index < count; index++) request.input(`p${index}`, index);
      return request.query(`SELECT ${count} AS n`);
    };
    expect((await many(2098)).recordset).toEqual([{ n: 2098 }]);
    await expect(many(2099)).rejects.toMatchObject({ number: 8003 });
  });

  test('an unknown procedure is error 2812', async () => {
    await expect(pool.request().execute('sp_who2')).rejects.toMatchObject({
      number: 2812,
      message: "Could not find stored procedure 'sp_who2'.",
    });
  });
});

describe('prepared statements', () => {
  test('one is prepared once and executed with several values', async () => {
    const statement = new sql.PreparedStatement(pool);
    statement.input('id', sql.Int);
    await statement.prepare('SELECT Surname FROM Persons WHERE ID = @id');
    expect((await statement.execute({ id: 1 })).recordset).toEqual([{ Surname: 'Иванов' }]);
    expect((await statement.execute({ id: 3 })).recordset).toEqual([{ Surname: 'Егоров' }]);
    await statement.unprepare();
  });

  test('what is no T-SQL fails when prepared', async () => {
    const statement = new sql.PreparedStatement(pool);
    await expect(statement.prepare('SELECT FROM Persons')).rejects.toMatchObject({
      message: "Incorrect syntax near the keyword 'FROM'.",
    });
  });
});

describe('results', () => {
  test('columns carry their types', async () => {
    const { recordset } = await pool.request().query('SELECT ID, Comment, PlanStart, RowVersion FROM Receptions');
    const columns = Object.values(recordset.columns).map(({ name, type, nullable, identity }) => [
      name,
      type === sql.Int ? 'int' : type === sql.NVarChar ? 'nvarchar' : type === sql.DateTime ? 'datetime' : 'binary',
      nullable,
      identity,
    ]);
    expect(columns).toEqual([
      ['ID', 'int', false, true],
      ['Comment', 'nvarchar', true, false],
      ['PlanStart', 'datetime', true, false],
      ['RowVersion', 'binary', false, false],
    ]);
  });

  test('a batch gives several results and counts', async () => {
    const result = await pool.request().batch('SELECT 1 AS a; SELECT 2 AS b UNION ALL SELECT 3');
    expect(result.recordsets).toEqual([[{ a: 1 }], [{ b: 2 }, { b: 3 }]]);
    expect(result.rowsAffected).toEqual([1, 2]);
  });

  test('so does a statement with parameters', async () => {
    const request = pool.request().input('a', 1).input('b', 3);
    const result = await request.query(
      'SELECT ID FROM Persons WHERE ID = @a;\nSELECT ID FROM Orders WHERE ID = @b;\nSELECT @b AS b',
    );
    expect(result.recordsets).toEqual([[{ ID: 1 }], [], [{ b: 3 }]]);
    expect(result.rowsAffected).toEqual([1, 0, 1]);
  });

  test('an error in the second comes after the rows of the first, and ends the batch where it says so', async () => {
    const seenOf = async (second: string): Promise<readonly string[]> => {
      const seen: string[] = [];
      const request = pool.request().input('a', 'x');
      request.stream = true;
      request.on('recordset', () => seen.push('columns'));
      request.on('row', () => seen.push('row'));
      request.on('error', (error: sql.RequestError) => seen.push(String(error.number)));
      await new Promise((resolve) => {
        request.on('done', resolve);
        void request.query(`SELECT @a AS a;\n${second};\nSELECT @a AS c`);
      });
      return seen;
    };
    expect(await seenOf('SELECT 1 / 0 AS b')).toEqual(['columns', 'row', '8134', 'columns', 'row']);
    expect(await seenOf('SELECT CAST(@a AS int) AS b')).toEqual(['columns', 'row', '245']);
    expect(await seenOf('SELECT b FROM Nowhere')).toEqual(['columns', 'row', '208']);
  });

  test('NOCOUNT leaves the counts out', async () => {
    const result = await pool
      .request()
      .query('SET NOCOUNT ON; UPDATE Persons SET Name = Name WHERE ID = 1; SET NOCOUNT OFF');
    expect(result.rowsAffected).toEqual([]);
  });

  test('errors carry number, state, class and line', async () => {
    await expect(pool.request().query('SELECT 1\nFROM Persons\nWHERE ID = = 1')).rejects.toMatchObject({
      number: 102,
      state: 1,
      class: 15,
      lineNumber: 3,
      message: "Incorrect syntax near '='.",
    });
  });

  test('an error ends its statement, the batch goes on', async () => {
    const seen: string[] = [];
    const request = pool.request();
    request.stream = true;
    request.on('row', (row: { x: string }) => seen.push(row.x));
    request.on('error', (error: sql.RequestError) => seen.push(String(error.number)));
    await new Promise((resolve) => {
      request.on('done', resolve);
      void request.batch("SELECT 'before' AS x; SELECT 1 / 0 AS x; SELECT 'after' AS x");
    });
    expect(seen).toEqual(['before', '8134', 'after']);
  });

  test('a conversion that fails ends the batch', async () => {
    await expect(
      pool.request().batch("UPDATE Persons SET Name = N'x' WHERE ID = CAST('a' AS int); DELETE FROM Orders"),
    ).rejects.toMatchObject({ number: 245 });
    expect(await server.execute('SELECT COUNT(*) AS n FROM Orders')).toEqual([{ n: 3 }]);
  });

  test('a syntax error anywhere keeps the whole batch from running', async () => {
    await expect(pool.request().batch('DELETE FROM Orders; SELEC 1')).rejects.toMatchObject({ number: 102 });
    expect(await server.execute('SELECT COUNT(*) AS n FROM Orders')).toEqual([{ n: 3 }]);
  });
});

test('the journal has what was asked, by whom, when, with which values and how many rows', async () => {
  await pool.request().input('id', 2).query('SELECT ID FROM Persons WHERE ID > @id');
  await expect(pool.request().query('SELECT 1 / 0')).rejects.toMatchObject({ number: 8134 });
  const [asked, failed] = server.journal
    .filter((entry) => entry.sql !== 'SELECT 1;') // how the pool looks whether a connection lives
    .slice(-2)
    .map(({ connection, ...entry }) => ({ ...entry, known: connection > 50 }));
  const common = { at: new Date(CLINIC_NOW), login: 'writer', known: true };
  expect(asked).toEqual({
    ...common,
    sql: 'SELECT ID FROM Persons WHERE ID > @id',
    parameters: { id: 2 },
    rows: 4,
    state: 'done',
    errors: [],
  });
  expect(failed).toEqual({ ...common, sql: 'SELECT 1 / 0', parameters: {}, rows: 0, state: 'failed', errors: [8134] });
});

test('several connections are served at once', async () => {
  const crowd = await connect(server, 'writer', { pool: { max: 8 } });
  const sums = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      crowd.request().input('n', index).query<{ n: number }>('SELECT COUNT(*) + @n AS n FROM Persons'),
    ),
  );
  expect(sums.map(({ recordset }) => recordset[0]?.n)).toEqual(Array.from({ length: 40 }, (_, index) => index + 6));
  await crowd.close();
});
