import { rmSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { peopleFiles, peopleYaml } from './people.ts';
import { place } from './pipe.ts';
import { shapeErrors } from './shape.ts';

/** The portal's webhook and the clinic's password are nowhere set. */
const twoConnections = peopleYaml.replace(
  '  desk: { connector: file }\n',
  '  desk: { connector: file }\n  portal: { connector: bitrix24, webhook: "${secret:PORTAL_WEBHOOK}" }\n',
);

const intoShop = (ddl: string): string => `version: 1
name: people
connections:
  desk: { connector: file }
  shop: { connector: sqlite, file: shop.db }
flows:
  people:
    source: { connection: desk, file: people.csv }
    key: id
    targets:
      people: { connection: shop, table: people, key: [id], ddl: ${ddl}, fields: all }
`;

const referring = `version: 1
name: people
connections:
  desk: { connector: file }
  shop: { connector: sqlite, file: shop.db }
flows:
  people:
    source: { connection: desk, file: people.csv }
    key: id
    targets:
      doctor: { connection: desk, file: doctors.csv, match: [{ name: name, by: { nme: name } }] }
      people:
        { connection: shop, table: people, fields: { id: id, name: $doctor.id, city_id: { ref: cities, by: { btxid: phone }, take: id, missing: skip } }, key: [id] }
`;

describe('pipe check', () => {
  it('says what it found of each connection, and changes nothing', async () => {
    const { pipe } = place(peopleFiles);
    const text = await pipe(['check', 'people.yaml']);
    expect([text.exit, text.stderr]).toEqual([0, '']);
    expect(text.stdout).toMatch(/^desk\n {2}✓ file people\.csv: .*\n {2}✓ file copy\.csv: .*\n$/);
    const data = await pipe(['check', 'people.yaml', '--json']);
    expect(shapeErrors('check', data.stdout)).toEqual([]);
    expect(JSON.parse(data.stdout).connections).toMatchObject([{ name: 'desk', ok: true }]);
  });

  it('warns of a table whose rows will be planned one by one, with the index to make, and so do validate and the run', async () => {
    const { pipe, path } = place({ ...peopleFiles, 'people.yaml': intoShop('never') });
    const shop = new Sqlite(path('shop.db'));
    shop.exec('CREATE TABLE people (row INTEGER PRIMARY KEY, id TEXT NOT NULL, name TEXT, phone TEXT, changed TEXT)');
    const index = 'CREATE UNIQUE INDEX people_id_key ON people (id)';
    const check = await pipe(['check', 'people.yaml', '--connection', 'shop']);
    expect(check.exit).toBe(0);
    expect(check.stdout).toContain('  ! rows of people: planned one by one\n');
    expect(check.stdout).toContain(`fix: ${index}: then they are loaded in bulk\n`);
    const online = await pipe(['validate', 'people.yaml', '--online']);
    expect(online.exit).toBe(0);
    expect(online.stdout).toMatch(
      /^warning run\.key_not_unique {2}people\.yaml:11:7\n {2}rows of people are read and planned one by one, /,
    );
    const run = await pipe(['run', 'people.yaml']);
    expect([run.exit, run.stderr.split('planned one by one').length]).toEqual([0, 2]);
    shop.exec(index);
    const after = await pipe(['check', 'people.yaml', '--connection', 'shop']);
    expect(after.stdout).not.toContain('one by one');
    expect((await pipe(['run', 'people.yaml', '--full'])).stderr).not.toContain('one by one');
    shop.close();
  });

  it('speaks Russian, as text and as data', async () => {
    const { pipe } = place(peopleFiles);
    const text = await pipe(['check', 'people.yaml', '--lang', 'ru']);
    expect([text.exit, text.stdout]).toEqual([
      0,
      'desk\n  ✓ файл people.csv: читается, столбцов: 4\n  ✓ файл copy.csv: в него и в его папку можно писать\n',
    ]);
    const data = await pipe(['check', 'people.yaml', '--lang', 'ru', '--json']);
    expect(shapeErrors('check', data.stdout)).toEqual([]);
    expect(JSON.parse(data.stdout).connections[0].results[0]).toEqual({
      what: 'файл people.csv',
      ok: true,
      fact: 'читается, столбцов: 4',
    });
  });

  it('looks at the connection that --connection names, without the variables of the others', async () => {
    const { pipe } = place({ ...peopleFiles, 'people.yaml': twoConnections });
    const all = await pipe(['check', 'people.yaml']);
    expect([all.exit, all.stderr.split('\n').slice(0, 2)]).toEqual([
      2,
      ['error config.secret_missing  people.yaml:7:43', '  PORTAL_WEBHOOK has no value'],
    ]);
    const one = await pipe(['check', 'people.yaml', '--connection', 'desk', '--json']);
    expect(JSON.parse(one.stdout).connections.map(({ name }: { name: string }) => name)).toEqual(['desk']);
    const none = await pipe(['check', 'people.yaml', '--connection', 'dsk']);
    expect(none).toEqual({
      exit: 2,
      stdout: '',
      stderr: 'error cli.unknown_connection\n  there is no connection "dsk" in people.yaml\n  fix: write "desk"\n',
    });
  });

  it.each(['create', 'evolve'])(
    'takes a table that is not there yet for none with ddl: %s, which makes it',
    async (ddl) => {
      const { pipe } = place({ ...peopleFiles, 'shop.db': '', 'people.yaml': intoShop(ddl) });
      const { exit, stdout } = await pipe(['check', 'people.yaml', '--connection', 'shop']);
      expect([exit, stdout.split('\n').slice(-2)]).toEqual([
        0,
        ['  ✓ table people: is not there yet: a run makes it', ''],
      ]);
      expect((await pipe(['run', 'people.yaml'])).exit).toBe(0);
      expect((await pipe(['check', 'people.yaml', '--connection', 'shop'])).stdout).toMatch(
        /✓ table people: \d columns/,
      );
    },
  );

  it('names a table that is not there where no run makes it', async () => {
    const { pipe } = place({ ...peopleFiles, 'shop.db': '', 'people.yaml': intoShop('never') });
    expect((await pipe(['check', 'people.yaml', '--connection', 'shop'])).exit).toBe(2);
  });

  it('names what a reference or a look-up asks for that is not there, and how to mend it', async () => {
    const { pipe, path } = place({ ...peopleFiles, 'people.yaml': referring, 'doctors.csv': 'id,name\n' });
    const shop = new Sqlite(path('shop.db'));
    shop.exec(
      'CREATE TABLE people (id TEXT PRIMARY KEY, name TEXT, city_id INTEGER); CREATE TABLE cities (id INTEGER)',
    );
    shop.close();
    const { exit, stdout } = await pipe(['check', 'people.yaml']);
    expect(stdout.split('\n').filter((line) => !/login|clock/.test(line))).toEqual([
      'desk',
      '  ✓ file people.csv: it can be read and has 4 columns',
      '  ✗ file doctors.csv: cannot be read',
      '    error file.no_column',
      '      doctors.csv has no column nme',
      '      fix: compare the name with the first line of the file, which has to name the columns',
      'shop',
      '  ✓ table people: 3 columns',
      '  ✓ table cities: 1 column',
      '  ✗ column cities.btxid: not there',
      '    error sql.column_unknown',
      '      there is no column btxid in cities',
      '      fix: write the name as the data base has it, or ddl: evolve on the target',
      '',
    ]);
    expect(exit).toBe(2);
    rmSync(path('doctors.csv'));
    const gone = await pipe(['check', 'people.yaml', '--connection', 'desk']);
    expect([gone.exit, gone.stdout]).toEqual([3, expect.stringContaining('error file.not_found')]);
  });

  it('asks for no column of a reference or target that the run adds first', async () => {
    const evolving = referring.replace('key: [id] }', 'key: [id], ddl: evolve }').replace('nme', 'name');
    const { pipe, path } = place({ ...peopleFiles, 'people.yaml': evolving, 'doctors.csv': 'id,name\n' });
    const shop = new Sqlite(path('shop.db'));
    shop.exec('CREATE TABLE people (id TEXT PRIMARY KEY); CREATE TABLE cities (id INTEGER, btxid TEXT)');
    shop.close();
    expect((await pipe(['check', 'people.yaml'])).exit).toBe(0);
  });

  it('100. waits for a connection that says so, tells once, and ends with 3 when it does not come up', async () => {
    const { pipe } = place({ ...peopleFiles, 'people.yaml': twoConnections });
    const flags = ['--connection', 'portal.webhook=http://127.0.0.1:1/rest/1/x/', '--connection', 'portal.waitFor=1s'];
    const { exit, stdout, stderr } = await pipe(['check', 'people.yaml', '--connection', 'portal', ...flags]);
    expect([exit, stderr.match(/^waits for portal, 1 s: .+$/gm)?.length, stderr.split('\n').length]).toEqual([3, 1, 2]);
    expect(stdout).toMatch(/^portal\n.*bitrix24\./);
  });

  it('takes settings and params, and ends with 3 when a system is not as it should be', async () => {
    const { pipe } = place(peopleFiles);
    const flags = ['--connection', 'desk.folder=elsewhere', '--param', 'branch=x'];
    const param = await pipe(['check', 'people.yaml', ...flags]);
    expect([param.exit, param.stderr.split('\n')[0]]).toEqual([2, 'error config.param_not_of_type  people.yaml:4:3']);
    const folder = await pipe(['check', 'people.yaml', ...flags.slice(0, 2), '--connection', 'desk', '--lang', 'ru']);
    expect([folder.exit, folder.stderr]).toEqual([3, '']);
    expect(folder.stdout).toContain('ошибка file.not_found\n');
  });
});
