import { describe, expect, it } from 'vitest';
import type { Cursor, Row, SourceBatch } from '../../engine/index.ts';
import { all, always, openClinic, questionsOf, week } from './sandbox/clinic-for-test.ts';

const idsOf = (rows: readonly Row[]): number[] => rows.map((row) => Number(row['id'])).sort((a, b) => a - b);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
const rowOf = (rows: readonly Row[], id: number): Row | undefined => rows.find((row) => row['id'] === id);

describe('the stream receptions', () => {
  it('T9 delivers every visit once, whatever orders and professions hang on it', async () => {
    const { read } = await openClinic();
    const { rows, sizes } = await all(read());
    expect(idsOf(rows)).toEqual(upTo(120));
    expect(sizes).toEqual([50, 50, 20]);
    expect(rowOf(rows, 6)).toMatchObject({
      id: 6,
      status: 'Завершен (счет выдан)',
      doctor: { id: 102, speciality: 'Пародонтолог, Хирург' },
    });
  });

  it('tells of its first answer before it asks for any visit', async () => {
    const { clinic, read } = await openClinic();
    const asked: string[] = [];
    for await (const { rows } of read({ answered: () => asked.push(...clinic.journal.map(({ sql }) => sql)) }))
      expect(rows).not.toEqual([]);
    expect(asked.some((text) => text.includes('SYSDATETIME'))).toBe(true);
    expect(asked.filter((text) => /from dbo.Receptions/i.test(text))).toEqual([]);
  });

  it('adds up the bill of a visit over all its orders as the data base does', async () => {
    const { clinic, read } = await openClinic();
    const sums = await clinic.execute(
      `SELECT o.ID_Receptions AS id, SUM(l.CountService * p.Price - ISNULL(l.DiscountSum, 0)) AS amount, COUNT(*) AS lines
       FROM dbo.Orders AS o INNER JOIN dbo.OrderServiceRelation AS l ON l.ID_Orders = o.ID
       INNER JOIN dbo.ServiceItemPrices AS p ON p.ID = l.ID_ServicePrices GROUP BY o.ID_Receptions`,
    );
    const { rows } = await all(read());
    for (const row of rows) {
      const sum = sums.find(({ id }) => id === row['id']);
      expect([row['amount'], Array.isArray(row['items']) && row['items'].length]).toEqual([
        Number(sum?.['amount'] ?? 0),
        sum?.['lines'] ?? 0,
      ]);
    }
  });

  it('T2 loses nothing beyond the first batch', async () => {
    const { clinic, read, pass } = await openClinic({ appointments: 500 });
    const { cursor } = await all(read());
    const touched = new Set<number>();
    for (let minute = 0; minute < 3; minute++) {
      for (const id of await clinic.change(40)) touched.add(id);
      pass(60_000);
    }
    const { rows, sizes } = await all(read({ ...(cursor && { cursor }) }));
    const delivered = new Set(idsOf(rows));
    expect(touched.size).toBeGreaterThan(50);
    expect([...touched].filter((id) => !delivered.has(id))).toEqual([]);
    expect(sizes.at(0)).toBe(50);
  });

  it('T8 notices a bill that is issued, a line that is corrected, a phone of a visit ahead', async () => {
    const { clinic, read } = await openClinic();
    const { cursor } = await all(read());
    const at = clinic.now();
    await clinic.execute(`UPDATE dbo.Receptions SET CheckIssued = '${at}' WHERE ID = 5`);
    await clinic.execute(
      `UPDATE dbo.OrderServiceRelation SET DiscountSum = 1, DateTimeChanged = '${at}' WHERE ID_Orders = 1`,
    );
    await clinic.execute(
      `UPDATE dbo.Receptions SET PlanEnd = '2099-01-01T00:00:00', PlanStart = '2099-01-01T00:00:00' WHERE ID = 12`,
    );
    await clinic.execute(
      `UPDATE dbo.Persons SET MobilePhone = '+79990000001', DateTimeChanged = '${at}' WHERE ID = (SELECT ID_Patients FROM dbo.Receptions WHERE ID = 12)`,
    );
    const { rows } = await all(read({ ...(cursor && { cursor }) }));
    const fresh = rows.filter((row) => row['changedAt'] === at);
    expect(idsOf(fresh)).toEqual([1, 5, 12]);
    expect(rowOf(fresh, 12)).toMatchObject({ patient: { phone: '+79990000001' } });
  });

  it('delivers a row that is changed during the read in this read or in the next', async () => {
    const { clinic, read, pass } = await openClinic();
    const seen = new Map<number, unknown>();
    const keep = (rows: readonly Row[]): void => rows.forEach((row) => seen.set(Number(row['id']), row['comment']));
    let cursor: Cursor | undefined;
    for await (const batch of read({ batch: 20 })) {
      keep(batch.rows);
      cursor = batch.cursor ?? cursor;
      pass(1000);
      const id = 1 + ((seen.size * 7) % 120);
      await clinic.execute(
        `UPDATE dbo.Receptions SET Comment = N'правка ${seen.size}', DateTimeChanged = '${clinic.now()}' WHERE ID = ${id}`,
      );
    }
    keep((await all(read({ ...(cursor && { cursor }) }))).rows);
    const truth = await clinic.execute('SELECT ID, Comment FROM dbo.Receptions');
    expect([...seen].sort(([a], [b]) => a - b)).toEqual(truth.map((row) => [row['ID'], row['Comment'] ?? undefined]));
  });

  it('goes on from every cursor it ever gave without a gap', async () => {
    const { read } = await openClinic();
    const batches: SourceBatch[] = [];
    for await (const batch of read({ batch: 30 })) batches.push(batch);
    for (const [index, { cursor }] of batches.entries()) {
      const before = batches.slice(0, index + 1).flatMap(({ rows }) => rows);
      const { rows } = await all(read({ batch: 30, ...(cursor && { cursor }) }));
      expect(new Set([...idsOf(before), ...idsOf(rows)]).size).toBe(120);
    }
  });

  it('DL-6 keeps the cursor at the clock of the clinic when stamps lie in the future', async () => {
    const { clinic, read, pass } = await openClinic();
    const now = clinic.now();
    await clinic.execute(`UPDATE dbo.Receptions SET DateTimeChanged = '2031-01-01T00:00:00' WHERE ID = 3`);
    const { cursor } = await all(read());
    expect(cursor).toEqual({ at: now });
    pass(60_000);
    await clinic.execute(
      `UPDATE dbo.Receptions SET Comment = N'позже', DateTimeChanged = '${clinic.now()}' WHERE ID = 4`,
    );
    const { rows } = await all(read({ ...(cursor && { cursor }) }));
    expect(idsOf(rows)).toEqual([3, 4]);
  });

  it('DL-6 goes back and says so when the clock of the clinic went back', async () => {
    const { clinic, read, warnings } = await openClinic();
    const { cursor } = await all(read({ cursor: { at: '2040-01-01T00:00:00.000' } }));
    expect(cursor).toEqual({ at: clinic.now() });
    expect(warnings.map(({ code }) => code)).toEqual(['mssql.clock_behind']);
  });

  it('reads the rows of a very last instant again, since more of them may still come', async () => {
    const { clinic, read } = await openClinic();
    const { cursor } = await all(read());
    const last = String(cursor?.['at']);
    await clinic.execute(`UPDATE dbo.Receptions SET DateTimeChanged = '${last}' WHERE ID = 9`);
    expect(idsOf((await all(read({ ...(cursor && { cursor }) }))).rows)).toContain(9);
  });

  it('takes a window given by hand and leaves the cursor alone', async () => {
    const { clinic, read } = await openClinic();
    await clinic.execute(`UPDATE dbo.Receptions SET DateTimeChanged = '2030-05-05T12:00:00' WHERE ID IN (7, 8)`);
    const { rows, cursor } = await all(read({ since: '2030-05-05', until: '2030-05-06' }));
    expect(idsOf(rows)).toEqual([7, 8]);
    expect(cursor).toBeUndefined();
  });

  it('ends at the limit', async () => {
    const { read } = await openClinic();
    expect((await all(read({ limit: 70 }))).sizes).toEqual([50, 20]);
  });

  it('reads everything when first is all, and without a cursor', async () => {
    const { read, source } = await openClinic({ appointments: 60, days: 700 });
    expect((await all(read())).rows.length).toBeLessThan(60);
    expect((await all(read({ window: always }))).rows).toHaveLength(60);
    const signal = new AbortController().signal;
    const whole = await all(source.read({ mode: 'full', batch: 50, params: {}, signal }));
    expect([whole.rows.length, whole.cursor]).toEqual([60, undefined]);
  });

  it('re-reads visits by key and leaves out those that are gone', async () => {
    const { clinic, source, read } = await openClinic();
    const { rows } = await all(read());
    await clinic.execute('DELETE FROM dbo.Receptions WHERE ID = 11');
    const again = await source.fetch?.([{ id: 10 }, { id: 11 }, { id: 6 }], new AbortController().signal);
    expect(idsOf(again ?? [])).toEqual([6, 10]);
    expect(rowOf(again ?? [], 6)).toEqual(rowOf(rows, 6));
  });

  it('delivers visits with holes as they are', async () => {
    const { read } = await openClinic({ flaws: true });
    const { rows } = await all(read());
    const holes = rows.filter((row) => Number(row['id']) >= 14 && Number(row['id']) <= 17);
    expect(
      holes.map((row) => ['doctor', 'branch', 'armchair', 'planStart'].filter((field) => !(field in row))),
    ).toEqual([['doctor'], [], ['armchair'], ['planStart']]);
    expect(rowOf(rows, 15)?.['patient']).not.toHaveProperty('phone');
  });

  it('calls a home phone the phone where there is no mobile one', async () => {
    const { clinic, read } = await openClinic();
    await clinic.execute(
      `UPDATE dbo.Persons SET MobilePhone = NULL, Phone = N'+7 846 200-00-00' WHERE ID = (SELECT ID_Patients FROM dbo.Receptions WHERE ID = 2)`,
    );
    expect(rowOf((await all(read())).rows, 2)?.['patient']).toMatchObject({ phone: '+7 846 200-00-00' });
  });

  it('keeps the milliseconds of naive times', async () => {
    const { clinic, read } = await openClinic();
    await clinic.execute(`UPDATE dbo.Receptions SET PlanStart = '2026-03-01T10:00:00.123' WHERE ID = 2`);
    expect(rowOf((await all(read())).rows, 2)).toMatchObject({ planStart: '2026-03-01T10:00:00.123' });
  });

  it('asks for all collections of a batch in one round trip, and in more only where the parameters end', async () => {
    const { clinic, read } = await openClinic({ appointments: 1100 });
    await all(read({ batch: 60, limit: 120 }));
    // The clock and the optional columns; then for each of two pages visits, and professions, orders, lines, finished visits.
    expect(questionsOf(clinic)).toEqual([2, 1, 4, 1, 4]);
    const before = clinic.journal.length;
    await all(read({ batch: 1100 }));
    expect(questionsOf(clinic, before)).toEqual([1, 1, 3, 1]);
  });

  it('asks with one text for batches that differ in what hangs on them', async () => {
    const { clinic, read } = await openClinic();
    await all(read({ batch: 60 }));
    const [first, second] = clinic.journal.filter(({ sql }) => sql.includes('dbo.ProfessionNames'));
    expect(first?.parameters).not.toEqual(second?.parameters);
    expect(first?.sql).toBe(second?.sql);
  });
});

