import { describe, expect, it, onTestFinished } from 'vitest';
import type { Cursor, ReadRequest, Row, SourceBatch, Window } from '../../engine/index.ts';
import { testHost } from '../../test/support/host.ts';
import type { PlannedFault } from '../_mssql/sandbox/index.ts';
import { databaseInSandbox, servers } from '../_mssql/servers-for-test.ts';
import type { TestDatabase } from '../_mssql/servers-for-test.ts';
import { connect } from './connection.ts';

const minute = 60_000;
const noon = Date.UTC(2026, 2, 2, 12);
const naive = (ms: number): string => new Date(ms).toISOString().slice(0, 23);

/** The table in a sandbox of its own, whose clock is moved by hand. */
async function ordersInSandbox(
  field: string,
  { plan = [], overlapMs = 0 }: { plan?: readonly PlannedFault[]; overlapMs?: number } = {},
) {
  const database = await databaseInSandbox({ now: () => new Date(noon), faults: { plan } });
  return { server: database.server, ...(await orders(database, field, overlapMs)) };
}

/** A table of numbered orders over the wire. */
async function orders(database: TestDatabase, field: string, overlapMs = 0) {
  onTestFinished(() => database.close());
  await database.execute(
    'CREATE TABLE dbo.Orders (ID int NOT NULL PRIMARY KEY, Note nvarchar(20) NULL, ChangedAt datetime2(3) NULL, Version rowversion NOT NULL)',
  );
  const host = testHost('/');
  const connection = connect(database.settings, host);
  onTestFinished(() => connection.close());
  const source = connection.source?.({ table: 'dbo.Orders' });
  if (!source) throw new Error('mssql is a source');
  const window: Window = { field, firstMs: 'all', fullMs: 'all', overlapMs };
  let cursor: Cursor | undefined;
  const batches = (request: Partial<ReadRequest> = {}): AsyncIterable<SourceBatch> =>
    source.read({
      mode: 'incremental',
      window,
      batch: 2,
      params: {},
      signal: new AbortController().signal,
      ...(cursor && { cursor }),
      ...request,
    });
  const insert = (id: number, stamp = 'SYSDATETIME()'): string =>
    `INSERT INTO dbo.Orders (ID, Note, ChangedAt) VALUES (${id}, N'new', ${stamp})`;
  return {
    host,
    insert,
    execute: database.execute,
    cursor: () => cursor,
    add: (id: number, stamp?: string) => database.execute(insert(id, stamp)),
    /** One that is added by a transaction still open. */
    addLate: (id: number) => database.begin(insert(id)),
    /** One read to its end, or as far as it comes; the cursor is kept as the engine would, batch by batch. */
    async read(between: (rows: readonly Row[]) => unknown = () => undefined): Promise<readonly number[]> {
      const ids: number[] = [];
      for await (const batch of batches()) {
        ids.push(...batch.rows.map((row) => Number(row['ID'])));
        if (batch.cursor) cursor = batch.cursor;
        await between(batch.rows);
      }
      return ids.sort((a, b) => a - b);
    },
  };
}

describe.each(servers)('on $name', ({ newDatabase }) => {
  describe('DL-6 a cursor of row versions', () => {
    it('ends below the transactions that are still open, so that none of their rows falls behind it', async () => {
      const table = await orders(await newDatabase(), 'Version');
      await table.add(1);
      const late = await table.addLate(3);
      await table.add(2);
      expect(await table.read()).toEqual([1, 2]);
      await late.commit();
      await table.add(4);
      const [{ versions } = {}] = await table.execute(
        'SELECT COUNT(*) AS versions FROM dbo.Orders a JOIN dbo.Orders b ON a.ID = 3 AND b.ID = 2 AND a.Version < b.Version',
      );
      expect(versions).toBe(1);
      expect(await table.read()).toEqual([2, 3, 4]);
    });

    it('loses nothing to a read that breaks off in its middle: the next goes on behind the last batch', async () => {
      const table = await orders(await newDatabase(), 'Version');
      await table.add(1);
      await table.read();
      for (const id of [2, 3, 4]) await table.add(id);
      const killed = table.read(() => {
        throw new Error('killed');
      });
      await expect(killed).rejects.toThrow('killed');
      // The batch of 2 and 3 was delivered; the bound is inclusive.
      expect(await table.read()).toEqual([3, 4]);
    });

    it('reads no row above the oldest open transaction twice without need: it waits', async () => {
      const table = await orders(await newDatabase(), 'Version');
      await table.add(1);
      await table.read();
      const late = await table.addLate(3);
      await table.add(2);
      expect(await table.read()).toEqual([]);
      await late.rollback();
      expect(await table.read()).toEqual([2]);
    });
  });

  describe('DL-6 a cursor of ids', () => {
    it('reads the last of them again, for one that was taken early and committed late', async () => {
      const table = await orders(await newDatabase(), 'ID');
      for (const id of [1, 2, 4]) await table.add(id);
      await table.read();
      expect(table.cursor()).toEqual({ at: 4 });
      await table.add(3);
      await table.add(5);
      expect(await table.read()).toEqual([1, 2, 3, 4, 5]);
    });
  });
});

