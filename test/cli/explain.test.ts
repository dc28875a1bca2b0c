import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { peopleCsv, peopleFiles, peopleYaml } from './people.ts';
import { place, untimed } from './pipe.ts';
import { shapeErrors } from './shape.ts';

describe('pipe explain', () => {
  it('tells the life of a record over all runs: row, record, questions, rung, changes, answers, where it stands', async () => {
    const { pipe, path } = place(peopleFiles);
    await pipe(['run', 'people.yaml']);
    writeFileSync(path('people.csv'), peopleCsv.replace('Кедров Илья', 'Кедров Илья Ильич'));
    await pipe(['run', 'people.yaml', '--full']);
    const revealed = await pipe(['explain', 'people.yaml', '1', '--reveal']);
    expect([revealed.exit, revealed.stderr, untimed(revealed.stdout)]).toEqual([
      0,
      '',
      `people 1
row: as it is in the source now
  {"id":"1","name":"Кедров Илья Ильич","phone":"+79161234567","changed":"2026-03-01T10:00:00"}
record:
  id: id → "1"
  branch: $params.branch → 1
  name: name → "Кедров Илья Ильич"
  phone: $phone(phone) → "+79161234567"
run <time>
  copy: asked for {"id":["1"]}: found 0
  copy: no rung matched, create
  copy: sent <time>: create
    id: "1"
    branch: 1
    name: "Кедров Илья"
    phone: "+79161234567"
    answered <time>: applied 1
run <time>
  copy: asked for {"id":["1"]}: found 1
    {"branch":"1","name":"Кедров Илья","phone":"+79161234567","id":"1"}
  copy: rung «id», update 1
  copy: sent <time>: update
    name: "Кедров Илья" → "Кедров Илья Ильич"
    answered <time>: applied 1
now: delivered as it was last read
  copy: copy.csv 1, written <time>
`,
    ]);
    const data = await pipe(['explain', 'people.yaml', '1', '--json']);
    expect([data.exit, shapeErrors('explain', data.stdout)]).toEqual([0, []]);
    const [{ row, record, writes, links }] = JSON.parse(data.stdout).flows;
    expect(row.values).toEqual({
      id: '1',
      name: 'К**** И**** И****',
      phone: '+7916***4567',
      changed: row.values.changed,
    });
    expect(record[3]).toEqual({ field: 'phone', expression: '$phone(phone)', value: '+7916***4567' });
    expect(writes[1]).toMatchObject({ before: { name: 'К**** И****' }, sent: { name: 'К**** И**** И****' } });
    expect(links).toMatchObject([{ target: 'copy', row: '1', fields: ['id', 'branch', 'name', 'phone'] }]);
  });

  it('tells of a row that was yet to be made that it was new, where another target asked by it', async () => {
    const yaml = `${peopleYaml}      visit:
        connection: desk
        file: visits.csv
        key: [id]
        match: [{ name: person, by: { person: $copy.id } }]
        fields: { id: id, person: $copy.id }
`;
    const { pipe } = place({ ...peopleFiles, 'people.yaml': yaml, 'visits.csv': 'id,person\n' });
    await pipe(['run', 'people.yaml', '--only', 'id = "1"']);
    const { stdout } = await pipe(['explain', 'people.yaml', '1']);
    expect(stdout).toContain('  visit: asked for {"person":["‹new›"]}: found 0\n');
  });

  it('tells of one that failed why it waits, from what was kept where the source cannot be asked', async () => {
    const { pipe, path, folder } = place(peopleFiles);
    await pipe(['run', 'people.yaml']);
    rmSync(path('people.csv'));
    const done = await pipe(['explain', 'people.yaml', '2', '--lang', 'ru']);
    expect([done.exit, untimed(done.stdout).replace(folder, '<folder>')]).toEqual([
      0,
      `people 2
строка: какой её сохранили <time>
  ! нет файла people.csv в папке <folder>
  {"id":"2","name":"О**** В****","phone":"*****","changed":"2026-03-02T10:00:00"}
запись:
  id: id → "2"
  branch: $params.branch → 1
  name: name → "О**** В****"
  phone: $phone(phone) → ! people.map.phone: ***** — не номер телефона
сейчас: ждёт в очереди (1, failed)
  people.map.phone: ***** — не номер телефона
`,
    ]);
  });

  it('says so where a row is gone, and where nothing is known of a key', async () => {
    const { pipe, path } = place(peopleFiles);
    await pipe(['run', 'people.yaml']);
    writeFileSync(path('people.csv'), peopleCsv.replace(/^1,.*\n/m, ''));
    const gone = await pipe(['explain', 'people.yaml', '1', '--json']);
    expect(JSON.parse(gone.stdout).flows[0].row.from).toBe('gone');
    const unknown = await pipe(['explain', 'people.yaml', '9']);
    expect([unknown.exit, unknown.stderr.split('\n').slice(0, 2)]).toEqual([
      2,
      ['error cli.no_record', '  nothing is known of a record "9" in people.yaml'],
    ]);
  });

  it('tells of a row that was loaded in bulk what is known: runs, how far they read, and the row in the target now', async () => {
    const { pipe, path } = place({
      'people.csv': peopleCsv,
      'people.yaml': `version: 1
name: people
connections:
  desk: { connector: file }
  shop: { connector: sqlite, file: shop.db }
flows:
  people:
    source: { connection: desk, file: people.csv, key: [id], cursor: { field: changed, first: all } }
    key: key
    map: { key: '"F1_" & id', name: name }
    guard: [{ if: 'name = "Рябинин Пётр"', skip: NOT HIM }]
    targets:
      rows: { connection: shop, table: people, key: [key], ddl: create, fields: { key: key, name: name } }
`,
      'shop.db': '',
    });
    expect((await pipe(['run', 'people.yaml'])).exit).toBe(0);
    const loaded = await pipe(['explain', 'people.yaml', 'F1_1']);
    expect([loaded.exit, loaded.stderr, untimed(loaded.stdout)]).toEqual([
      0,
      '',
      `people F1_1
row: as it is in the source now
  {"id":"1","name":"К**** И****","phone":"+7916***4567","changed":"2026-03-01T10:00:00"}
record:
  key: "F1_" & id → "F1_1"
  name: name → "К**** И****"
kept: nothing, since the rows of this flow are loaded in bulk; the target was asked
  runs of the flow that are kept: 1, the last <time>: read 3, created 2, skipped 1
  read so far: {"from":"2026-03-03T07:00:00.000Z"}, <time>, batch 1
  rows: asked for {"key":"F1_1"}: found 1
    {"key":"F1_1","name":"К**** И****"}
now: in the target
`,
    ]);
    const skipped = await pipe(['explain', 'people.yaml', 'F1_3', '--json']);
    expect([skipped.exit, shapeErrors('explain', skipped.stdout)]).toEqual([0, []]);
    expect(JSON.parse(skipped.stdout).flows).toMatchObject([
      {
        skip: 'NOT HIM',
        row: { from: 'source' },
        unkept: { runs: 1, last: { counts: { skipped: 1 } }, loaded: { rows: [] } },
      },
    ]);
    rmSync(path('people.csv'));
    // The target is still asked by the key; of a record that is nowhere, who could not be asked may know.
    const left = await pipe(['explain', 'people.yaml', 'F1_1']);
    expect([left.exit, left.stdout]).toEqual([0, expect.stringContaining('now: in the target\n')]);
    const nowhere = await pipe(['explain', 'people.yaml', 'F1_9']);
    expect([nowhere.exit, nowhere.stderr.split('\n')[0]]).toEqual([3, 'error file.not_found']);
  });

  it('tells of a record that a guard of the flow ended which guard it was, though nothing is kept of it', async () => {
    const guarded = peopleYaml.replace('    targets:', '    guard: [{ if: id = "3", skip: NOT HIM }]\n    targets:');
    const { pipe } = place({ ...peopleFiles, 'people.yaml': guarded });
    await pipe(['run', 'people.yaml']);
    const done = await pipe(['explain', 'people.yaml', '3', '--lang', 'ru']);
    expect([done.exit, untimed(done.stdout).split('\n').slice(8)]).toEqual([
      0,
      [
        '  остановлена: NOT HIM',
        'хранится: ничего, пропущенное и неизменившееся следа не оставляет',
        '  запусков потока хранится: 1, последний <time>: получено 3, создано 1, пропущено 1, отклонено 1',
        '  получено до: {"from":"2026-03-03T07:00:00.000Z"}, <time>',
        'сейчас: остановлена: NOT HIM',
        '',
      ],
    ]);
  });

  it('masks a value wherever it goes, whatever the fields it goes into are called', async () => {
    const { pipe, path } = place({
      'birds.yaml': `version: 1
name: birds
connections:
  desk: { connector: file, key: x1 }
flows:
  birds:
    source: { connection: desk, file: birds.csv, key: [id] }
    key: id
    map:
      id: id
      a: '$uppercase(\`Фамилия\`)'
      b: 'Телефон & " " & Город'
      c: Город
    targets:
      copy:
        connection: desk
        file: copy.csv
        key: [x1]
        match: [{ name: a, by: { x2: a } }]
        fields: { x1: id, x2: a, x3: '$lowercase(b)', x4: $source.Телефон, x5: c }
`,
      'birds.csv': 'id,Фамилия,Телефон,Город\n1,Канарейкина,+79031112233,Гнездов\n',
      'copy.csv': 'x1,x2,x3,x4,x5\n',
    });
    expect((await pipe(['run', 'birds.yaml'])).exit).toBe(0);
    expect((await pipe(['run', 'birds.yaml', '--full'])).exit).toBe(0);
    const said =
      (await pipe(['explain', 'birds.yaml', '1'])).stdout +
      (await pipe(['explain', 'birds.yaml', '1', '--json'])).stdout;
    expect(readFileSync(path('copy.csv'), 'utf8')).toContain('КАНАРЕЙКИНА');
    expect(said.match(/канарейкина|9031112233/gi)).toBeNull();
    expect(said).toContain('Гнездов');
  });
});
