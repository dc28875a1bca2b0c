import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { AtomicResult } from '../../engine/index.ts';
import { freshDatabase } from '../../test/support/servers/fresh-database.ts';
import { execute } from '../../test/support/servers/speak.ts';
import { open } from './open-for-test.ts';

const { settings } = await freshDatabase('postgres');
const sql = async (text: string): Promise<void> => await execute('postgres', settings, text);

// One connection for all tests: its stages are met again.
const { rows, load, connection } = open(settings);
afterAll(async () => await connection.close());

beforeEach(async () => {
  await sql(`DROP TABLE IF EXISTS deals, cities CASCADE;
    CREATE TABLE cities (id integer PRIMARY KEY);
    INSERT INTO cities VALUES (1), (2);
    CREATE TABLE deals (id text PRIMARY KEY, title text, amount numeric(10, 2), code varchar(5), number text UNIQUE,
      city integer REFERENCES cities, must text NOT NULL DEFAULT 'x', stamp timestamptz, tags jsonb, list text[],
      CHECK (amount >= 0))`);
});

const brief = ({ loaded: { created, updated, unchanged }, refused }: AtomicResult): unknown => [
  [created, updated, unchanged],
  refused.map(({ index, error }) => [index, error.code, error.message]),
];

describe('a load', () => {
  const given = { entity: 'deals', key: ['id'], columns: ['id', 'title', 'amount'] };

  it('counts what was created, updated and left alone', async () => {
    expect(
      brief(
        await load({
          ...given,
          rows: [
            ['1', 'a', 1],
            ['2', 'b', 2],
            ['3', null, null],
          ],
        }),
      ),
    ).toEqual([[3, 0, 0], []]);
    expect(
      brief(
        await load({
          ...given,
          rows: [
            ['1', 'a', '1.00'],
            ['2', 'B', 2],
            ['4', 'd', null],
          ],
        }),
      ),
    ).toEqual([[1, 1, 1], []]);
    expect(await rows('SELECT id, title, amount FROM deals ORDER BY id')).toEqual([
      { id: '1', title: 'a', amount: 1 },
      { id: '2', title: 'B', amount: 2 },
      { id: '3' },
      { id: '4', title: 'd' },
    ]);
  });

  it('does not write rows that hold the same, whichever way it compares', async () => {
    const same = { ...given, rows: Array.from({ length: 50 }, (_, index) => [`${index}`, 'a', index]) };
    await load(same);
    const versions = await rows('SELECT id, xmin::text AS x, ctid::text AS c FROM deals ORDER BY id');
    // ON CONFLICT compares these; the next ones are joined with, as most were unchanged.
    expect(brief(await load(same))).toEqual([[0, 0, 50], []]);
    const locked = await rows('SELECT id, xmax::text AS m FROM deals ORDER BY id');
    expect(brief(await load(same))).toEqual([[0, 0, 50], []]);
    expect(await rows('SELECT id, xmin::text AS x, ctid::text AS c FROM deals ORDER BY id')).toEqual(versions);
    expect(await rows('SELECT id, xmax::text AS m FROM deals ORDER BY id')).toEqual(locked);
  });

  it('honours what each column does to a row that is there', async () => {
    await sql(`INSERT INTO deals (id, title, code, number) VALUES ('1', 'old', 'old', 'old'), ('2', NULL, NULL, NULL)`);
    const columns = ['id', 'title: notNull', 'code: fill', 'number: create', 'amount'];
    const all = { entity: 'deals', key: ['id'], columns };
    const first = await load({
      ...all,
      rows: [
        ['1', null, 'new', 'new', null],
        ['2', 'new', 'new', 'new', 2],
      ],
    });
    expect(brief(first)).toEqual([[0, 1, 1], []]);
    const second = await load({
      ...all,
      rows: [
        ['3', 'c', 'c', 'c', null],
        ['1', 'new', null, null, null],
      ],
    });
    expect(brief(second)).toEqual([[1, 1, 0], []]);
    expect(await rows('SELECT id, title, code, number, amount FROM deals ORDER BY id')).toEqual([
      { id: '1', title: 'new', code: 'old', number: 'old' },
      { id: '2', title: 'new', code: 'new', amount: 2 },
      { id: '3', title: 'c', code: 'c', number: 'c' },
    ]);
  });

  it('leaves rows alone where no column may change', async () => {
    const only = { entity: 'deals', key: ['id'], columns: ['id', 'title: create'] };
    await load({ ...only, rows: [['1', 'a']] });
    expect(
      brief(
        await load({
          ...only,
          rows: [
            ['1', 'b'],
            ['2', 'b'],
          ],
        }),
      ),
    ).toEqual([[1, 0, 1], []]);
    expect(await rows('SELECT title FROM deals ORDER BY id')).toEqual([{ title: 'a' }, { title: 'b' }]);
  });

  it('carries every character, lists, structures and instants as they are', async () => {
    const title = 'tab\t line\n\r\n back\\slash \\N \\. "quotes" \' ёЁ 🦷 \u0001';
    const columns = ['id', 'title', 'tags', 'list', 'stamp'];
    const tags = { a: ['x\ty', 1.5, true], b: { c: '\\' } };
    await load({
      entity: 'deals',
      key: ['id'],
      columns,
      rows: [
        ['1', title, tags, ['a"b', 'c\\d', '', 'NULL', '{}'], '2026-03-01T10:00:00.123456+03:00'],
        ['2', '', 'text', [], '2026-03-01T10:00:00Z'],
        ['3', '\\N', [1, 2], null, null],
      ],
    });
    expect(await rows('SELECT id, title, tags, list, stamp FROM deals ORDER BY id')).toEqual([
      { id: '1', title, tags, list: ['a"b', 'c\\d', '', 'NULL', '{}'], stamp: '2026-03-01T07:00:00.123456Z' },
      { id: '2', title: '', tags: 'text', list: [], stamp: '2026-03-01T10:00:00.000Z' },
      { id: '3', title: '\\N', tags: [1, 2] },
    ]);
  });

  it('tells rows apart by a key of several columns', async () => {
    await sql('DROP TABLE IF EXISTS pairs; CREATE TABLE pairs (a integer, b text, v text, UNIQUE (b, a))');
    const pairs = { entity: 'public.pairs', key: ['a', 'b'], columns: ['a', 'b', 'v'] };
    await load({
      ...pairs,
      rows: [
        [1, 'x', 'old'],
        [1, 'y', 'old'],
      ],
    });
    expect(
      brief(
        await load({
          ...pairs,
          rows: [
            [1, 'x', 'new'],
            [2, 'x', 'new'],
          ],
        }),
      ),
    ).toEqual([[1, 1, 0], []]);
    expect(await rows('SELECT * FROM pairs ORDER BY a, b')).toEqual([
      { a: 1, b: 'x', v: 'new' },
      { a: 1, b: 'y', v: 'old' },
      { a: 2, b: 'x', v: 'new' },
    ]);
  });

  it('counts in a partitioned table and by a key without a primary one', async () => {
    await sql(`DROP TABLE IF EXISTS parts; CREATE TABLE parts (id integer UNIQUE, v text) PARTITION BY RANGE (id);
      CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (100)`);
    const parts = { entity: 'parts', key: ['id'], columns: ['id', 'v'] };
    expect(
      brief(
        await load({
          ...parts,
          rows: [
            [1, 'a'],
            [2, 'a'],
          ],
        }),
      ),
    ).toEqual([[2, 0, 0], []]);
    expect(
      brief(
        await load({
          ...parts,
          rows: [
            [1, 'a'],
            [2, 'b'],
            [3, 'c'],
          ],
        }),
      ),
    ).toEqual([[1, 1, 1], []]);
  });

  it('by columns that are no key is refused', async () => {
    await expect(load({ entity: 'deals', key: ['title'], columns: ['title'], rows: [['a']] })).rejects.toMatchObject({
      code: 'sql.key_unknown',
      message: 'table public.deals has no unique key (title)',
    });
    await expect(
      load({ entity: 'deals', key: ['id'], columns: ['id', 'nope'], rows: [['1', 'a']] }),
    ).rejects.toMatchObject({
      code: 'sql.column_unknown',
      message: 'there is no column nope in public.deals',
    });
  });
});

