import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Cursor, Load, LoadColumn, Row, Value } from '../../engine/index.ts';
import { createDatabase, freshDatabase } from '../../test/support/servers/fresh-database.ts';
import { startServer } from '../../test/support/servers/start-server.ts';
import { createConnection } from 'mysql2/promise';
import { heldUp } from '../../test/support/held-up.ts';
import { ask, opened, running } from './open-for-test.ts';

const { settings: login } = await freshDatabase('mariadb');
const off = await startServer('mariadb', { flags: ['--local-infile=0'] });
afterAll(off.close);
const { settings: strict } = await createDatabase('mariadb', off.login);

const always = (...names: readonly string[]): readonly LoadColumn[] => names.map((name) => ({ name, write: 'always' }));

const into = (
  entity: string,
  columns: readonly LoadColumn[],
  rows: readonly (readonly (Value | null)[])[],
  key: readonly string[] = ['id'],
): Load => ({ entity, key, columns, rows });

describe('a write that another session holds up', () => {
  it('tells which one it is as long as it waits', async () => {
    await ask(login, 'CREATE OR REPLACE TABLE held (id BIGINT PRIMARY KEY, name VARCHAR(50))');
    await ask(login, "INSERT INTO held VALUES (1, 'x')");
    const { sink, load } = opened(login);
    const other = await createConnection({ ...login });
    await other.query('START TRANSACTION');
    await other.query("UPDATE held SET name = 'y'");
    const writing = load(into('held', always('id', 'name'), [[1, 'z']]));
    // InnoDB tells of locks what it knew when last asked, unless that is 0.1 s ago.
    // https://dev.mysql.com/doc/refman/8.4/en/innodb-information-schema-internal-data.html
    const by = await heldUp(sink.atomic, () => other.query('DO SLEEP(0.11)'));
    await other.query('ROLLBACK');
    await other.end();
    expect(by.en).toBe(`session ${other.threadId} (${login.user}, Sleep)`);
    expect((await writing).loaded.updated).toBe(1);
  });
});

