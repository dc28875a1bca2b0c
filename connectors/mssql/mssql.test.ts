import { afterEach, describe, expect, it, onTestFinished, test, vi } from 'vitest';
import type {
  Connection,
  Cursor,
  PipeError,
  ReadRequest,
  Row,
  Source,
  SourceBatch,
  SourceBlock,
  Window,
} from '../../engine/index.ts';
import { databaseInSandbox, servers } from '../_mssql/servers-for-test.ts';
import type { TestDatabase } from '../_mssql/servers-for-test.ts';
import { connect } from './connection.ts';

const always = (field: string): Window => ({ field, firstMs: 'all', overlapMs: 0, fullMs: 'all' });
const opened: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

async function startIn<Database extends TestDatabase>(
  newDatabase: () => Promise<Database>,
): Promise<{
  database: Database;
  connection: Connection;
  open: (block: SourceBlock) => Source;
  warnings: PipeError[];
}> {
  const database = await newDatabase();
  opened.push(async () => await database.close());
  const warnings: PipeError[] = [];
  const host = {
    folder: '/',
    now: Date.now,
    admit: async () => ({ ended() {} }),
    warn: (warning: PipeError) => void warnings.push(warning),
  };
  const connection = connect(database.settings, host);
  opened.push(async () => await connection.close());
  const open = (block: SourceBlock): Source => {
    const source = connection.source?.(block);
    if (!source) throw new Error('mssql has a source');
    return source;
  };
  return { database, connection, open, warnings };
}

const running = (): AbortSignal => new AbortController().signal;
const read = async (
  source: Source,
  request: Partial<ReadRequest> = {},
): Promise<{ rows: Row[]; cursor: Cursor | undefined; batches: SourceBatch[] }> => {
  const batches: SourceBatch[] = [];
  for await (const batch of source.read({ mode: 'incremental', batch: 100, params: {}, signal: running(), ...request }))
    batches.push(batch);
  return { rows: batches.flatMap(({ rows }) => rows), cursor: batches.at(-1)?.cursor, batches };
};
const clockOf = async (database: TestDatabase): Promise<string> => {
  const [{ now } = {}] = await database.execute('SELECT SYSDATETIME() AS now');
  if (!(now instanceof Date)) throw new TypeError('the server tells no time');
  return now.toISOString().slice(0, 23);
};
const from = (cursor: Cursor | undefined): { cursor?: Cursor } => (cursor ? { cursor } : {});

