import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { EntityUse } from '../../engine/index.ts';
import { heldUp } from '../../test/support/held-up.ts';
import { rejection } from '../../test/support/iterate.ts';
import { connect as connectTo } from './connection.ts';
import { emptyFolder, loadOf, mark, openShop, quietHost, running, sinkOf, sourceOf } from './open-for-test.ts';

const people = { entity: 'people', key: ['id'], columns: [{ name: 'id', type: 'integer' }], ddl: 'create' } as const;

function connect(folder: string, file: string) {
  const host = quietHost(folder);
  const connection = connectTo({ file }, host);
  onTestFinished(() => connection.close());
  return { host, connection, sink: sinkOf(connection) };
}

describe('the file of SQLite', () => {
  it('is made by the first write and not before, for this user alone', async () => {
    const folder = emptyFolder();
    const { host, sink } = connect(folder, 'new.db');
    const changes = await sink.tables.plan(people, running());
    expect(() => statSync(join(folder, 'new.db'))).toThrow(expect.objectContaining({ code: 'ENOENT' }));
    expect(host.warnings).toEqual([]);
    await sink.tables.change(changes, running());
    const modes = ['new.db', 'new.db-wal', 'new.db-shm'].map((name) => statSync(join(folder, name)).mode & 0o777);
    expect(modes).toEqual([0o600, 0o600, 0o600]);
  });

  it('is named where it is not there, and not made by a read', async () => {
    const folder = emptyFolder();
    const { connection, sink } = connect(folder, 'wrong.db');
    const table = sourceOf(connection, { table: 'people' }).describe(running());
    const query = sourceOf(connection, { query: 'SELECT * FROM people' }).describe(running());
    for (const looked of [table, query, sink.describe('people', running())])
      expect(await rejection(looked)).toMatchObject({ code: 'sqlite.missing' });
    expect(() => statSync(join(folder, 'wrong.db'))).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  });

  it('cannot be made where there is no folder', async () => {
    const { sink } = connect(emptyFolder(), 'nowhere/new.db');
    const changes = await sink.tables.plan(people, running());
    expect(await rejection(sink.tables.change(changes, running()))).toMatchObject({ code: 'sqlite.no_folder' });
  });

  it('is none where it holds something else', async () => {
    const folder = emptyFolder();
    writeFileSync(join(folder, 'text.db'), 'это не база, а письмо соседу о погоде '.repeat(200));
    const { sink } = connect(folder, 'text.db');
    expect(await rejection(sink.describe('people', running()))).toMatchObject({ code: 'sqlite.no_database' });
  });
});

describe('a folder in the place of the file', () => {
  it('is no data base, at once', async () => {
    const folder = emptyFolder();
    mkdirSync(join(folder, 'shop.db'));
    const { connection, sink } = connect(folder, 'shop.db');
    const changes = await sink.tables.plan(people, running()).catch((error: unknown) => error);
    const read = await rejection(sourceOf(connection, { table: 'people' }).describe(running()));
    expect([changes, read]).toEqual([
      expect.objectContaining({ code: 'sqlite.no_database', retry: false }),
      expect.objectContaining({ code: 'sqlite.no_database', retry: false }),
    ]);
  });
});

describe('another program that writes to the file', () => {
  const table = 'CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT)';
  const batch = { mark, sequence: 1, load: loadOf('always', [[1, 'Анна']]), writes: [] };

  it('is waited for while the process goes on', async () => {
    const { sink, other } = openShop(table);
    await sink.atomic.takeOver(mark, running());
    other.exec('BEGIN IMMEDIATE');
    const committing = sink.atomic.commit(batch, running());
    // Runs only if the wait does not hold the process.
    setImmediate(() => other.exec(`INSERT INTO people VALUES (2, 'Пётр'); COMMIT`));
    expect((await committing).loaded).toEqual({ created: 1, updated: 0, unchanged: 0 });
    expect(other.prepare('SELECT name FROM people ORDER BY id').pluck().all()).toEqual(['Анна', 'Пётр']);
  });

  it('is given up on after busyTimeout, to be tried again', async () => {
    const { sink, other } = openShop(table, { busyTimeout: '1ms' });
    await sink.atomic.takeOver(mark, running());
    other.exec('BEGIN IMMEDIATE');
    const error = await rejection(sink.atomic.commit(batch, running()));
    expect(error).toMatchObject({ code: 'sql.server_busy', retry: true });
    other.exec('ROLLBACK');
    expect((await sink.atomic.commit(batch, running())).loaded.created).toBe(1);
  });

  it('keeps nobody from reading what was committed before', async () => {
    const { sink, other } = openShop(`${table}; INSERT INTO people VALUES (1, 'Анна')`);
    await sink.atomic.takeOver(mark, running());
    other.exec(`BEGIN IMMEDIATE; UPDATE people SET name = 'Яна'`);
    const question = { by: { id: { anyOf: ['1'] } } };
    const [answer] = await sink.find('people', [question], ['name'], running());
    expect(answer).toEqual({ ok: true, rows: [{ key: '1', values: { id: 1, name: 'Анна' } }] });
  });
});