describe.each([
  ['by LOAD DATA', login],
  ['by statements, where the server forbids local_infile', strict],
])('a load %s', (_how, at) => {
  const table = (name: string, columns: string): Promise<unknown> =>
    ask(at, `CREATE OR REPLACE TABLE ${name} (${columns}) CHARACTER SET utf8mb4`);

  it('counts what it created, what it changed and what it left as it was', async () => {
    await table(
      'people',
      'id BIGINT PRIMARY KEY, name VARCHAR(50), touched TIMESTAMP(6) DEFAULT NOW(6) ON UPDATE NOW(6)',
    );
    const { load } = opened(at);
    const columns = always('id', 'name');
    const first = await load(
      into('people', columns, [
        [1, 'Анна'],
        [2, 'Борис'],
        [3, null],
      ]),
    );
    expect(first).toEqual({ loaded: { created: 3, updated: 0, unchanged: 0 }, refused: [], outcomes: [] });
    const before = await ask(at, 'SELECT touched FROM people WHERE id = 2');
    const again = await load(
      into('people', columns, [
        [1, 'анна'],
        [2, 'Борис'],
        [3, null],
        [4, 'Вера '],
      ]),
    );
    expect(again.loaded).toEqual({ created: 1, updated: 1, unchanged: 2 });
    expect(await ask(at, 'SELECT id, name FROM people ORDER BY id')).toEqual([
      { id: 1, name: 'анна' },
      { id: 2, name: 'Борис' },
      { id: 3, name: null },
      { id: 4, name: 'Вера ' },
    ]);
    expect(await ask(at, 'SELECT touched FROM people WHERE id = 2')).toEqual(before);
    const spaced = await load(into('people', columns, [[4, 'Вера']]));
    expect(spaced.loaded).toEqual({ created: 0, updated: 1, unchanged: 0 });
  });

  it('writes every character as it is', async () => {
    await table('texts', 'id INT PRIMARY KEY, body LONGTEXT, raw BLOB, flags BIT(4), more JSON');
    const ascii = Array.from({ length: 128 }, (_, code) => String.fromCodePoint(code)).join('');
    const bodies = [
      ascii,
      `${ascii}${ascii}`,
      String.raw`\N`,
      String.raw`\\`,
      '',
      ' ',
      '\t',
      '\n',
      '\r\n',
      '\\\t',
      'Ёж 😀 \u2028 ‮',
      'NULL',
      "'; DROP TABLE texts; --",
    ];
    const rows = bodies.map((body, id) => [id, body, '0x005C0A09FF', id, { body, deep: [body, 1.5, true] }]);
    const { load, connection } = opened(at);
    const done = await load(into('texts', always('id', 'body', 'raw', 'flags', 'more'), rows));
    expect(done).toMatchObject({ loaded: { created: bodies.length }, refused: [] });
    const read: unknown[] = [];
    const request = { mode: 'full', batch: 100, params: {}, signal: running() } as const;
    for await (const batch of connection.source?.({ table: 'texts' }).read(request) ?? []) read.push(...batch.rows);
    expect(read).toEqual(rows.map(([id, body, raw, flags, more]) => ({ id, body, raw, flags, more })));
    const same = await load(into('texts', always('id', 'body', 'raw', 'flags', 'more'), rows));
    expect(same.loaded).toEqual({ created: 0, updated: 0, unchanged: bodies.length });
  });

  it('keeps huge numbers, money and times exact', async () => {
    await table(
      'sums',
      'id BIGINT UNSIGNED PRIMARY KEY, money DECIMAL(38,10), ratio DOUBLE, at DATETIME(3), ts TIMESTAMP(3) NULL, day DATE, ok TINYINT(1)',
    );
    const row = [
      '18446744073709551615',
      '1234567890123456789012345678.0123456789',
      0.1,
      '2026-03-01T12:00:00.5+03:00',
      '2026-03-01T12:00:00Z',
      '2026-03-01T00:00:00+03:00',
      true,
    ];
    const { load, connection } = opened(at);
    expect((await load(into('sums', always('id', 'money', 'ratio', 'at', 'ts', 'day', 'ok'), [row]))).refused).toEqual(
      [],
    );
    const rows = await connection.source?.({ table: 'sums' }).fetch?.([{ id: '18446744073709551615' }], running());
    expect(rows).toEqual([
      {
        id: '18446744073709551615',
        money: '1234567890123456789012345678.0123456789',
        ratio: 0.1,
        at: '2026-03-01T09:00:00.500',
        ts: '2026-03-01T12:00:00.000Z',
        day: '2026-03-01',
        ok: true,
      },
    ]);
  });

  it('has Node warn of nothing, however many rows are refused', async () => {
    await table('tight', 'id INT PRIMARY KEY, n TINYINT');
    const warnings: Error[] = [];
    const listen = (warning: Error): void => void warnings.push(warning);
    process.on('warning', listen);
    onTestFinished(() => void process.off('warning', listen));
    const { load } = opened(at);
    const rows = Array.from({ length: 12 }, (_, id) => [id, 300]);
    for (const row of rows) expect((await load(into('tight', always('id', 'n'), [row]))).refused).toHaveLength(1);
    expect(warnings).toEqual([]);
  });

  it('carries BIGINT UNSIGNED to its end, or refuses by name what no column of the kind holds', async () => {
    await table('wide', 'id INT PRIMARY KEY, signed BIGINT, whole BIGINT UNSIGNED');
    const { load, connection } = opened(at);
    const rows = [
      [1, 1, '9223372036854775808'],
      [2, 2, '18446744073709551615'],
      [3, '9223372036854775808', 3],
      [4, 4, '18446744073709551616'],
      [5, 5, -1],
    ];
    const { loaded, refused } = await load(into('wide', always('id', 'signed', 'whole'), rows));
    expect([loaded.created, ...refused.map(({ error }) => [error.code, error.parameters])]).toEqual([
      2,
      ['sql.value_range', { column: 'signed' }],
      ['sql.value_range', { column: 'whole' }],
      ['sql.value_range', { column: 'whole' }],
    ]);
    const read = async (query: string, cursor?: Cursor) => {
      const found: Row[] = [];
      const window = { field: 'whole', firstMs: 'all', overlapMs: 0, fullMs: 'all' } as const;
      const request = { mode: 'incremental', batch: 10, params: {}, window, signal: running() } as const;
      const source = connection.source?.({ query });
      for await (const batch of source?.read({ ...request, ...(cursor && { cursor }) }) ?? [])
        found.push(...batch.rows);
      return found.map(({ whole }) => whole);
    };
    const query = 'SELECT whole FROM wide WHERE whole >= @since AND whole < @until ORDER BY whole';
    expect(await read(query)).toEqual(['9223372036854775808', '18446744073709551615']);
    expect(await read(query, { at: '18446744073709551615' })).toEqual(['18446744073709551615']);
  });

  it('knows a row by the number it was given, beyond what is signed, too', async () => {
    await table('far', 'id BIGINT UNSIGNED PRIMARY KEY AUTO_INCREMENT, n INT');
    await ask(at, 'ALTER TABLE far AUTO_INCREMENT = 18446744073709551000');
    await table('below', 'id BIGINT PRIMARY KEY AUTO_INCREMENT, n INT');
    const { sink } = opened(at);
    const create = (entity: string, values: Row) => ({ operation: 'create', entity, values }) as const;
    const outcomes = await sink.write([create('far', { n: 1 }), create('below', { id: -5, n: 1 })], running());
    expect(outcomes).toEqual([
      { ok: true, key: '18446744073709551000' },
      { ok: true, key: '-5' },
    ]);
  });

  it('honours how each column is written', async () => {
    await table('modes', 'id INT PRIMARY KEY, a VARCHAR(9), n VARCHAR(9), f VARCHAR(9), c VARCHAR(9)');
    const columns: readonly LoadColumn[] = [
      { name: 'id', write: 'always' },
      { name: 'a', write: 'always' },
      { name: 'n', write: 'notNull' },
      { name: 'f', write: 'fill' },
      { name: 'c', write: 'create' },
    ];
    const { load } = opened(at);
    await load(
      into('modes', columns, [
        [1, 'old', 'old', 'old', 'old'],
        [2, 'old', 'old', null, null],
        [3, null, null, 'old', 'old'],
      ]),
    );
    const done = await load(
      into('modes', columns, [
        [1, null, null, null, null],
        [2, 'new', 'new', 'new', 'new'],
        [3, null, null, 'new', 'new'],
      ]),
    );
    expect(done.loaded).toEqual({ created: 0, updated: 2, unchanged: 1 });
    expect(await ask(at, 'SELECT * FROM modes ORDER BY id')).toEqual([
      { id: 1, a: null, n: 'old', f: 'old', c: 'old' },
      { id: 2, a: 'new', n: 'new', f: 'new', c: null },
      { id: 3, a: null, n: null, f: 'old', c: 'old' },
    ]);
  });

  it('leaves out the rows the data base refuses, each with its column, and no value of it', async () => {
    await table(
      'hard',
      "id INT PRIMARY KEY, short VARCHAR(3), small TINYINT, kind ENUM('a','b'), due DATE, need VARCHAR(9) NOT NULL, age INT CHECK (age > 0)",
    );
    const columns = always('id', 'short', 'small', 'kind', 'due', 'need', 'age');
    const good = [null, 1, 'a', '2026-03-01', 'x', 5];
    const bad: readonly (readonly (Value | null)[])[] = [
      [1, 'тайна', ...good.slice(1)],
      [2, null, 1000, ...good.slice(2)],
      [3, null, 1, 'тайна', ...good.slice(3)],
      [4, null, 1, 'a', '2026-02-30', ...good.slice(4)],
      [5, null, 1, 'a', '2026-03-01', null, 5],
      [6, null, 1, 'a', '2026-03-01', 'x', -5],
      ['тайна', ...good],
      [null, ...good],
    ];
    const { load } = opened(at);
    const rows = [[100, ...good], ...bad, [101, ...good]];
    const { loaded, refused } = await load(into('hard', columns, rows));
    expect(loaded).toEqual({ created: 2, updated: 0, unchanged: 0 });
    expect(
      refused.map(({ index, error }) => [
        index,
        error.code,
        error.parameters['column'] ?? error.parameters['constraint'],
      ]),
    ).toEqual([
      [1, 'sql.value_long', 'short'],
      [2, 'sql.value_range', 'small'],
      [3, 'sql.value_type', 'kind'],
      [4, 'sql.value_type', 'due'],
      [5, 'sql.value_missing', 'need'],
      [6, 'sql.value_refused', 'hard.age'],
      [7, 'sql.value_type', 'id'],
      [8, 'sql.value_missing', 'id'],
    ]);
    expect(refused.filter(({ error }) => JSON.stringify([error.message, error.parameters]).includes('тайна'))).toEqual(
      [],
    );
    expect(await ask(at, 'SELECT id FROM hard ORDER BY id')).toEqual([{ id: 100 }, { id: 101 }]);
  });

  it('takes two keys that are one to the collation for one row, and keeps the later', async () => {
    await table('codes', 'code VARCHAR(20) COLLATE utf8mb4_general_ci PRIMARY KEY, n INT');
    const { load } = opened(at);
    const done = await load(
      into(
        'codes',
        always('code', 'n'),
        [
          ['a', 1],
          ['b', 2],
          ['A', 3],
        ],
        ['code'],
      ),
    );
    expect(done.refused).toEqual([]);
    expect(await ask(at, 'SELECT n FROM codes ORDER BY n')).toEqual([{ n: 2 }, { n: 3 }]);
    const again = await load(into('codes', always('code', 'n'), [['a', 3]], ['code']));
    expect(again.loaded).toEqual({ created: 0, updated: 0, unchanged: 1 });
  });

  it('takes no numbers for rows that do not change', async () => {
    await table('numbered', 'id INT AUTO_INCREMENT PRIMARY KEY, code VARCHAR(9) NOT NULL UNIQUE, n INT');
    const { load } = opened(at);
    const rows = Array.from({ length: 50 }, (_, n) => [`c${n}`, n]);
    for (let times = 0; times < 3; times++) await load(into('numbered', always('code', 'n'), rows, ['code']));
    await load(into('numbered', always('code', 'n'), [['new', 1]], ['code']));
    const [last] = await ask(at, 'SELECT MAX(id) AS id FROM numbered');
    expect(Number(last?.['id'])).toBeLessThan(130);
  });
});