describe.each(servers)('on $name', ({ newDatabase }) => {
  describe('a table', () => {
    it('gives every type of SQL Server as JSON and leaves nulls out', async () => {
      const { database, open } = await startIn(newDatabase);
      await database.execute(`CREATE TABLE dbo.Kinds (ID int NOT NULL PRIMARY KEY, Flag bit NULL, Big bigint NULL, Price money NULL,
        Wide decimal(38, 4) NULL, Small decimal(9, 2) NULL, Ratio float NULL, Title nvarchar(50) NULL, Code varchar(10) NULL,
        Day date NULL, At datetime NULL, Exact datetime2(7) NULL, Hour time(0) NULL,
        Guid uniqueidentifier NULL, Bytes varbinary(8) NULL, Nothing int NULL, Version rowversion NOT NULL)`);
      await database.execute(`INSERT INTO dbo.Kinds (ID, Flag, Big, Price, Wide, Small, Ratio, Title, Code, Day, At, Exact, Hour, Guid, Bytes)
        VALUES (1, 1, 9007199254740993, 1500.5, 12345678901234567890.1234, -12.5, 0.1, N'Ёж', 'abc', '2026-03-01', '2026-03-01T10:00:00.127',
        '2026-03-01T10:00:00.1234567', '09:15', '6F9619FF-8B86-D011-B42D-00C04FC964FF', 0x00FF)`);
      const { rows } = await read(open({ table: 'Kinds' }));
      expect(rows).toEqual([
        {
          ID: 1,
          Flag: true,
          Big: '9007199254740993',
          Price: 1500.5,
          Wide: '12345678901234567890.1234',
          Small: -12.5,
          Ratio: 0.1,
          Title: 'Ёж',
          Code: 'abc',
          Day: '2026-03-01',
          At: '2026-03-01T10:00:00.127',
          Exact: '2026-03-01T10:00:00.1234567',
          Hour: '09:15:00.000',
          Guid: '6F9619FF-8B86-D011-B42D-00C04FC964FF',
          Bytes: '0x00FF',
          Version: expect.stringMatching(/^0x[0-9A-F]{16}$/),
        },
      ]);
    });

    it('is described with its types and key', async () => {
      const { database, open } = await startIn(newDatabase);
      await database.execute(
        'CREATE TABLE dbo.Visits (Branch int NOT NULL, ID int NOT NULL, Title nvarchar(50) NULL, At datetime NULL, PRIMARY KEY (Branch, ID))',
      );
      expect(await open({ table: '[dbo].[Visits]' }).describe(running())).toEqual({
        fields: [
          { name: 'Branch', type: 'integer', optional: false },
          { name: 'ID', type: 'integer', optional: false },
          { name: 'Title', type: 'text', optional: true },
          { name: 'At', type: 'datetime', optional: true, naive: true },
        ],
        key: ['Branch', 'ID'],
      });
    });

    it('is read along a key of several columns, narrowed by a filter', async () => {
      const { database, open } = await startIn(newDatabase);
      await database.execute(
        'CREATE TABLE dbo.Visits (Branch int NOT NULL, ID int NOT NULL, Kind nvarchar(10) NULL, PRIMARY KEY (Branch, ID))',
      );
      const rows = [1, 2].flatMap((branch) =>
        Array.from({ length: 12 }, (_, id) => `(${branch}, ${id}, N'${'абв'[id % 3]}')`),
      );
      await database.execute(`INSERT INTO dbo.Visits VALUES ${rows.join(', ')}`);
      const source = open({ table: 'dbo.Visits', filter: { Kind: ['а', 'б'], Branch: 2 } });
      const { rows: found, batches } = await read(source, { batch: 3 });
      expect(found.map((row) => row['ID'])).toEqual([0, 1, 3, 4, 6, 7, 9, 10]);
      expect(batches.map((batch) => batch.rows.length)).toEqual([3, 3, 2]);
      const again = await source.fetch?.(
        [
          { Branch: 1, ID: 5 },
          { Branch: 9, ID: 9 },
        ],
        running(),
      );
      expect(again).toEqual([{ Branch: 1, ID: 5, Kind: 'в' }]);
    });

    it('without a key is one stream, whose cursor comes with the last batch', async () => {
      const { database, open } = await startIn(newDatabase);
      await database.execute('CREATE TABLE dbo.Log (At datetime NULL, Text nvarchar(50) NULL)');
      await database.execute(
        `INSERT INTO dbo.Log VALUES ('2026-03-02T10:00:00', N'а'), ('2026-03-02T11:00:00', N'б'), (NULL, N'в')`,
      );
      const { batches } = await read(open({ table: 'dbo.Log' }), { window: always('At'), batch: 2 });
      expect(batches.map(({ rows, cursor }) => [rows.length, cursor])).toEqual([
        [2, undefined],
        [1, { at: '2026-03-02T11:00:00.000' }],
      ]);
    });

    it('that does not exist, a column that does not, and a text for a cursor are named', async () => {
      const { database, open } = await startIn(newDatabase);
      await database.execute('CREATE TABLE dbo.Log (ID int NOT NULL PRIMARY KEY, Text nvarchar(50) NULL)');
      await expect(read(open({ table: 'dbo.Nope' }))).rejects.toThrow(
        'there is no table dbo.Nope, or the login may not see it',
      );
      await expect(read(open({ table: 'dbo.Log', filter: { Kind: 1 } }))).rejects.toThrow(
        'there is no column Kind in what is read',
      );
      await expect(read(open({ table: 'dbo.Log' }), { window: always('Text') })).rejects.toThrow(
        'column Text of type nvarchar cannot be a cursor',
      );
    });
  });

  describe('a cursor', () => {
    it('of datetime finds the row of its very instant again, although ticks are thirds of milliseconds', async () => {
      const { database, open } = await startIn(newDatabase);
      await database.execute('CREATE TABLE dbo.Log (ID int NOT NULL PRIMARY KEY, At datetime NOT NULL)');
      await database.execute(
        `INSERT INTO dbo.Log VALUES (1, '2026-03-02T10:00:00.123'), (2, '2026-03-02T10:00:00.127'), (3, '2026-03-02T10:00:00.130')`,
      );
      const source = open({ table: 'dbo.Log' });
      for (const [at, ids] of [
        ['2026-03-02T10:00:00.127', [2, 3]],
        ['2026-03-02T10:00:00.123', [1, 2, 3]],
      ] as const) {
        const { rows } = await read(source, { window: always('At'), cursor: { at } });
        expect(rows.map((row) => row['ID'])).toEqual(ids);
      }
    });

    it('of datetime is the wall clock of the server, whatever the zone of this machine', async () => {
      const { database, open } = await startIn(newDatabase);
      await database.execute('CREATE TABLE dbo.Log (ID int NOT NULL PRIMARY KEY, At datetime NOT NULL)');
      await database.execute(`INSERT INTO dbo.Log VALUES (1, '2026-03-02T10:00:00'), (2, '2026-03-02T11:00:00')`);
      vi.stubEnv('TZ', 'Asia/Tokyo');
      onTestFinished(() => void vi.unstubAllEnvs());
      expect(new Date(2026, 2, 2, 10).toISOString()).toBe('2026-03-02T01:00:00.000Z');
      const { rows } = await read(open({ table: 'dbo.Log' }), {
        window: always('At'),
        cursor: { at: '2026-03-02T10:30:00.000' },
      });
      expect(rows).toEqual([{ ID: 2, At: '2026-03-02T11:00:00.000' }]);
    });

    it('of rowversion misses no transaction that was open while a later one committed', async () => {
      const { database, open } = await startIn(newDatabase);
      await database.execute(
        'CREATE TABLE dbo.Log (ID int NOT NULL PRIMARY KEY, Text nvarchar(50) NULL, Version rowversion NOT NULL)',
      );
      await database.execute(`INSERT INTO dbo.Log (ID, Text) VALUES (1, N'а'), (2, N'б'), (3, N'в')`);
      const source = open({ table: 'dbo.Log' });
      const window = always('Version');
      const { cursor } = await read(source, { window });
      await database.execute(`BEGIN TRANSACTION; UPDATE dbo.Log SET Text = N'поздно' WHERE ID = 1`);
      const { cursor: meanwhile } = await read(source, { window, ...from(cursor) });
      await database.execute('COMMIT TRANSACTION');
      await database.execute(`UPDATE dbo.Log SET Text = N'позже' WHERE ID = 3`);
      const { rows } = await read(source, { window, ...from(meanwhile ?? cursor) });
      expect(rows.map((row) => row['Text'])).toEqual(['поздно', 'позже']);
    });

    it('of rowversion reads everything again after a restore', async () => {
      const { database, open, warnings } = await startIn(newDatabase);
      await database.execute('CREATE TABLE dbo.Log (ID int NOT NULL PRIMARY KEY, Version rowversion NOT NULL)');
      await database.execute('INSERT INTO dbo.Log (ID) VALUES (1), (2)');
      const { rows } = await read(open({ table: 'dbo.Log' }), {
        window: always('Version'),
        cursor: { at: '0x00000000FFFFFFFF' },
      });
      expect(rows).toHaveLength(2);
      expect(warnings.map(({ code }) => code)).toEqual(['mssql.rowversion_behind']);
    });

    it('of an integer finds what was committed late among the last thousand', async () => {
      const { database, open } = await startIn(newDatabase);
      await database.execute('CREATE TABLE dbo.Log (ID int NOT NULL PRIMARY KEY)');
      await database.execute('INSERT INTO dbo.Log VALUES (1), (5000), (5002)');
      const source = open({ table: 'dbo.Log' });
      const { cursor } = await read(source, { window: always('ID') });
      expect(cursor).toEqual({ at: 5002 });
      await database.execute('INSERT INTO dbo.Log VALUES (5001), (5003)');
      const { rows } = await read(source, { window: always('ID'), ...from(cursor) });
      expect(rows.map((row) => row['ID'])).toEqual([5000, 5001, 5002, 5003]);
    });

    it('of time does not pass the clock of the server', async () => {
      const { database, open } = await startIn(newDatabase);
      await database.execute('CREATE TABLE dbo.Log (ID int NOT NULL PRIMARY KEY, At datetime2(3) NOT NULL)');
      await database.execute(`INSERT INTO dbo.Log VALUES (1, '2026-03-01'), (2, '9999-01-01')`);
      const before = await clockOf(database);
      const { cursor } = await read(open({ table: 'dbo.Log' }), { window: always('At') });
      const after = await clockOf(database);
      // The clock of the sandbox stands still, so that all three are one there.
      expect([before, cursor?.['at'], after].map(String)).toEqual([before, cursor?.['at'], after].map(String).sort());
    });
  });

  test('check counts the columns of what is read, and names what cannot be', async () => {
    const { database, connection } = await startIn(newDatabase);
    await database.execute('CREATE TABLE dbo.Log (ID int NOT NULL PRIMARY KEY, Text nvarchar(50) NULL)');
    const sources = [{ table: 'dbo.Log' }, { table: 'dbo.Nope' }, { query: 'SELECT ID FROM dbo.Log' }];
    const results = await connection.check({ sources, entities: [] }, running());
    expect(results.slice(2).map(({ what, ok, fact, error }) => [what.en, ok, fact.en, error?.message])).toEqual([
      ['table dbo.Log', true, '2 columns', undefined],
      ['table dbo.Nope', false, 'cannot be read', 'there is no table dbo.Nope, or the login may not see it'],
      ['query', true, '1 column', undefined],
    ]);
  });

  describe('a query', () => {
    const log = `CREATE TABLE dbo.Log (ID int NOT NULL PRIMARY KEY, Branch int NOT NULL, At datetime NOT NULL, Version rowversion NOT NULL)`;
    const rows = `INSERT INTO dbo.Log (ID, Branch, At) VALUES (1, 1, '2026-03-01T10:00:00.127'), (2, 2, '2026-03-02T10:00:00'), (3, 1, '2026-03-02T11:00:00.003')`;

    it('takes its window and its parameters, and moves its cursor at the end', async () => {
      const { database, open } = await startIn(newDatabase);
      await database.execute(log);
      await database.execute(rows);
      const source = open({
        query: 'SELECT ID, At FROM dbo.Log WHERE Branch = @branch AND At >= @since AND At < @until ORDER BY ID',
      });
      const first = await read(source, { window: always('At'), params: { branch: 1, unused: 'x' } });
      expect(first.rows.map((row) => row['ID'])).toEqual([1, 3]);
      expect(first.cursor).toEqual({ at: '2026-03-02T11:00:00.003' });
      const next = await read(source, { window: always('At'), params: { branch: 1 }, ...from(first.cursor) });
      expect(next.rows.map((row) => row['ID'])).toEqual([3]);
      const window = { since: '2026-03-01', until: '2026-03-02' };
      const byHand = await read(source, { window: always('At'), params: { branch: 1 }, ...window });
      expect([byHand.rows.map((row) => row['ID']), byHand.cursor]).toEqual([[1], undefined]);
      const limited = await read(source, { window: always('At'), params: { branch: 1 }, limit: 1 });
      expect([limited.rows.map((row) => row['ID']), limited.cursor]).toEqual([[1], undefined]);
    });

    it.each([
      ['an integer', 'ID', { at: 3 }],
      ['a rowversion', 'Version', { at: expect.stringMatching(/^0x/) }],
    ])('moves along %s too', async (_kind, field, at) => {
      const { database, open } = await startIn(newDatabase);
      await database.execute(log);
      await database.execute(rows);
      const source = open({ query: `SELECT ID, Version FROM dbo.Log WHERE ${field} >= @since` });
      const first = await read(source, { window: always(field) });
      expect(first.rows).toHaveLength(3);
      expect(first.cursor).toEqual(at);
    });

    it('without @since cannot have a cursor', async () => {
      const { open } = await startIn(newDatabase);
      await expect(read(open({ query: 'SELECT ID, At FROM dbo.Log' }), { window: always('At') })).rejects.toThrow(
        'the query has a cursor, but does not use @since',
      );
    });

    it('is described without being run', async () => {
      const { database, open } = await startIn(newDatabase);
      await database.execute(log);
      const { fields } = await open({ query: 'SELECT ID, At AS changed FROM dbo.Log WHERE At >= @since' }).describe(
        running(),
      );
      expect(fields.map(({ name, type }) => [name, type])).toEqual([
        ['ID', 'integer'],
        ['changed', 'datetime'],
      ]);
    });

    it('is not both a query and a table', async () => {
      const { open } = await startIn(newDatabase);
      expect(() => open({ query: 'SELECT 1 AS a', table: 'dbo.Log' })).toThrow(
        'a source needs exactly one of table, query',
      );
    });
  });
});

