import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { Cursor, ReadRequest, Row, SourceBatch, SourceBlock, Window } from '../../engine/index.ts';
import { freshDatabase } from '../../test/support/servers/fresh-database.ts';
import { execute } from '../../test/support/servers/speak.ts';
import { open, running } from './open-for-test.ts';

const { settings } = await freshDatabase('postgres');
const sql = async (text: string): Promise<void> => await execute('postgres', settings, text);
const { connection, rows, warnings } = open(settings);
afterAll(async () => await connection.close());
beforeEach(async () => await sql('DROP TABLE IF EXISTS log CASCADE'));

const along = (field: string, overlapMs = 0): Window => ({ field, firstMs: 'all', overlapMs, fullMs: 'all' });

interface Read {
  readonly rows: readonly Row[];
  readonly cursor: Cursor | undefined;
}

async function read(block: SourceBlock, request: Partial<ReadRequest> = {}): Promise<Read> {
  const batches: SourceBatch[] = [];
  const given: ReadRequest = { mode: 'incremental', batch: 100, params: {}, signal: running(), ...request };
  for await (const batch of connection.source?.(block).read(given) ?? []) batches.push(batch);
  return { rows: batches.flatMap((batch) => batch.rows), cursor: batches.at(-1)?.cursor };
}

const ids = (given: Read): unknown => given.rows.map((row) => row['id']);