describe('keys of a load', () => {
  it('are those no other unique key stands beside, but a number of the data base', async () => {
    await ask(login, 'CREATE TABLE lonely (id INT PRIMARY KEY, a INT)');
    await ask(login, 'CREATE TABLE rival (id INT PRIMARY KEY, a INT NOT NULL UNIQUE)');
    await ask(
      login,
      'CREATE TABLE counted (id INT AUTO_INCREMENT PRIMARY KEY, a INT NOT NULL, b INT NOT NULL, UNIQUE (a, b))',
    );
    await ask(login, 'CREATE TABLE begun (id INT AUTO_INCREMENT PRIMARY KEY, a VARCHAR(90) NOT NULL, UNIQUE (a(10)))');
    const { sink } = opened(login);
    const keys = async (entity: string) => (await sink.describe(entity, running())).keys;
    expect(await keys('lonely')).toEqual([['id']]);
    // Not told: which row such a key meets, and whether one more would help.
    expect(await keys('rival')).toBeUndefined();
    expect(await keys('counted')).toEqual([['a', 'b']]);
    expect(await keys('begun')).toEqual([]);
  });

  it('leave the number of the data base alone', async () => {
    await ask(login, 'CREATE TABLE given (id INT AUTO_INCREMENT PRIMARY KEY, a INT NOT NULL UNIQUE)');
    const { load } = opened(login);
    await expect(load(into('given', always('id', 'a'), [[1, 1]], ['a']))).rejects.toMatchObject({
      code: 'mysql.numbered_column',
    });
  });
});