describe('on the sandbox alone, whose journal tells what was sent', () => {
  it('a query goes on at the pace of its reader: one that stops reading stops the server', async () => {
    const { database, open } = await startIn(databaseInSandbox);
    await database.execute('CREATE TABLE dbo.Big (ID int NOT NULL PRIMARY KEY, Text nvarchar(600) NOT NULL)');
    for (let first = 0; first < 20_000; first += 1000) {
      const ids = Array.from({ length: 1000 }, (_, index) => `(${first + index}, REPLICATE(N'ж', 600))`);
      await database.execute(`INSERT INTO dbo.Big (ID, Text) VALUES ${ids.join(', ')}`);
    }
    const source = open({ query: 'SELECT ID, Text FROM dbo.Big' });
    const request = { mode: 'incremental', batch: 100, params: {}, signal: running() } as const;
    const batches = source.read(request)[Symbol.asyncIterator]();
    await batches.next();
    const sent = () => database.server.journal.findLast(({ sql }) => sql.includes('FROM dbo.Big'))?.rows ?? 0;
    // What others ask over the wire shows that time passes while this one does not read; until they are full, buffers grow.
    const others = open({ query: 'SELECT 1 AS one' });
    let held = -1;
    while (held !== sent()) {
      held = sent();
      for (let turn = 0; turn < 50; turn++) await read(others);
    }
    expect(held).toBeLessThan(20_000);
    let count = 100;
    for (let one = await batches.next(); !one.done; one = await batches.next()) count += one.value.rows.length;
    expect(count).toBe(20_000);
  });
});
