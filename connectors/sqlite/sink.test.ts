import { describe, expect, it } from 'vitest';
import { rejection } from '../../test/support/iterate.ts';
import { loadOf, mark, openShop, running } from './open-for-test.ts';

const people = 'CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT)';
const all = 'SELECT * FROM people ORDER BY id';

describe('a load into SQLite', () => {
  it('counts what it created, updated and left alone, and stores the checkpoint with it', async () => {
    const { sink, other } = openShop(`${people}; INSERT INTO people VALUES (1, 'Анна'), (2, 'Пётр')`);
    await sink.atomic.takeOver(mark, running());
    const load = loadOf('always', [
      [1, 'Анна'],
      [2, 'Фёдор'],
      [3, null],
    ]);
    const done = await sink.atomic.commit({ mark, sequence: 7, cursor: { at: 3 }, load, writes: [] }, running());
    const loaded = { created: 1, updated: 1, unchanged: 1 };
    expect(done).toEqual({ loaded, refused: [], outcomes: [] });
    expect(await sink.atomic.takeOver(mark, running())).toEqual({ epoch: 2, sequence: 7, cursor: { at: 3 }, loaded });
    expect(other.prepare(all).raw().all()).toEqual([
      [1, 'Анна'],
      [2, 'Фёдор'],
      [3, null],
    ]);
  });

  it.each([
    ['always', [null, 'новое', 'новое'], { created: 0, updated: 2, unchanged: 1 }],
    ['notNull', ['старое', 'новое', 'новое'], { created: 0, updated: 1, unchanged: 2 }],
    ['fill', ['старое', 'новое', 'старое'], { created: 0, updated: 1, unchanged: 2 }],
    ['create', ['старое', null, 'старое'], { created: 0, updated: 0, unchanged: 3 }],
  ] as const)('writes a column as it says: %s', async (write, names, loaded) => {
    const { sink, other } = openShop(`${people}; INSERT INTO people VALUES (1, 'старое'), (2, NULL), (3, 'старое')`);
    if (write === 'always') other.exec(`UPDATE people SET name = 'новое' WHERE id = 3`);
    await sink.atomic.takeOver(mark, running());
    const load = loadOf(write, [
      [1, null],
      [2, 'новое'],
      write === 'notNull' || write === 'always' ? [3, 'новое'] : [3, 'другое'],
    ]);
    if (write === 'notNull') other.exec(`UPDATE people SET name = 'новое' WHERE id = 3`);
    const done = await sink.atomic.commit({ mark, sequence: 1, load, writes: [] }, running());
    expect(other.prepare('SELECT name FROM people ORDER BY id').pluck().all()).toEqual(names);
    expect(done.loaded).toEqual(loaded);
  });

  it('leaves out the rows SQLite refuses, each with its column, and commits the others', async () => {
    const { sink, other } = openShop(`CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL, card TEXT UNIQUE,
      visits INTEGER CHECK (visits >= 0)); INSERT INTO people VALUES (9, 'занято', 'К-1', 0)`);
    await sink.atomic.takeOver(mark, running());
    const names = ['id', 'name', 'card', 'visits'];
    const rows = [
      [1, 'Анна', 'К-2', 1],
      [2, null, 'К-3', 1],
      [3, 'Пётр', 'К-1', 1],
      [4, 'Юлия', null, -1],
      ['пять', 'Мария', null, 1],
      [6, 'Фёдор', null, 'много'],
      [7, 'Яна', null, 2],
    ];
    const columns = names.map((name) => ({ name, write: 'always' as const }));
    const load = { entity: 'people', key: ['id'], columns, rows };
    const { loaded, refused } = await sink.atomic.commit({ mark, sequence: 1, load, writes: [] }, running());
    expect(loaded).toEqual({ created: 2, updated: 0, unchanged: 0 });
    expect(refused.map(({ index, error: { code, parameters } }) => [index, code, parameters])).toEqual([
      [1, 'sql.value_missing', { column: 'name' }],
      [2, 'sql.not_unique', { column: 'card' }],
      [3, 'sql.value_refused', { constraint: 'visits >= 0', table: 'CHECK' }],
      [4, 'sql.value_type', { column: 'id', type: 'INTEGER' }],
      [5, 'sql.value_type', { column: 'visits', type: 'INTEGER' }],
    ]);
    expect(other.prepare('SELECT id FROM people ORDER BY id').pluck().all()).toEqual([1, 7, 9]);
  });

  it('writes a change of case where the column takes texts that differ in it for equal', async () => {
    const { sink, other } = openShop(
      `CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE); INSERT INTO people VALUES (1, 'anna')`,
    );
    await sink.atomic.takeOver(mark, running());
    const load = loadOf('always', [[1, 'Anna']]);
    const done = await sink.atomic.commit({ mark, sequence: 1, load, writes: [] }, running());
    expect(done.loaded).toEqual({ created: 0, updated: 1, unchanged: 0 });
    expect(other.prepare(all).raw().all()).toEqual([[1, 'Anna']]);
  });

  it('commits nothing of a batch that is aborted amid it', async () => {
    const { sink, other } = openShop(people);
    await sink.atomic.takeOver(mark, running());
    const stop = new AbortController();
    const reason = new Error('stopped by the test');
    const load = loadOf(
      'always',
      Array.from({ length: 5000 }, (_, id) => [id, 'имя']),
    );
    const committing = sink.atomic.commit({ mark, sequence: 1, load, writes: [] }, stop.signal);
    // The load lets the process go on every thousand rows: that is where it hears of it.
    setImmediate(() => stop.abort(reason));
    expect(await rejection(committing)).toBe(reason);
    expect(other.prepare('SELECT count(*) FROM people').pluck().get()).toBe(0);
    expect(await sink.atomic.takeOver(mark, running())).toMatchObject({ sequence: 0 });
  });

  it('DL-23 is fenced off once a later run has taken over, with nothing of it committed', async () => {
    const { sink, other } = openShop(people);
    await sink.atomic.takeOver(mark, running());
    await sink.atomic.takeOver({ ...mark, epoch: 2 }, running());
    const batch = { mark, sequence: 1, load: loadOf('always', [[1, 'Анна']]), writes: [] };
    expect(await rejection(sink.atomic.commit(batch, running()))).toMatchObject({ code: 'sql.fenced' });
    expect(other.prepare(all).all()).toEqual([]);
  });
});

