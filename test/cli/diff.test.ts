import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resealed } from '../support/resealed-plan.ts';
import { place } from './pipe.ts';
import type { Place } from './pipe.ts';
import { shapeErrors } from './shape.ts';

const yaml = `version: 1
name: people
connections:
  desk: { connector: file }
  base: { connector: sqlite, file: people.db }
flows:
  people:
    source: { connection: desk, file: people.csv, key: [id], cursor: { field: changed, first: all } }
    key: id
    map: { id: id, name: name, phone: $phone(phone), town: town, comment: comment }
    guard: [{ if: 'town = "nowhere"', skip: NO TOWN }]
    targets:
      person:
        connection: base
        table: people
        key: [id]
        ddl: evolve
        match: [{ name: by id, by: [id] }]
        guard:
          - { if: '$found.vip = "1"', keep: [town], log: VIP }
          - { if: '$found.vip = "2"', skip: LOCKED }
        fields:
          id: id
          name: name
          phone: { value: phone, write: always }
          town: town
          comment: comment
          vip: { value: '"0"', write: create }
`;

const head = 'id,name,phone,town,comment,changed\n';
const line = (id: number, name: string, phone: string, town: string, note = '') =>
  `${id},${name},${phone},${town},${note},2026-03-01T10:00:00\n`;

const before = [
  line(1, 'Кедров Илья', '+79161234567', 'Тверь'),
  line(2, 'Ольхина Вера', '+79161234568', 'Псков'),
  line(3, 'Рябинин Пётр', '+79161234569', 'Руза'),
  line(4, 'Ясенева Анна', '+79161234570', 'Клин'),
];
const now = [
  line(1, 'Кедров Илья', '', 'Торжок', 'переехал'),
  line(2, 'Ольхина Вера', '+79161234568', 'Остров'),
  line(3, 'Рябинин Пётр', '+79161234569', 'Верея'),
  line(4, 'Ясенева Анна', '+79161234570', 'Клин'),
  line(5, 'Новикова Юлия', '+79161234571', 'Орёл'),
  line(6, 'Безгородов Глеб', '+79161234572', 'nowhere'),
  line(7, 'Неверный Телефон', '12', 'Орёл'),
];

/** People were brought once, and much has changed since. */
async function changed(): Promise<Place> {
  const there = place({ 'people.yaml': yaml, 'people.csv': head + before.join('') });
  await there.pipe(['run', 'people.yaml']);
  const { default: Sqlite } = await import('better-sqlite3');
  const db = new Sqlite(there.path('people.db'));
  db.exec(`UPDATE people SET vip = '1' WHERE id = '2'; UPDATE people SET vip = '2' WHERE id = '3'`);
  db.close();
  writeFileSync(there.path('people.csv'), head + now.join(''));
  return there;
}

const shown = `people 6: skipped, NO TOWN
people 1
  ~ person 1 by "by id"
      - phone: +7916***4567
      ~ town: Тверь → Торжок
      + comment: ****
people 2
  = person 2 by "by id": VIP
      = kept: town
people 3
  · person 3 by "by id": skipped, LOCKED
people 5
  + person 5
      + id: 5
      + name: Н**** Ю****
      + phone: +7916***4571
      + town: Орёл
      + vip: 0
people 7: would wait or be rejected: people.map.phone: ** is no phone number

people: read 7, skipped 1
  person: would create 1, update 1, delete 0, leave unchanged 2, skip 1
  records that would wait or be rejected 1: people.map.phone: ** is no phone number
2 rows and tables would change; nothing was written
`;

