import { sql as query } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Host, Row } from '../../engine/index.ts';
import { SqlClient } from './client.ts';
import { bound } from './compile.ts';
import { servers } from './servers-for-test.ts';
import type { TestDatabase } from './servers-for-test.ts';

const host: Host = { folder: '/', now: Date.now, admit: async () => ({ ended() {} }), warn: () => {} };

/** Of a data base with so many orders. */
async function clientOf(newDatabase: () => Promise<TestDatabase>, count: number): Promise<SqlClient> {
  const database = await newDatabase();
  onTestFinished(async () => await database.close());
  await database.execute('CREATE TABLE dbo.Orders (ID int NOT NULL PRIMARY KEY, Note nvarchar(100) NULL)');
  for (let first = 1; first <= count; first += 1000) {
    const ids = Array.from({ length: Math.min(1000, count - first + 1) }, (_, index) => first + index);
    await database.execute(
      `INSERT INTO dbo.Orders (ID, Note) VALUES ${ids.map((id) => `(${id}, N'заказ номер ${id}')`).join(', ')}`,
    );
  }
  const client = new SqlClient(database.settings, host);
  onTestFinished(async () => await client.close());
  return client;
}

const running = (): AbortSignal => new AbortController().signal;
const select = async (client: SqlClient, text: string): Promise<Row[]> =>
  await client.rows({ text, parameters: {} }, running());

describe.each(servers)('on $name', ({ newDatabase }) => {
  describe('a statement', () => {
    it('ends its run when the client closes', async () => {
      const client = await clientOf(newDatabase, 5000);
      const rows = client.stream({ text: 'SELECT ID FROM dbo.Orders', parameters: {} }, running());
      await rows.next();
      await client.close();
      await client.close();
      expect(await select(client, 'SELECT 1 AS one').catch((error: unknown) => error)).toMatchObject({
        code: 'mssql.connection_lost',
      });
      await rows.return();
    });

    it.each([
      [
        'SELECT * FROM dbo.Missing',
        'mssql.table_unknown',
        'there is no table dbo.Missing, or the login may not see it',
      ],
      ['SELECT Missing FROM dbo.Orders', 'mssql.column_unknown', 'there is no column Missing in what is read'],
      ['SELECT ID FORM dbo.Orders', 'mssql.statement_refused', 'SQL Server refuses the statement: error 102'],
      ['SELECT ID, 1 FROM dbo.Orders', 'mssql.column_name', 'column 2 of the query has no name of its own'],
      ['SELECT ID, Note AS ID FROM dbo.Orders', 'mssql.column_name', 'column 2 of the query has no name of its own'],
      ['SELECT 1 AS a; SELECT 2 AS b', 'mssql.several_results', 'the query returns more than one table'],
      [
        'SELECT CONVERT(decimal(38, 2), 12345678901234567.89) AS n',
        'mssql.inexact_number',
        'a number in column n has more digits than can be read exactly',
      ],
    ])('%s is refused as %s', async (text, code, message) => {
      const client = await clientOf(newDatabase, 1);
      const failed = select(client, text);
      await expect(failed).rejects.toMatchObject({ code, retry: false, message: expect.stringContaining(message) });
    });
  });

  describe('several queries in one round trip', () => {
    const orders = query`SELECT ID FROM dbo.Orders WHERE ID <= ${bound({ type: 'int', value: 2 })}`;
    const none = query`SELECT ID FROM dbo.Orders WHERE ID = ${bound({ type: 'int', value: -1 })}`;
    const many = query`SELECT ID, Note FROM dbo.Orders ORDER BY ID`;
    const broken = query`SELECT CONVERT(int, Note) AS n FROM dbo.Orders`;
    const missing = query`SELECT * FROM dbo.Missing`;

    it('give each its own rows, in order, whatever its columns', async () => {
      const client = await clientOf(newDatabase, 3000);
      const [first, second, third, fourth] = await client.results(
        [orders, none, many, query`SELECT 'x' AS a, 1 AS b`],
        running(),
      );
      expect(first).toEqual([{ ID: 1 }, { ID: 2 }]);
      expect(second).toEqual([]);
      expect(third?.length).toBe(3000);
      expect(third?.at(-1)).toEqual({ ID: 3000, Note: 'заказ номер 3000' });
      expect(fourth).toEqual([{ a: 'x', b: 1 }]);
    });

    it.each([
      ['a table that is not there', [orders, missing, many], 'mssql.table_unknown'],
      ['a value that cannot be converted', [orders, broken, many], 'mssql.statement_refused'],
      [
        'a value that cannot be read',
        [orders, query`SELECT CONVERT(decimal(20, 2), '12345678901234567.89') AS n`],
        'mssql.inexact_number',
      ],
      ['a column without a name', [orders, query`SELECT 1`], 'mssql.column_name'],
      ['more results than queries', [query`SELECT 1 AS a; SELECT 2 AS b`, orders], 'mssql.several_results'],
    ])('all fail by %s in one, and the connection serves on', async (_what, queries, code) => {
      const client = await clientOf(newDatabase, 3);
      const session = await select(client, 'SELECT @@SPID AS id');
      await expect(client.results(queries, running())).rejects.toMatchObject({ code, retry: false });
      expect(await client.results([orders, none], running())).toEqual([[{ ID: 1 }, { ID: 2 }], []]);
      expect(await select(client, 'SELECT @@SPID AS id')).toEqual(session);
    });
  });

  describe('a connection', () => {
    it('to a data base that is not there is refused', async () => {
      const database = await newDatabase();
      onTestFinished(async () => await database.close());
      const gone = `${database.settings.database}_old`;
      const client = new SqlClient({ ...database.settings, database: gone }, host);
      onTestFinished(async () => await client.close());
      const { server, port, user } = database.settings;
      await expect(select(client, 'SELECT 1 AS one')).rejects.toMatchObject({
        code: 'mssql.database_unknown',
        message: `there is no data base ${gone} on ${server}:${port}, or the login ${user} may not open it`,
      });
    });
  });
});
