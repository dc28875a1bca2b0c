import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { peopleFiles } from './people.ts';
import { place, steady } from './pipe.ts';
import { shapeErrors } from './shape.ts';

const line = '='.repeat(80);

const yaml = `version: 1
name: towns
connections:
  desk: { connector: file }
  base: { connector: sqlite, file: towns.db }
syncLog: { connection: base, table: sync_logs }
flows:
  towns:
    source: { connection: desk, file: towns.csv, key: [id], cursor: { field: changed, first: all } }
    key: id
    map: { id: id, name: name }
    targets:
      town:
        connection: base
        table: towns
        key: [id]
        ddl: evolve
        fields: { id: id, name: { value: name, field: { type: text, title: Город } } }
`;

const towns = 'id,name,changed\n1,Тверь,2026-03-01T10:00:00\n2,Псков,2026-03-02T10:00:00\n';

const rowsOf = (file: string, table: string) => {
  const db = new Sqlite(file, { readonly: true });
  const rows = db.prepare(`SELECT * FROM ${table} ORDER BY 1`).all();
  db.close();
  return rows;
};

const withCode = yaml
  .replace('name: name }', 'name: name, code: id }')
  .replace('fields: { id: id,', 'fields: { id: id, code: code,');

describe('pipe run --dry-run', () => {
  it('tells the tables and rows a first run would make, and makes nothing', async () => {
    const { pipe, path } = place({ 'towns.yaml': yaml, 'towns.csv': towns });
    const { exit, stdout } = await pipe(['run', 'towns.yaml', '--dry-run']);
    expect(exit).toBe(0);
    const [head, ...statement] = steady(stdout).split('\n').slice(2, 8);
    expect([head, statement[0]]).toEqual(['base towns', '  new table']);
    expect(statement[1]).toMatch(/^ {4}create table "towns"/i);
    expect(steady(stdout)).toMatch(/^=+\nDry run: nothing was written\nbase towns\n/);
    expect(steady(stdout)).toContain(`towns
  Read: 2
    town: would create 2, update 0, delete 0, leave unchanged 0
Requests: 0
Time: 0.00s
${line}
`);
    expect(['towns.db', '.pipe'].map((name) => existsSync(path(name)))).toEqual([false, false]);
  });

  it('tells what would change in tables that are there: columns and rows, by what they hold', async () => {
    const { pipe, path } = place({ 'towns.yaml': yaml, 'towns.csv': towns });
    await pipe(['run', 'towns.yaml']);
    writeFileSync(path('towns.csv'), `${towns.replace('Псков', 'Плёс')}3,Руза,2026-03-03T10:00:00\n`);
    const plain = await pipe(['run', 'towns.yaml', '--dry-run', '--full', '--json']);
    expect(shapeErrors('run-dry', plain.stdout)).toEqual([]);
    const same = { name: 'town', creates: 1, updates: 1, deletes: 0, unchanged: 1, skipped: 0 };
    expect(JSON.parse(plain.stdout)).toMatchObject({
      tables: [],
      flows: [{ name: 'towns', read: 3, targets: [same] }],
    });
    writeFileSync(path('towns.yaml'), withCode);
    const wider = await pipe(['run', 'towns.yaml', '--dry-run', '--full', '--json']);
    expect(shapeErrors('run-dry', wider.stdout)).toEqual([]);
    expect(JSON.parse(wider.stdout)).toMatchObject({
      tables: [{ connection: 'base', entity: 'towns', changes: [{ kind: 'add-column', column: 'code' }] }],
      flows: [{ targets: [{ creates: 1, updates: 2, unchanged: 0 }] }],
    });
    expect(rowsOf(path('towns.db'), 'towns')).toEqual([
      { id: '1', name: 'Тверь' },
      { id: '2', name: 'Псков' },
    ]);
  });

  it('then happens as it was told, and leaves the run to come where it was', async () => {
    const { pipe, path } = place({ 'towns.yaml': yaml, 'towns.csv': towns });
    await pipe(['run', 'towns.yaml', '--dry-run']);
    const done = await pipe(['run', 'towns.yaml', '--json']);
    expect(JSON.parse(done.stdout)).toMatchObject({ flows: [{ read: 2, created: 2 }] });
    const again = await pipe(['run', 'towns.yaml', '--dry-run', '--json']);
    const next = await pipe(['run', 'towns.yaml', '--json']);
    const targets = [{ name: 'town', creates: 0, updates: 0, deletes: 0, unchanged: 1, skipped: 0 }];
    expect(JSON.parse(again.stdout)).toMatchObject({ tables: [], flows: [{ read: 1, targets }] });
    expect(JSON.parse(next.stdout)).toMatchObject({ flows: [{ read: 1, unchanged: 1 }] });
    expect(rowsOf(path('towns.db'), 'sync_logs')).toHaveLength(2);
  });

  it('names what would be rejected, and what would stop the run, by the exit code of the run', async () => {
    const { pipe, path } = place(peopleFiles);
    const bad = await pipe(['run', 'people.yaml', '--dry-run', '--json']);
    expect([bad.exit, shapeErrors('run-dry', bad.stdout)]).toEqual([4, []]);
    expect(JSON.parse(bad.stdout).flows).toMatchObject([
      { read: 3, failed: [{ records: 1, error: { message: expect.stringContaining('no phone number') } }] },
    ]);
    const braked = peopleFiles['people.yaml'].replace('flows:', 'brakes: { creates: 1 }\nflows:');
    writeFileSync(path('people.yaml'), braked);
    const stopped = await pipe(['run', 'people.yaml', '--dry-run', '--lang', 'ru']);
    expect([stopped.exit, stopped.stdout]).toEqual([3, expect.stringContaining('  запуск остановился бы здесь: ')]);
    expect(readFileSync(path('copy.csv'), 'utf8')).toBe(peopleFiles['copy.csv']);
  });

  it('has no place beside a schedule', async () => {
    const { pipe } = place(peopleFiles);
    const { exit, stderr } = await pipe(['run', 'people.yaml', '--dry-run', '--loop']);
    expect([exit, stderr.split('\n')[1]]).toEqual([2, '  --loop and --dry-run say different things']);
  });
});