describe('a base of another version', () => {
  it('is read without the columns not every IDENT has', async () => {
    const { clinic, read } = await openClinic();
    for (const [table, column] of [
      ['Persons', 'Phone'],
      ['Persons', 'DateTimeChanged'],
      ['OrderServiceRelation', 'DateTimeChanged'],
    ] as const) {
      await clinic.execute(`ALTER TABLE dbo.${table} DROP COLUMN ${column}`);
    }
    expect(idsOf((await all(read())).rows)).toEqual(upTo(120));
  });

  it('is checked table by table, and what is missing is named', async () => {
    const { clinic, connection } = await openClinic();
    const signal = new AbortController().signal;
    const uses = { sources: [{ stream: 'receptions' }], entities: [] };
    expect((await connection.check(uses, signal)).filter(({ ok }) => !ok)).toEqual([]);
    await clinic.execute('ALTER TABLE dbo.Receptions DROP COLUMN CheckIssued');
    await clinic.execute('DROP TABLE dbo.Items');
    const problems = (await connection.check(uses, signal)).filter(({ ok }) => !ok);
    expect(problems.map(({ what, error }) => [what.en, error?.message])).toEqual([
      ['table dbo.Receptions', 'the login sees no CheckIssued in table dbo.Receptions'],
      ['table dbo.Items', 'the login sees no table dbo.Items'],
    ]);
  });

  it('checks a query of its own by asking the server what it gives', async () => {
    const { connection } = await openClinic();
    const { signal } = new AbortController();
    const queries = ['SELECT ID, Surname FROM dbo.Persons', 'SELECT ID FROM dbo.Nobody'];
    const results = await connection.check({ sources: queries.map((query) => ({ query })), entities: [] }, signal);
    expect(results.map(({ what, ok, fact, error }) => [what.en, ok, fact.en, error?.code])).toEqual([
      [
        'login',
        true,
        expect.stringMatching(/^reader reads PZ on 127\.0\.0\.1:\d+, SQL Server 11\.0\.7001\.0$/),
        undefined,
      ],
      ['clock', true, "runs with this machine's", undefined],
      ['query', true, '2 columns', undefined],
      ['query', false, 'cannot be read', 'mssql.table_unknown'],
    ]);
  });

  it('needs a stream or a query, and not both', async () => {
    const { connection } = await openClinic();
    for (const block of [{}, { stream: 'receptions', query: 'SELECT 1 AS a' }])
      expect(() => connection.source?.(block)).toThrow('a source needs exactly one of stream, query');
  });

  it('refuses another cursor than changedAt', async () => {
    const { read } = await openClinic();
    await expect(all(read({ window: { ...week, field: 'planStart' } }))).rejects.toThrow(
      'the stream receptions moves along changedAt, not planStart',
    );
  });
});