describe('a write that another program holds up', () => {
  it('says so as long as it waits, and is done when the other one is', async () => {
    const { sink, other } = openShop('CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT)');
    await sink.atomic.takeOver(mark, running());
    expect(await sink.atomic.heldBy?.(running())).toBeUndefined();
    other.exec('BEGIN IMMEDIATE');
    const batch = { mark, sequence: 1, load: loadOf('always', [[1, 'Анна']]), writes: [] };
    const writing = sink.atomic.commit(batch, running());
    const by = await heldUp(sink.atomic);
    other.exec('ROLLBACK');
    expect([by.en, by.ru]).toEqual(['another program', 'другая программа']);
    expect((await writing).loaded.created).toBe(1);
    expect(await sink.atomic.heldBy?.(running())).toBeUndefined();
  });
});

/** What a program without rights is told: no right stops root. */
function toldWithoutRights(folder: string, use: EntityUse): unknown {
  const connector = pathToFileURL(join(import.meta.dirname, 'connection.ts')).href;
  const script = `
    import { connect } from '${connector}';
    const host = { folder: ${JSON.stringify(folder)}, now: Date.now, warn() {} };
    const connection = connect({ file: 'shop.db' }, host);
    const uses = { sources: [], entities: [${JSON.stringify(use)}] };
    const results = await connection.check(uses, new AbortController().signal);
    await connection.close();
    console.log(JSON.stringify(results.slice(3).map(({ ok, fact, error }) => [ok, fact.en, error?.code])));`;
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '--eval', script], { ...nobody, encoding: 'utf8' }),
  );
}

describe('what `pipe check` asks of a table', () => {
  const asked = async (makes?: 'create' | 'evolve', statement?: string, fields = ['id', 'name']) => {
    const shop = statement === undefined ? connect(emptyFolder(), 'new.db') : openShop(statement);
    const use = { entity: 'people', fields, ...(makes && { makes }) };
    const results = await shop.connection.check({ sources: [], entities: [use] }, running());
    return results.slice(2).map(({ ok, fact, error }) => [ok, fact.en, error?.code]);
  };

  it('is that it is there, unless the first run makes it', async () => {
    expect(await asked('create')).toEqual([[true, 'is not there yet: a run makes it', undefined]]);
    expect(await asked()).toEqual([[false, 'cannot be read', 'sqlite.missing']]);
  });

  it('is that this user may write the file, and beside it', () => {
    const { file } = openShop('CREATE TABLE people (id INTEGER PRIMARY KEY)');
    const folder = dirname(file);
    const use = { entity: 'people', fields: [] } as const;
    const told = (folderMode: number, fileMode: number, looked: EntityUse = use): unknown => {
      chmodSync(folder, folderMode);
      chmodSync(file, fileMode);
      return toldWithoutRights(folder, looked);
    };
    const refused = [[false, 'cannot be written', 'sqlite.cannot_open']];
    expect([told(0o777, 0o444), told(0o555, 0o666), told(0o777, 0o666)]).toEqual([refused, refused, []]);
    expect(told(0o555, 0o444, { ...use, onlyRead: true })).toEqual([]);
    chmodSync(folder, 0o755);
  });

  it('is that it has the columns named, and each that is not there is told', async () => {
    const narrow = 'CREATE TABLE people (id INTEGER PRIMARY KEY)';
    expect(await asked('evolve', narrow, ['id'])).toEqual([[true, '1 column', undefined]]);
    expect(await asked('create', narrow, ['id', 'name', 'city'])).toEqual([
      [true, '1 column', undefined],
      [false, 'not there', 'sql.column_unknown'],
      [false, 'not there', 'sql.column_unknown'],
    ]);
  });
});