describe('pipe diff', () => {
  it('shows each row, how it was found, each field old → new, and why others stay; nobody can be told by it', async () => {
    const { pipe } = await changed();
    const { exit, stdout } = await pipe(['diff', 'people.yaml', '--full']);
    expect([exit, stdout]).toEqual([4, shown]);
  });

  it('shows people in full when it is asked to, and what is told by a program in one document', async () => {
    const { pipe } = await changed();
    const { stdout } = await pipe(['diff', 'people.yaml', '--full', '--json', '--reveal']);
    expect(shapeErrors('diff', stdout)).toEqual([]);
    const { records, flows, sample } = JSON.parse(stdout);
    expect(records.find(({ key }: { key: string }) => key === '1').changes).toEqual([
      {
        target: 'person',
        connection: 'base',
        entity: 'people',
        operation: 'update',
        row: '1',
        rung: 'by id',
        kept: [],
        words: [],
        fields: [
          { name: 'phone', before: '+79161234567' },
          { name: 'town', before: 'Тверь', after: 'Торжок' },
          { name: 'comment', after: 'переехал' },
        ],
      },
    ]);
    expect(flows[0].targets).toEqual([
      { name: 'person', creates: 1, updates: 1, deletes: 0, unchanged: 2, skipped: 1 },
    ]);
    expect(sample).toEqual({ full: true });
  });

  it('says by its exit code that there are changes, and that there are none', async () => {
    const { pipe } = place({ 'people.yaml': yaml, 'people.csv': head + before.join('') });
    expect((await pipe(['diff', 'people.yaml', '--exit-code'])).exit).toBe(5);
    await pipe(['run', 'people.yaml']);
    const calm = await pipe(['diff', 'people.yaml', '--full', '--exit-code', '--lang', 'ru']);
    expect([calm.exit, calm.stdout]).toEqual([0, expect.stringContaining('ничего бы не изменилось')]);
  });

  it('only reads: target, source and state are the same bytes as before', async () => {
    const { pipe, folder, path } = await changed();
    const untouched = fingerprint(folder);
    await pipe(['diff', 'people.yaml', '--full']);
    await pipe(['diff', 'people.yaml', '--json', '--limit', '2']);
    expect(fingerprint(folder)).toEqual(untouched);
    const fresh = place({ 'people.yaml': yaml, 'people.csv': head + before.join('') });
    await fresh.pipe(['diff', 'people.yaml']);
    expect(readdirSync(fresh.folder).sort()).toEqual(['home', 'people.csv', 'people.yaml']);
    expect(existsSync(path('.pipe'))).toBe(true);
  });

  it('shows the tables that are to be made, with their SQL', async () => {
    const { pipe } = place({ 'people.yaml': yaml, 'people.csv': head + before.join('') });
    const { stdout } = await pipe(['diff', 'people.yaml', '--limit', '1']);
    expect(stdout).toMatch(/^base people\n {2}new table\n {4}create table "people"/i);
    expect(stdout).toContain('not all a run would do: --limit 1');
  });

  it('makes a comment for a pull request, a part for each target', async () => {
    const { pipe, path } = await changed();
    const { exit } = await pipe(['diff', 'people.yaml', '--full', '--format', 'markdown', '--output', 'comment.md']);
    const comment = readFileSync(path('comment.md'), 'utf8');
    expect([exit, comment.split('\n')[0]]).toEqual([4, '### What `pipe run` would change: people']);
    expect(comment).toContain(`<details>
<summary>people: person: would create 1, update 1, delete 0, leave unchanged 2, skip 1</summary>

\`\`\`diff
@@ 1: ~ person 1 by "by id" @@
- phone: +7916***4567
! town: Тверь → Торжок
+ comment: ****
`);
    expect(comment).not.toContain('Кедров');
  });

  it('says which brake would stop the run, and ends as the run would', async () => {
    const { pipe, path } = await changed();
    writeFileSync(path('people.yaml'), yaml.replace('flows:', 'brakes: { creates: 0 }\nflows:'));
    const { exit, stdout } = await pipe(['diff', 'people.yaml', '--full', '--out', 'plan.jsonl']);
    expect([exit, stdout]).toEqual([
      3,
      expect.stringContaining('the run would stop here: the run would make 1 creates'),
    ]);
    expect(stdout).toContain('+ person 5');
    expect(existsSync(path('plan.jsonl'))).toBe(false);
  });

  it.runIf(existsSync('/dev/full'))('says that the disk of its output is full', async () => {
    const { pipe, path } = await changed();
    symlinkSync('/dev/full', path('full.json'));
    for (const format of [['--json'], []]) {
      const full = await pipe(['diff', 'people.yaml', '--full', '--output', 'full.json', ...format]);
      expect([full.exit, full.stderr]).toEqual([
        3,
        expect.stringContaining('error cli.disk_full\n  there is no room left for full.json\n  fix: free space'),
      ]);
    }
  });

  it('overwrites nothing but a plan with a plan', async () => {
    const { pipe, path } = await changed();
    for (const taken of ['people.yaml', '.']) {
      const refused = await pipe(['diff', 'people.yaml', '--full', '--out', taken]);
      expect([refused.exit, refused.stderr.split('\n').slice(0, 2)]).toEqual([
        2,
        ['error cli.no_plan_there', `  ${taken} is there and holds no plan: it stays as it is`],
      ]);
    }
    expect(readFileSync(path('people.yaml'), 'utf8')).toBe(yaml);
  });

  it('leaves nothing of its copies behind', async () => {
    const { pipe, path } = await changed();
    const { stdout } = await pipe(['diff', 'people.yaml', '--full'], { TMPDIR: path('home') });
    expect(stdout).toContain('people: read 7');
    expect(readdirSync(path('home')).filter((name) => name.startsWith('pipe-'))).toEqual([]);
  });
});