describe('pipe state schema', () => {
  it('shows the table that is to be made, with its SQL', async () => {
    const { pipe, path } = place({ 'towns.yaml': yaml, 'towns.csv': towns });
    const { exit, stdout } = await pipe(['state', 'schema', 'towns.yaml']);
    expect(exit).toBe(0);
    expect(stdout.split('\n').slice(0, 4)).toEqual([
      'base towns (towns.town, ddl: evolve)',
      '  there is no such table yet',
      'the next run would:',
      '  new table',
    ]);
    expect(existsSync(path('towns.db'))).toBe(false);
  });

  it('shows the columns that are there and those that are to come', async () => {
    const { pipe, path } = place({ 'towns.yaml': yaml, 'towns.csv': towns });
    await pipe(['run', 'towns.yaml']);
    const calm = await pipe(['state', 'schema', 'towns.yaml', '--lang', 'ru']);
    expect(calm.stdout).toContain('следующий запуск ничего в ней не изменит');
    writeFileSync(path('towns.yaml'), withCode);
    const { exit, stdout } = await pipe(['state', 'schema', 'towns.yaml', '--json']);
    expect([exit, shapeErrors('state-schema', stdout)]).toEqual([0, []]);
    const [table] = JSON.parse(stdout).tables;
    expect(table.columns.map(({ name }: { name: string }) => name)).toEqual(['id', 'name']);
    expect(table.changes).toMatchObject([{ kind: 'add-column', column: 'code' }]);
  });

  it('says why the next run would not write: a column that is missing where none is made', async () => {
    const { pipe, path } = place({ 'towns.yaml': yaml, 'towns.csv': towns });
    await pipe(['run', 'towns.yaml']);
    writeFileSync(path('towns.yaml'), withCode.replace('ddl: evolve', 'ddl: never'));
    const { exit, stdout } = await pipe(['state', 'schema', 'towns.yaml']);
    expect([exit, stdout]).toEqual([2, expect.stringContaining('error plan.unknown_field')]);
    const none = await place(peopleFiles).pipe(['state', 'schema', 'people.yaml']);
    expect([none.exit, none.stdout]).toEqual([0, 'no target of the pipeline is a table\n']);
  });
});