describe('DL-6 a cursor of stamps, by the clock of the sandbox', () => {
  it('is the source’s own time of before the read, so that what changes during the read comes with the next (T3)', async () => {
    const table = await ordersInSandbox('ChangedAt', { overlapMs: minute });
    for (const id of [1, 2, 3]) await table.add(id);
    const first = await table.read(async (rows) => {
      table.server.stepClock(minute);
      if (rows.length > 0)
        await table.server.execute(`UPDATE dbo.Orders SET Note = N'x', ChangedAt = SYSDATETIME() WHERE ID = 1`);
    });
    expect(first).toEqual([1, 2, 3]);
    expect(table.cursor()).toEqual({ at: naive(noon) });
    expect(await table.read()).toContain(1);
  });

  it('is not that of this machine: a server three hours behind loses nothing', async () => {
    const table = await ordersInSandbox('ChangedAt');
    table.server.stepClock(-180 * minute);
    await table.add(1);
    await table.read();
    expect(table.cursor()).toEqual({ at: naive(noon - 180 * minute) });
    table.server.stepClock(1000);
    await table.add(2);
    expect(await table.read()).toEqual([1, 2]);
  });

  it('is not carried away by a stamp of the future', async () => {
    const table = await ordersInSandbox('ChangedAt');
    await table.add(1, `'2031-01-01T00:00:00'`);
    await table.read();
    expect(table.cursor()).toEqual({ at: naive(noon) });
    table.server.stepClock(minute);
    await table.add(2);
    expect(await table.read()).toEqual([1, 2]);
  });

  it('goes back when the clock of the source has gone back, and says so', async () => {
    const table = await ordersInSandbox('ChangedAt');
    await table.add(1);
    await table.read();
    table.server.stepClock(-30 * minute);
    await table.add(2);
    expect(await table.read()).toEqual([1, 2]);
    expect(table.host.warnings.map(({ code }) => code)).toEqual(['mssql.clock_behind']);
    expect(table.cursor()).toEqual({ at: naive(noon - 30 * minute) });
  });

  it('finds by its overlap what was stamped before the last read and committed after it', async () => {
    const table = await ordersInSandbox('ChangedAt', { overlapMs: 5 * minute });
    await table.add(1);
    const late = table.server.begin();
    table.server.stepClock(4 * minute);
    await table.add(2);
    expect(await table.read()).toEqual([1, 2]);
    await late.commit(table.insert(3));
    table.server.stepClock(minute);
    expect(await table.read()).toContain(3);
  });
});

describe('a read that is broken off by a fault of the sandbox', () => {
  const rows = { sql: 'FROM "dbo"."Orders"', times: 1 } as const;
  const deadlock = { number: 1205, message: 'Transaction was deadlocked on lock resources.' };
  const refused = { number: 18456, message: "Login failed for user 'reader'.", severity: 14 };

  it.each<[string, readonly PlannedFault[], string]>([
    ['the connection is killed amid the rows', [{ ...rows, nth: 2, disconnectAfterRows: 1 }], 'mssql.connection_lost'],
    ['it is the victim of a deadlock', [{ ...rows, nth: 2, error: deadlock }], 'mssql.deadlock'],
    [
      'it is the victim of a deadlock amid its rows',
      [{ ...rows, nth: 2, error: { ...deadlock, afterRows: 1 } }],
      'mssql.deadlock',
    ],
    [
      'the login is taken away',
      [
        { ...rows, nth: 2, disconnectAfterRows: 0 },
        { on: 'login', nth: 3, times: 1, error: refused },
      ],
      'mssql.connection_lost',
    ],
  ])('goes on where it was when %s', async (_what, plan, code) => {
    const table = await ordersInSandbox('ChangedAt', { plan });
    for (const id of [1, 2, 3, 4, 5]) await table.add(id);
    const seen = new Set<number>();
    const keep = (batch: readonly Row[]): void => batch.forEach((row) => seen.add(Number(row['ID'])));
    await expect(table.read(keep)).rejects.toMatchObject({ code, retry: true });
    expect([...seen]).toEqual([1, 2]);
    for (let tries = 0; tries < 2 && seen.size < 5; tries++) await table.read(keep).catch(() => undefined);
    expect([...seen]).toEqual([1, 2, 3, 4, 5]);
  });
});