describe('values', () => {
  it.each([
    ['9223372036854775807::bigint', '9223372036854775807'],
    ['9007199254740991::bigint', 9_007_199_254_740_991],
    ['1.50::numeric', 1.5],
    ['123456789012345.67::numeric', '123456789012345.67'],
    [`'NaN'::numeric`, 'NaN'],
    ['0.1::double precision', 0.1],
    [`'Infinity'::double precision`, 'Infinity'],
    ['true', true],
    [`'2026-03-01'::date`, '2026-03-01'],
    [`'2026-03-01 10:00'::timestamp`, '2026-03-01T10:00:00.000'],
    [`'2026-03-01 10:00:00.1234'::timestamp`, '2026-03-01T10:00:00.123400'],
    [`'2026-03-01 10:00:00.5+03'::timestamptz`, '2026-03-01T07:00:00.500Z'],
    [`'2026-03-01 00:30:00+05:30'::timestamptz`, '2026-02-28T19:00:00.000Z'],
    [`'infinity'::timestamptz`, 'infinity'],
    [`'10:00'::time`, '10:00:00'],
    [
      `'{"a": [1, null, {"b": null}], "n": 12345678901234567890, "t": "x"}'::jsonb`,
      { a: [1, {}], n: '12345678901234567890', t: 'x' },
    ],
    [`'"text"'::json`, 'text'],
    [`ARRAY[1, NULL, 3]`, [1, 3]],
    [`ARRAY['a,b', 'c"d', 'NULL', '']`, ['a,b', 'c"d', 'NULL', '']],
    [
      `'{{1,2},{3,4}}'::bigint[]`,
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [`'\\xDEADbeef'::bytea`, '\\xdeadbeef'],
    [`'6f9619ff-8b86-d011-b42d-00cf4fc964ff'::uuid`, '6f9619ff-8b86-d011-b42d-00cf4fc964ff'],
    [`interval '1 day 2 hours'`, 'P1DT2H'],
  ])('%s is read as %j', async (text, value) => {
    expect(await rows(`SELECT ${text} AS v`)).toEqual([{ v: value }]);
  });

  it('do not depend on the zone of the session', async () => {
    await sql(`ALTER DATABASE ${settings.database} SET TimeZone = 'Europe/Moscow'`);
    const moscow = open(settings);
    try {
      expect(await moscow.rows(`SELECT '2026-03-01 10:00:00.25'::timestamptz AS v`)).toEqual([
        { v: '2026-03-01T07:00:00.250Z' },
      ]);
      expect(await moscow.rows(`SELECT '1850-01-01 10:00:00'::timestamptz AS v`)).toEqual([
        { v: '1850-01-01T07:29:43.000Z' },
      ]);
    } finally {
      await moscow.connection.close();
      await sql(`ALTER DATABASE ${settings.database} RESET TimeZone`);
    }
  });

  it('of a table are described', async () => {
    await sql(`CREATE TABLE log (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name varchar(50) NOT NULL,
      amount numeric(10,2) DEFAULT 0, at timestamptz, tags jsonb, list integer[], twice integer GENERATED ALWAYS AS (7) STORED);
      COMMENT ON COLUMN log.name IS 'Имя'`);
    const { fields, key } = (await connection.source?.({ table: 'public.log' }).describe(running())) ?? {};
    expect(key).toEqual(['id']);
    expect(fields).toEqual([
      { name: 'id', type: 'integer', optional: false, readOnly: true },
      { name: 'name', type: 'text', optional: false, required: true, title: 'Имя' },
      { name: 'amount', type: 'number', optional: true },
      { name: 'at', type: 'datetime', optional: true },
      { name: 'tags', type: 'json', optional: true },
      { name: 'list', type: 'integer', multiple: true, optional: true },
      { name: 'twice', type: 'integer', optional: true, readOnly: true },
    ]);
  });
});

describe('a cursor', () => {
  it('of instants takes what was changed at it and later, to the microsecond', async () => {
    await sql(`CREATE TABLE log (id integer PRIMARY KEY, at timestamptz);
      INSERT INTO log VALUES (1, '2026-03-01 10:00:00.000001Z'), (2, '2026-03-01 10:00:00.5Z'), (3, NULL)`);
    const first = await read({ table: 'log' }, { window: along('at') });
    expect([ids(first), first.cursor]).toEqual([[1, 2, 3], { at: '2026-03-01T10:00:00.500Z' }]);
    await sql(`INSERT INTO log VALUES (4, '2026-03-01 10:00:00.500001Z'), (5, '2026-03-01 09:59:59Z')`);
    const next = await read({ table: 'log' }, { window: along('at'), cursor: first.cursor ?? {} });
    expect([ids(next), next.cursor]).toEqual([[2, 4], { at: '2026-03-01T10:00:00.500001Z' }]);
    const back = await read({ table: 'log' }, { window: along('at', 60_000), cursor: first.cursor ?? {} });
    expect(ids(back)).toEqual([5, 1, 2, 4]);
  });

  it('does not pass the clock of the server', async () => {
    await sql(`CREATE TABLE log (id integer PRIMARY KEY, at timestamptz, local timestamp, day date);
      INSERT INTO log VALUES (1, now() - interval '1 day', localtimestamp - interval '1 day', current_date - 1),
        (2, now() + interval '1 day', localtimestamp + interval '1 day', current_date + 2)`);
    for (const field of ['at', 'local', 'day']) {
      const { cursor } = await read({ table: 'log' }, { window: along(field) });
      const passed = await rows(
        `SELECT '${String(cursor?.['at'])}'::timestamptz > now() + interval '1 minute' AS late`,
      );
      expect(passed).toEqual([{ late: false }]);
    }
  });

  it('that is behind the clock no more is said and goes back', async () => {
    await sql(`CREATE TABLE log (id integer PRIMARY KEY, at timestamptz); INSERT INTO log VALUES (1, now())`);
    await read({ table: 'log' }, { window: along('at', 60_000), cursor: { at: '2099-01-01T00:00:00.000Z' } });
    expect(warnings.at(-1)?.code).toBe('sql.clock_behind');
  });

  it('of numbers reads the last thousand again', async () => {
    await sql(`CREATE TABLE log (id integer PRIMARY KEY); INSERT INTO log SELECT generate_series(1, 3000)`);
    const { cursor } = await read({ table: 'log' }, { window: along('id') });
    expect(cursor).toEqual({ at: 3000 });
    const next = await read({ table: 'log' }, { window: along('id'), cursor: cursor ?? {} });
    expect([next.rows.length, next.rows[0]]).toEqual([1001, { id: 2000 }]);
  });

  it('goes on within a scan that was broken off', async () => {
    await sql(`CREATE TABLE log (a integer, b text, at timestamptz, PRIMARY KEY (b, a));
      INSERT INTO log SELECT n % 5, 'k' || n / 5, now() - n * interval '1 second' FROM generate_series(1, 40) AS n`);
    const all = await read({ table: 'log' }, { window: along('at') });
    const few = await read({ table: 'log' }, { window: along('at'), batch: 7, limit: 21 });
    const rest = await read({ table: 'log' }, { window: along('at'), batch: 7, cursor: few.cursor ?? {} });
    expect([...few.rows, ...rest.rows]).toEqual(all.rows);
    expect(rest.cursor).toEqual(all.cursor);
  });

  it('of another kind is refused', async () => {
    await sql('CREATE TABLE log (id integer PRIMARY KEY, name text)');
    await expect(read({ table: 'log' }, { window: along('name') })).rejects.toMatchObject({
      message: 'column name of type text cannot be a cursor',
    });
  });
});

describe('a table', () => {
  it('is filtered, and one without a key is read all the same', async () => {
    await sql(`CREATE TABLE log (id integer, kind text);
      INSERT INTO log SELECT n, CASE n % 3 WHEN 0 THEN 'a' WHEN 1 THEN 'b' END FROM generate_series(1, 9) AS n;
      CREATE VIEW log_view AS SELECT * FROM log`);
    const { rows: found } = await read(
      { table: 'log_view', filter: { kind: ['a', 'b'], id: [1, 2, 3, 4] } },
      { batch: 2 },
    );
    expect(found).toEqual([
      { id: 1, kind: 'b' },
      { id: 3, kind: 'a' },
      { id: 4, kind: 'b' },
    ]);
    await expect(connection.source?.({ table: 'log' }).fetch?.([{ id: 1 }], running())).rejects.toMatchObject({
      code: 'sql.no_key',
    });
  });
});

describe('a query', () => {
  const query = `SELECT id, at, '@since' AS "@note" -- of @branch
    FROM log WHERE branch = @branch AND at >= @since AND at < @until AND tags @> '{"a": 1}' /* @x */ ORDER BY id;`;

  beforeEach(async () => {
    await sql(`CREATE TABLE log (id integer PRIMARY KEY, branch integer, at timestamp, tags jsonb DEFAULT '{"a": 1}');
      INSERT INTO log VALUES (1, 1, '2026-03-01 10:00'), (2, 2, '2026-03-02 10:00'), (3, 1, '2026-03-02 11:00')`);
  });

  it('takes its window and its params, and moves its cursor at the end', async () => {
    const request = { window: along('at'), params: { branch: 1, unused: 'x' } };
    const first = await read({ query }, { ...request, batch: 1 });
    expect(first).toEqual({
      rows: [
        { id: 1, at: '2026-03-01T10:00:00.000', '@note': '@since' },
        { id: 3, at: '2026-03-02T11:00:00.000', '@note': '@since' },
      ],
      cursor: { at: '2026-03-02T11:00:00.000' },
    });
    expect(ids(await read({ query }, { ...request, cursor: first.cursor ?? {} }))).toEqual([3]);
    const byHand = await read({ query }, { ...request, since: '2026-03-01', until: '2026-03-02' });
    expect([ids(byHand), byHand.cursor]).toEqual([[1], undefined]);
  });

  it('is described without being run', async () => {
    const described = await connection.source?.({ query }).describe(running());
    expect(described?.fields.map(({ name, type }) => [name, type])).toEqual([
      ['id', 'integer'],
      ['at', 'datetime'],
      ['@note', 'text'],
    ]);
    const writing = connection.source?.({ query: `SELECT nextval('log_seq') AS n` });
    await sql('DROP SEQUENCE IF EXISTS log_seq; CREATE SEQUENCE log_seq');
    await writing?.describe(running());
    expect(await rows('SELECT is_called FROM log_seq')).toEqual([{ is_called: false }]);
  });

  it.each([
    ['SELECT id, at FROM log', 'sql.since_missing', 'the query has a cursor, but does not use @since'],
    [
      'SELECT id, at FROM log WHERE at >= @since AND id = @other',
      'sql.param_missing',
      'the query uses @other, and there is no param of that name',
    ],
    ['SELECT id FROM log WHERE at >= @since', 'sql.column_unknown', 'there is no column at in query'],
    ['SELECT 1, 2 WHERE @since > now()', 'sql.column_name', 'column 1 of the query has no name of its own'],
    [
      'SELECT id FROM nope WHERE @since > now()',
      'sql.table_unknown',
      'there is no table nope, or the login may not see it',
    ],
    ['SELECT nope FROM log WHERE @since > now()', 'sql.column_unknown', 'there is no column nope in ?'],
    [
      'SELECT id FROM log WHERE AND @since',
      'sql.statement_refused',
      'PostgreSQL refuses the statement: 42601, syntax error at or near "AND"',
    ],
  ])('%s is refused as %s', async (text, code, message) => {
    await expect(read({ query: text }, { window: along('at') })).rejects.toMatchObject({
      code,
      kind: 'input',
      message,
    });
  });

  it('changes nothing', async () => {
    await expect(
      read({ query: `WITH gone AS (DELETE FROM log RETURNING id) SELECT id FROM gone` }),
    ).rejects.toMatchObject({
      code: 'sql.statement_refused',
    });
    expect(await rows('SELECT count(*) AS n FROM log')).toEqual([{ n: 3 }]);
  });

  it('is not both a query and a table', () => {
    expect(() => connection.source?.({ query, table: 'log' })).toThrow('a source needs exactly one of table, query');
  });
});