describe('tables made in SQLite', () => {
  const columns = [
    { name: 'id', type: 'integer' },
    { name: 'title', type: 'text', title: 'Название */ сделки' },
    { name: 'amount', type: 'number' },
    { name: 'closed', type: 'boolean' },
    { name: 'day', type: 'date' },
    { name: 'at', type: 'datetime' },
    { name: 'tags', type: 'text', multiple: true },
  ] as const;
  const wanted = { entity: 'deals', key: ['id'], columns, ddl: 'evolve' as const };

  it('are planned as the statement that is sent, titles as comments, and need nothing more then', async () => {
    const { sink, other } = openShop();
    const changes = await sink.tables.plan(wanted, running());
    expect(changes).toEqual([
      {
        kind: 'create-table',
        entity: 'deals',
        sql: `CREATE TABLE "deals" (
  "id" INTEGER NOT NULL,
  "title" TEXT, /* Название * / сделки */
  "amount" DECIMAL BLOB,
  "closed" BOOLEAN,
  "day" DATE,
  "at" DATETIME,
  "tags" JSON TEXT,
  PRIMARY KEY ("id")
)`,
      },
    ]);
    expect(other.prepare('SELECT count(*) FROM sqlite_schema').pluck().get()).toBe(0);
    await sink.tables.change(changes, running());
    expect(await sink.tables.plan(wanted, running())).toEqual([]);
    const { fields, keys } = await sink.describe('deals', running());
    expect(keys).toEqual([['id']]);
    expect(fields.map(({ name, type }) => [name, type])).toEqual([
      ['id', 'integer'],
      ['title', 'text'],
      ['amount', 'number'],
      ['closed', 'boolean'],
      ['day', 'date'],
      ['at', 'datetime'],
      ['tags', 'json'],
    ]);
  });

  it('get the columns they lack, and a change that was made already is no error', async () => {
    const { sink, other } = openShop(`CREATE TABLE deals (id INTEGER PRIMARY KEY); INSERT INTO deals VALUES (1)`);
    const narrow = { ...wanted, columns: columns.slice(0, 2) };
    const changes = await sink.tables.plan(narrow, running());
    expect(changes).toEqual([
      {
        kind: 'add-column',
        entity: 'deals',
        column: 'title',
        type: 'TEXT',
        sql: 'ALTER TABLE "deals" ADD COLUMN "title" TEXT /* Название * / сделки */',
      },
    ]);
    await sink.tables.change(changes, running());
    await sink.tables.change(changes, running());
    expect(other.prepare('SELECT * FROM deals').all()).toEqual([{ id: 1, title: null }]);
  });

  it.each([
    ['two names that are one', ['Title', 'TITLE'], 'sql.names_fold'],
    ['a column of another kind', ['made'], 'sql.column_kind'],
  ])('are refused: %s', async (_what, names, code) => {
    const { sink } = openShop('CREATE TABLE deals (id INTEGER PRIMARY KEY, made DATE)');
    const texts = names.map((name) => ({ name, type: 'text' as const }));
    const planning = sink.tables.plan({ ...wanted, columns: [{ name: 'id', type: 'integer' }, ...texts] }, running());
    expect(await rejection(planning)).toMatchObject({ code, kind: 'input' });
  });
});