describe('a checkpoint', () => {
  it('commits with its rows, and not those of an earlier run', async () => {
    await ask(login, 'CREATE TABLE fenced (id INT PRIMARY KEY)');
    const { load, sink } = opened(login);
    const mark = { pipeline: 'p', flow: 'fenced', target: 't', epoch: 1 };
    await sink.atomic?.takeOver(mark, running());
    await load(into('fenced', always('id'), [[1]]), { mark, sequence: 7, cursor: { at: 'x' } });
    const later = { ...mark, epoch: 2 };
    expect(await sink.atomic?.takeOver(later, running())).toEqual({
      epoch: 2,
      sequence: 7,
      cursor: { at: 'x' },
      loaded: { created: 1, updated: 0, unchanged: 0 },
    });
    const late = load(into('fenced', always('id'), [[2]]), { mark, sequence: 8 });
    await expect(late).rejects.toMatchObject({ code: 'sql.fenced' });
    expect(await ask(login, 'SELECT id FROM fenced')).toEqual([{ id: 1 }]);
  });

  it('is refused a table without transactions, and such a target is warned of', async () => {
    const { settings, drop } = await createDatabase('mariadb', login);
    onTestFinished(drop);
    await ask(settings, 'CREATE TABLE old (id INT PRIMARY KEY) ENGINE=MyISAM');
    const { load, warnings } = opened(settings);
    await load(into('old', always('id'), [[1]]));
    expect(warnings.map(({ code }) => code)).toEqual(['mysql.no_transactions']);
    const columns = ['pipeline', 'flow', 'target'].map((name) => `${name} VARCHAR(80) NOT NULL`);
    await ask(
      settings,
      `CREATE OR REPLACE TABLE pipe_checkpoint (${columns.join(', ')}, PRIMARY KEY (pipeline, flow, target)) ENGINE=MyISAM`,
    );
    await expect(opened(settings).load(into('old', always('id'), [[2]]))).rejects.toMatchObject({
      code: 'mysql.checkpoint_engine',
    });
  });
});
