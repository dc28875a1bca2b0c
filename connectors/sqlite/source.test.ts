import { describe, expect, it } from 'vitest';
import type { Cursor, Row } from '../../engine/index.ts';
import { collect, rejection } from '../../test/support/iterate.ts';
import { openShop, running, sourceOf } from './open-for-test.ts';
import type { Opened } from './open-for-test.ts';

const noon = Date.UTC(2026, 2, 1, 12);
const window = { field: 'changed', firstMs: 'all', fullMs: 'all', overlapMs: 0 } as const;

async function read(
  { connection }: Opened,
  block: Row,
  cursor?: Cursor,
  batch = 2,
): Promise<{ readonly ids: readonly unknown[]; readonly cursor: Cursor | undefined }> {
  const wanted = {
    mode: 'incremental',
    window,
    batch,
    params: {},
    signal: running(),
    ...(cursor && { cursor }),
  } as const;
  const batches = await collect(sourceOf(connection, block).read(wanted));
  return { ids: batches.flatMap(({ rows }) => rows.map((row) => row['id'])), cursor: batches.at(-1)?.cursor };
}

describe('a table of SQLite', () => {
  it('gives what was stored: exact numbers, yes and no, JSON, times with a T, and leaves nulls out', async () => {
    const { connection } =
      openShop(`CREATE TABLE kinds (id INTEGER PRIMARY KEY, big BIGINT, price DECIMAL BLOB, ratio REAL,
      flag BOOLEAN, day DATE, at DATETIME, data JSON, bytes BLOB, empty TEXT);
      INSERT INTO kinds VALUES (1, 9007199254740993, '12345678901234567.89', 0.1, 0, '2026-03-01', '2026-03-01 10:00:00',
      '{"имя":"Ёж","нет":null}', x'00ff', NULL)`);
    const source = sourceOf(connection, { table: 'kinds' });
    const batches = await collect(source.read({ mode: 'full', batch: 10, params: {}, signal: running() }));
    expect(batches).toEqual([
      {
        rows: [
          {
            id: 1,
            big: '9007199254740993',
            price: '12345678901234567.89',
            ratio: 0.1,
            flag: false,
            day: '2026-03-01',
            at: '2026-03-01T10:00:00',
            data: { имя: 'Ёж' },
            bytes: '0x00FF',
          },
        ],
      },
    ]);
  });

  it.each(['DATETIME', 'TEXT'])(
    'DL-6 is read along times of several forms in %s, none lost and none twice',
    async (type) => {
      const shop = openShop(
        `CREATE TABLE orders (id INTEGER PRIMARY KEY, changed ${type});
      INSERT INTO orders VALUES (1, '2026-03-01 10:00:00'), (2, '2026-03-01T09:00:00.000Z'), (3, '2026-03-01T13:30:00+03:00')`,
        { now: () => noon },
      );
      const first = await read(shop, { table: 'orders' });
      expect(first.ids).toEqual([1, 2, 3]);
      shop.other.exec(`INSERT INTO orders VALUES (4, '2026-03-01 11:30:00'), (5, '2026-03-01T11:00:00'),
      (6, '2026-03-01 11:10:00.500'), (7, '2026-03-01T14:20:00+03:00'), (8, '2026-03-01T11:40:00Z'), (9, NULL)`);
      const next = await read(shop, { table: 'orders' }, first.cursor);
      expect(next.ids.filter((id) => Number(id) > 3)).toEqual([5, 6, 7, 4, 8]);
    },
  );

  it('DL-6 is not carried away by a stamp of the future', async () => {
    const shop = openShop(
      `CREATE TABLE orders (id INTEGER PRIMARY KEY, changed DATETIME); INSERT INTO orders VALUES (1, '2031-01-01 00:00:00')`,
      { now: () => noon },
    );
    expect(await read(shop, { table: 'orders' })).toEqual({ ids: [1], cursor: { at: '2026-03-01T12:00:00.000' } });
  });
});

describe('a query of SQLite', () => {
  const query = `SELECT id, changed FROM orders WHERE changed >= @since AND branch = @branch`;
  const table = `CREATE TABLE orders (id INTEGER PRIMARY KEY, branch TEXT, changed DATETIME)`;

  it('takes @since and the params it names, and loses no row whose time is written with a space', async () => {
    const shop = openShop(
      `${table}; INSERT INTO orders VALUES (1, 'Север', '2026-03-01 10:00:00'), (2, 'Юг', '2026-03-01 10:00:00')`,
    );
    const source = sourceOf(shop.connection, { query });
    const from = async (cursor?: Cursor) =>
      await collect(
        source.read({
          mode: 'incremental',
          window,
          batch: 10,
          params: { branch: 'Север' },
          signal: running(),
          ...(cursor && { cursor }),
        }),
      );
    const first = await from();
    expect(first.flatMap(({ rows }) => rows)).toEqual([{ id: 1, changed: '2026-03-01T10:00:00' }]);
    shop.other.exec(`INSERT INTO orders VALUES (3, 'Север', '2026-03-01 10:00:01')`);
    const next = await from(first.at(-1)?.cursor);
    expect(next.flatMap(({ rows }) => rows.map((row) => row['id']))).toContain(3);
  });

  it('cannot write', async () => {
    const { connection, other } = openShop(table);
    const source = sourceOf(connection, { query: `INSERT INTO orders VALUES (1, 'Юг', NULL) RETURNING id` });
    const reading = collect(source.read({ mode: 'full', batch: 10, params: {}, signal: running() }));
    expect(await rejection(reading)).toMatchObject({ code: 'sqlite.cannot_open' });
    expect(other.prepare('SELECT count(*) FROM orders').pluck().get()).toBe(0);
  });
});