describe('pipe apply', () => {
  it('does what diff --out showed, shows it again when it is stale, and refuses it when the mapping is another', async () => {
    const { pipe, path } = await changed();
    const planned = await pipe(['diff', 'people.yaml', '--full', '--out', 'plan.jsonl']);
    expect(planned.stdout).toContain('plan.jsonl: 2 changes for `pipe apply`, for 24 hours');
    const text = readFileSync(path('plan.jsonl'), 'utf8');
    const old = text.replace(/"expiresAt":"[^"]+"/, '"expiresAt":"2026-01-01T00:00:00.000Z"');
    writeFileSync(path('plan.jsonl'), resealed(old));
    const stale = await pipe(['apply', 'plan.jsonl']);
    expect([stale.exit, stale.stderr.split('\n')[0]]).toEqual([2, 'error run.expired_plan']);
    const shownPlan = await pipe(['apply', 'plan.jsonl', '--show']);
    expect(shownPlan.stdout).toContain('  ~ person 1 by "by id"\n      - phone: +7916***4567\n');
    expect(shapeErrors('apply-show', (await pipe(['apply', 'plan.jsonl', '--show', '--json'])).stdout)).toEqual([]);
    writeFileSync(path('plan.jsonl'), text);
    writeFileSync(
      path('people.yaml'),
      yaml.replace('town: town }', 'town: $uppercase(town) }').replace('town: town,', 'town: $uppercase(town),'),
    );
    const edited = await pipe(['apply', 'plan.jsonl']);
    expect([edited.exit, edited.stderr.split('\n')[0]]).toEqual([2, 'error run.other_plan']);
    writeFileSync(path('people.yaml'), yaml);
    chmodSync(path('plan.jsonl'), 0o644);
    const done = await pipe(['apply', 'plan.jsonl', '--json']);
    expect(done.stderr).toContain('plan.jsonl is open to others (mode 644)');
    expect([done.exit, shapeErrors('apply', done.stdout)]).toEqual([0, []]);
    expect(JSON.parse(done.stdout)).toMatchObject({ already: 0, left: [], flows: [{ created: 1, updated: 1 }] });
    const after = await pipe(['diff', 'people.yaml', '--full', '--json']);
    expect(JSON.parse(after.stdout).flows[0].targets).toMatchObject([{ creates: 0, updates: 0 }]);
  });
});

/** Every file below a folder, by what is in it; what the limits of the machine are charged to is left out, and what SQLite lays beside a file it reads. */
function fingerprint(folder: string): Readonly<Record<string, string>> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => !/^home|-(shm|wal)$/.test(name) && statSync(join(folder, name)).isFile(),
  );
  return Object.fromEntries(
    files.map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ]),
  );
}