describe('a bad row', () => {
  const columns = ['id', 'title', 'amount', 'code', 'number', 'city', 'must', 'stamp'];
  const good = (id: string): (string | number | null)[] => [id, 'a', 1, 'c', id, 1, 'm', '2026-03-01'];
  const bad = (id: string, change: Record<string, string | number | null>) =>
    good(id).map((value, index) =>
      columns[index] !== undefined && columns[index] in change ? (change[columns[index]] ?? null) : value,
    );

  it.each([
    [
      'a text for a number',
      { amount: 'many' },
      'sql.value_type',
      'the value does not suit column amount of type numeric(10,2)',
    ],
    [
      'a day there is none of',
      { stamp: '2026-02-31' },
      'sql.value_range',
      'the number or time is beyond what column stamp holds',
    ],
    [
      'a number too large',
      { amount: 1e12 },
      'sql.value_range',
      'the number or time is beyond what column amount holds',
    ],
    [
      'an integer too large',
      { city: 3_000_000_000 },
      'sql.value_range',
      'the number or time is beyond what column city holds',
    ],
    ['a text too long', { code: 'abcdef' }, 'sql.value_long', 'the text is too long for column code'],
    ['a NUL', { title: 'a\0b' }, 'sql.value_type', 'the value does not suit column title of type text'],
    ['nothing where there must be something', { must: null }, 'sql.value_missing', 'column must must have a value'],
    ['no key', { id: null }, 'sql.value_missing', 'column id must have a value'],
    ['a city there is none of', { city: 9 }, 'sql.reference_missing', 'column city names a row that is not there'],
    ['a value another row has', { number: 'taken' }, 'sql.not_unique', 'another row has the same number'],
    ['a broken rule', { amount: -1 }, 'sql.value_refused', 'the row breaks the rule deals_amount_check of deals'],
  ])('%s is named with its column, and the others stay', async (_what, change, code, message) => {
    await sql(`INSERT INTO deals (id, number) VALUES ('0', 'taken')`);
    const result = await load({
      entity: 'deals',
      key: ['id'],
      columns,
      rows: [good('1'), good('2'), bad('3', change), good('4'), good('5')],
    });
    expect(brief(result)).toEqual([[4, 0, 0], [[2, code, message]]]);
    expect(result.refused[0]?.error.kind).toBe('data');
    expect(await rows(`SELECT id FROM deals WHERE id <> '0' ORDER BY id`)).toEqual(
      ['1', '2', '4', '5'].map((id) => ({ id })),
    );
  });

  it('among many is found, and so are many', async () => {
    const many = Array.from({ length: 300 }, (_, index) =>
      index % 7 === 3
        ? bad(`${index}`, { city: 9 })
        : index % 50 === 1
          ? bad(`${index}`, { amount: 'x' })
          : good(`${index}`),
    );
    const { loaded, refused } = await load({ entity: 'deals', key: ['id'], columns, rows: many });
    const wrong = many.flatMap((row, index) => (row[5] === 9 || row[2] === 'x' ? [index] : []));
    expect(refused.map(({ index }) => index)).toEqual(wrong);
    expect(loaded).toEqual({ created: 300 - wrong.length, updated: 0, unchanged: 0 });
    expect(await rows('SELECT count(*) AS n FROM deals')).toEqual([{ n: 300 - wrong.length }]);
  });

  it('says nothing of what it held', async () => {
    const { refused } = await load({
      entity: 'deals',
      key: ['id'],
      columns,
      rows: [bad('1', { amount: 'secret' }), bad('2', { number: 'secret', city: 77_123 })],
    });
    const said = refused.map(({ error }) => JSON.stringify([error.message, error.parameters])).join(' ');
    expect(said).not.toMatch(/secret|77123/);
    expect(refused).toHaveLength(2);
  });
});
