import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { peopleCsv, peopleFiles, peopleYaml } from './people.ts';
import { place, steady, untimed } from './pipe.ts';
import type { Done } from './pipe.ts';
import { shapeErrors } from './shape.ts';

const line = '='.repeat(80);

/** How the console begins where it is no terminal: as the log does (rule 44). */
const begun = `<time> - INFO - ${line}\n<time> - INFO - Sync started: <time>\n`;

/** All three have a good phone here. */
const goodFiles = { ...peopleFiles, 'people.csv': peopleCsv.replace(',12345,', ',+79160000000,') };

function countsOf({ stdout }: Done): Readonly<Record<string, unknown>> {
  const [flow] = JSON.parse(stdout).flows;
  const { read, created, updated, unchanged, skipped, queued, rejected } = flow;
  return { read, created, updated, unchanged, skipped, queued, rejected };
}

const none = { read: 0, created: 0, updated: 0, unchanged: 0, skipped: 0, queued: 0, rejected: 0 };

describe('pipe run', () => {
  it('writes what differs, queues what fails, and says so on both streams', async () => {
    const { pipe, path } = place(peopleFiles);
    const { exit, stdout, stderr } = await pipe(['run', 'people.yaml']);
    expect(exit).toBe(4);
    expect(untimed(stderr)).toBe(`${begun}<time> - INFO - Read 3 new rows
<time> - ERROR - QUEUE: 2: people.map.phone: ***** is no phone number
<time> - INFO - people: read 3, mapped 2, created 2, updated 0, unchanged 0, skipped 0, queued 0, rejected 1
not everything was delivered: see \`pipe queue list people.yaml\`
`);
    expect(steady(stdout)).toBe(`${line}
people
  Read: 3
  Mapped: 2
  Delivered: 2 (created 2, updated 0, unchanged 0, skipped 0)
  Errors: 1 (queued 0, rejected 1)
    copy: created 2
Requests: 0
Time: 0.00s
${line}
`);
    expect(readFileSync(path('copy.csv'), 'utf8')).toBe(
      'id,branch,name,phone\n1,1,Кедров Илья,+79161234567\n3,1,Рябинин Пётр,+79167654321\n',
    );
  });

  it('warns of what earlier runs left in the queue, and is green', async () => {
    const { pipe } = place(peopleFiles);
    await pipe(['run', 'people.yaml']);
    const { exit, stderr } = await pipe(['run', 'people.yaml']);
    expect([exit, stderr.split('\n').at(-2)]).toEqual([
      0,
      'records of earlier runs wait in the queue: 1; see `pipe queue list people.yaml`',
    ]);
  });

  it('speaks Russian with the labels of the old program', async () => {
    const { exit, stdout, stderr } = await place(goodFiles).pipe(['run', 'people.yaml'], { LANG: 'ru_RU.UTF-8' });
    expect([exit, untimed(stderr).split('\n').slice(1).join('\n')]).toEqual([
      0,
      '<time> - INFO - Начало синхронизации: <time>\n<time> - INFO - Получено 3 новых записей из БД\n' +
        '<time> - INFO - people: получено 3, трансформировано 3, создано 3, обновлено 0, без изменений 0, пропущено 0, в очереди 0, отклонено 0\n',
    ]);
    expect(steady(stdout)).toBe(`${line}
people
  Получено из БД: 3
  Трансформировано: 3
  Синхронизировано: 3 (создано 3, обновлено 0, без изменений 0, пропущено 0)
  Ошибок: 0 (в очереди 0, отклонено 0)
    copy: создано 3
Запросов: 0
Время выполнения: 0.00с
${line}
`);
  });

  it('prints JSON of a pinned shape, and into a file when told to', async () => {
    const { pipe, path } = place(goodFiles);
    const done = await pipe(['run', 'people.yaml', '--json', '--output', 'результат.json']);
    const [written] = [readFileSync(path('результат.json'), 'utf8')];
    expect([done.exit, done.stdout]).toEqual([0, '']);
    expect(shapeErrors('run', written)).toEqual([]);
    expect(JSON.parse(written)).toMatchObject({ pipeline: 'people', requests: 0 });
    expect(countsOf({ ...done, stdout: written })).toEqual({ ...none, read: 3, created: 3 });
  });

  it('stops at --limit, and looks at every target row again with --full', async () => {
    const { pipe } = place(goodFiles);
    const limited = await pipe(['run', 'people.yaml', '--json', '--limit', '2']);
    const rest = await pipe(['run', 'people.yaml', '--json']);
    const full = await pipe(['run', 'people.yaml', '--json', '--full']);
    expect([limited, rest, full].map(countsOf)).toEqual([
      { ...none, read: 2, created: 2 },
      { ...none, read: 1, created: 1 },
      { ...none, read: 3, unchanged: 3 },
    ]);
  });

  it('reads the window between --since and --until, and leaves the checkpoint alone', async () => {
    const { pipe } = place(goodFiles);
    const window = await pipe(['run', 'people.yaml', '--json', '--since', '2026-03-02', '--until=2026-03-02 23:00']);
    const status = await pipe(['status', 'people.yaml', '--json']);
    expect(countsOf(window)).toEqual({ ...none, read: 1, created: 1 });
    expect(JSON.parse(status.stdout).flows[0].checkpointAt).toBe(undefined);
  });

  it('takes only the rows for which --only is true, typed or in a file PowerShell wrote', async () => {
    const { pipe, path } = place({ ...goodFiles, 'only.txt': Buffer.from('\uFEFFid = "3"\r\n', 'utf16le') });
    const typed = await pipe(['run', 'people.yaml', '--json', '--only', 'id = "2"']);
    const filed = await pipe(['run', 'people.yaml', '--json', '--only', '@only.txt']);
    expect([typed, filed].map(countsOf)).toEqual([
      { ...none, read: 1, created: 1 },
      { ...none, read: 1, created: 1 },
    ]);
    expect(readFileSync(path('copy.csv'), 'utf8')).toMatch(/^id,.*\n2,.*\n3,.*\n$/);
  });

  it('takes of the rows for which --only is true no more than --limit says, however many are read for them', async () => {
    const { pipe } = place(goodFiles);
    const later = await pipe(['run', 'people.yaml', '--json', '--only', 'id > "1"', '--limit', '1']);
    expect([later.exit, countsOf(later)]).toEqual([0, { ...none, read: 1, created: 1 }]);
    const all = await pipe(['run', 'people.yaml', '--json']);
    expect(countsOf(all)).toEqual({ ...none, read: 3, unchanged: 1, created: 2 });
  });

  it('ends with 2 when --only matches nothing, or cannot read the rows', async () => {
    const { pipe } = place(goodFiles);
    const nothing = await pipe(['run', 'people.yaml', '--only', 'id = "9"']);
    const number = await pipe(['run', 'people.yaml', '--only', 'id > 9']);
    expect([nothing.exit, number.exit]).toEqual([2, 2]);
    expect(nothing.stderr).toContain('error run.only_matched_nothing\n  `--only` matched none of 3 rows\n');
    expect(number.stderr).toContain('error transform.not_comparable  --only:1:4\n');
  });

  it('runs the flows that --flow names', async () => {
    const second = peopleYaml.slice(peopleYaml.indexOf('  people:')).replace('  people:', '  again:');
    const { pipe } = place({ ...goodFiles, 'people.yaml': peopleYaml + second });
    const one = await pipe(['run', 'people.yaml', '--json', '--flow', 'again']);
    const both = await pipe(['run', 'people.yaml', '--json', '--flow', 'again,people']);
    const wrong = await pipe(['run', 'people.yaml', '--flow', 'agian']);
    const names = [one, both].map(({ stdout }) => JSON.parse(stdout).flows.map((flow: { name: string }) => flow.name));
    expect(names).toEqual([['again'], ['people', 'again']]);
    expect([wrong.exit, wrong.stderr.split('\n')[1]]).toEqual([2, '  there is no flow "agian" in people.yaml']);
  });

  it('65. runs first what a flow that --flow names comes after, unless its rows are chosen by hand', async () => {
    const second = peopleYaml
      .slice(peopleYaml.indexOf('  people:'))
      .replace('  people:', '  again:\n    after: [people]');
    const { pipe } = place({ ...goodFiles, 'people.yaml': peopleYaml + second });
    const all = await pipe(['run', 'people.yaml', '--json', '--flow', 'again']);
    const one = await pipe(['run', 'people.yaml', '--json', '--flow', 'again', '--limit', '1']);
    const names = [all, one].map(({ stdout }) => JSON.parse(stdout).flows.map((flow: { name: string }) => flow.name));
    expect(names).toEqual([['people', 'again'], ['again']]);
    expect(untimed(all.stderr)).toContain('<time> - INFO - people runs too: again comes after it\n');
  });

  it('tells which flow failed, which was not run for it, and runs the others', async () => {
    const flow = peopleYaml.slice(peopleYaml.indexOf('  people:')).replaceAll('connection: desk', 'connection: away');
    const more = flow.replaceAll('people', 'more');
    const late = flow.replace('  people:', '  late:\n    after: [more]');
    const text = peopleYaml.replace('flows:', '  away: { connector: file }\nflows:') + more + late;
    const { pipe } = place({ ...goodFiles, 'people.yaml': text });
    const { exit, stdout, stderr } = await pipe(['run', 'people.yaml']);
    const data = await pipe(['run', 'people.yaml', '--json']);
    expect(stdout).toContain('more: failed, see below\n');
    expect(stdout).toContain('late: flow late was not run: more, which it comes after, did not get done\n');
    expect(stdout).toContain('people\n  Read: 3\n');
    expect(untimed(stderr)).toContain('<time> - ERROR - flow late was not run: more, which it comes after');
    expect(exit).toBe(data.exit);
    expect(shapeErrors('run', data.stdout)).toEqual([]);
    const { flows, error } = JSON.parse(data.stdout);
    expect(flows).toMatchObject([
      { name: 'people', read: 1 },
      { name: 'more', error: { code: error.code } },
      { name: 'late', skippedBecause: { code: 'run.prerequisite_failed' } },
    ]);
  });

  it('69. says with --verbose how each row was found and what was sent, and keeps the log as it is', async () => {
    const { pipe, path } = place(goodFiles);
    const { stderr } = await pipe(['run', 'people.yaml', '--verbose']);
    expect(untimed(stderr)).toMatch(
      /^<time> - DEBUG - Created copy row \S+ for 1 \[fields: id, branch, name, phone\]$/m,
    );
    const again = await pipe(['run', 'people.yaml', '--verbose', '--full']);
    expect(untimed(again.stderr)).toMatch(/^<time> - DEBUG - Found copy row \S+ \(1\) \[rung: id\]$/m);
    const [log = ''] = readdirSync(path('logs'));
    expect(readFileSync(path(`logs/${log}`), 'utf8')).not.toContain('DEBUG');
  });

  it('takes a param, settings of a connection and a folder for the state', async () => {
    const { pipe, path } = place({
      'people.yaml': peopleYaml,
      'data/people.csv': goodFiles['people.csv'],
      'data/copy.csv': goodFiles['copy.csv'],
    });
    const settings = ['--param', 'branch=7', '--connection', 'desk.folder=data', '--connection', 'desk.separator=,'];
    const done = await pipe(['run', ...settings, 'people.yaml', '--state', 'elsewhere', '--json']);
    expect(countsOf(done)).toEqual({ ...none, read: 3, created: 3 });
    expect(readFileSync(path('data/copy.csv'), 'utf8')).toContain('\n1,7,Кедров Илья,');
    const here = await pipe(['status', 'people.yaml', '--json']);
    const there = await pipe(['status', 'people.yaml', '--json', '--state', 'elsewhere']);
    expect([here, there].map(({ stdout }) => JSON.parse(stdout).lastRun?.exitCode)).toEqual([undefined, 0]);
  });

  it('holds a brake until --allow lifts it', async () => {
    const braked = peopleYaml.replace('flows:\n', 'brakes: { creates: 1 }\nflows:\n');
    const { pipe, path } = place({ ...goodFiles, 'people.yaml': braked });
    const held = await pipe(['run', 'people.yaml']);
    expect([held.exit, readFileSync(path('copy.csv'), 'utf8')]).toEqual([3, goodFiles['copy.csv']]);
    expect(held.stderr).toContain('--allow creates');
    const lifted = await pipe(['run', 'people.yaml', '--json', '--allow', 'creates']);
    expect(countsOf(lifted)).toEqual({ ...none, read: 3, created: 3 });
  });

  it.each([
    [['--since', '01.03.2026'], 'error cli.bad_time\n  --since is "01.03.2026", which is not a time\n'],
    [['--until', '2026-02-30'], 'error cli.bad_time\n  --until is "2026-02-30", which is not a time\n'],
    [
      ['--since', '2026-03-02', '--until', '2026-03-01'],
      'error cli.empty_window\n  --until 2026-03-01 is not after --since 2026-03-02\n',
    ],
    [['--only', '@none.txt'], 'error cli.unreadable_file\n  none.txt cannot be read: ENOENT\n'],
    [['--only', 'id ='], 'error transform.operand_missing  --only:1:5\n'],
  ])('refuses %j before it reads anything', async (flags, says) => {
    const { exit, stdout, stderr } = await place(goodFiles).pipe(['run', 'people.yaml', ...flags]);
    expect([exit, stdout, stderr.slice(0, says.length)]).toEqual([2, '', says]);
  });

  it('warns of what is likely wrong once, on stderr, and runs', async () => {
    const risky = peopleYaml.replace('      id: id\n', '      id: \'"F" & id\'\n');
    const { exit, stdout, stderr } = await place({ ...goodFiles, 'people.yaml': risky }).pipe(['run', 'people.yaml']);
    expect(exit).toBe(0);
    expect(untimed(stderr)).toBe(`warning transform.key_maybe_nothing  people.yaml:12:18
  the key "id" is built from id, which may be nothing: two records could get one key
  12 |       id: '"F" & id'
     |                  ^^
  fix: build it from a column that always has a value
${begun}<time> - INFO - Read 3 new rows
<time> - INFO - people: read 3, mapped 3, created 3, updated 0, unchanged 0, skipped 0, queued 0, rejected 0
`);
    expect(stdout).not.toContain('warning');
  });

  it.each([
    [
      ['key: id\n', 'key: idd\n'],
      `error config.unknown_record_field  people.yaml:10:10
  the record has no field "idd"
  10 |     key: idd
     |          ^^^
  fix: write "id", or add it to map
`,
    ],
    [
      ['connector: file', 'connector: fiel'],
      `error config.unknown_connector  people.yaml:6:22
  there is no connector "fiel"
  6 |   desk: { connector: fiel }
    |                      ^^^^
  fix: write "file"
`,
    ],
    [
      ['connector: file', 'connector: file, folder: "${env:PEOPLE}"'],
      `error config.variable_missing  people.yaml:6:36
  PEOPLE has no value
  6 |   desk: { connector: file, folder: "\${env:PEOPLE}" }
    |                                    ^^^^^^^^^^^^^^^
  fix: set PEOPLE in the environment or in .env
`,
    ],
    [
      ['    key: id\n', '\tkey: id\n'],
      `error config.tab_indent  people.yaml:10:1
  a tab stands where YAML wants spaces
  10 | \tkey: id
     | ^
  fix: indent with spaces
`,
    ],
  ])('refuses a file with a mistake, as text and as data: %j', async ([text = '', instead = ''], says) => {
    const { pipe } = place({ ...goodFiles, 'people.yaml': peopleYaml.replace(text, instead) });
    const [shown, data] = [await pipe(['run', 'people.yaml']), await pipe(['run', 'people.yaml', '--json'])];
    expect(shown).toEqual({ exit: 2, stdout: '', stderr: says });
    expect([data.exit, data.stderr, shapeErrors('failure', data.stdout)]).toEqual([2, '', []]);
    expect(says).toContain(`error ${JSON.parse(data.stdout).findings[0].code} `);
  });

  it('does its work to the end though nobody reads what it says', async () => {
    const { start, path } = place(peopleFiles);
    const run = start(['run', 'people.yaml']);
    run.hangUp();
    expect((await run.done).exit).toBe(4);
    expect(readFileSync(path('copy.csv'), 'utf8')).toContain('\n3,1,Рябинин Пётр,');
  });

  it('started many times at once right after install is one run, and the others say no more than that', async () => {
    const { start, path } = place(goodFiles);
    const done = await Promise.all(Array.from({ length: 8 }, () => start(['run', 'people.yaml']).done));
    const others = done.filter(({ exit }) => exit !== 0);
    const codes = others.map(({ stdout, stderr }) => `${stdout}${stderr}`.match(/(?:error|warning) \S+/g));
    expect(codes).toEqual(others.map(() => ['error run.already_running']));
    expect(done.length - others.length).toBeGreaterThan(0);
    expect(readFileSync(path('copy.csv'), 'utf8').match(/^\d/gm)).toHaveLength(3);
  });

  it('says in each turn of a loop that its file is another by now, or gone, and goes on as it began', async () => {
    const schedule = 'version: 1\nschedule:\n  - { every: 1s }\n';
    const yaml = goodFiles['people.yaml'].replace('version: 1\n', schedule);
    const { start, path } = place({ ...goodFiles, 'people.yaml': yaml });
    const loop = start(['run', 'people.yaml', '--loop']);
    await loop.says('Delivered: ');
    expect(loop.told()).not.toContain('is not what it was');
    rmSync(path('people.yaml'));
    await loop.says('people.yaml is not what it was when this began');
    loop.kill('SIGTERM');
    expect((await loop.done).exit).toBe(143);
  });

  it('and says so of each file that it reads as well: what it extends, its query, its lock file', async () => {
    const { start, path } = place({
      'app.yaml': 'version: 1\nname: app\nextends: ./base.yaml\nschedule: [{ every: 1s }]\n',
      'base.yaml': `version: 1
connections:
  shop: { connector: sqlite, file: shop.db }
flows:
  people:
    source: { connection: shop, query: { file: people.sql } }
    key: id
    targets: { copy: { connection: shop, table: copy, ddl: create, key: [id], fields: all } }
`,
      'people.sql': 'SELECT 1 AS id',
    });
    new Sqlite(path('shop.db')).close();
    const loop = start(['run', 'app.yaml', '--loop']);
    await loop.says('Delivered: ');
    expect(loop.told()).not.toContain('is not what it was');
    writeFileSync(path('app.lock.json'), '{"version": 1, "connections": {}}');
    writeFileSync(path('base.yaml'), '# edited\n', { flag: 'a' });
    await loop.says('base.yaml is not what it was when this began');
    await loop.says('app.lock.json is not what it was when this began');
    writeFileSync(path('people.sql'), ' WHERE TRUE', { flag: 'a' });
    await loop.says('people.sql is not what it was when this began');
    loop.kill('SIGTERM');
    expect([(await loop.done).exit, loop.told().includes('app.yaml is not what it was')]).toEqual([143, false]);
  });

  it('writes its result over nothing that it reads', async () => {
    const { pipe, path } = place(goodFiles);
    for (const output of [
      ['--output', './people.yaml'],
      ['--output=people.yaml', '--json'],
    ]) {
      const { exit, stdout, stderr } = await pipe(['validate', 'people.yaml', ...output]);
      expect([exit, `${stdout}${stderr}`]).toEqual([2, expect.stringContaining('cli.output_over_input')]);
    }
    expect(readFileSync(path('people.yaml'), 'utf8')).toBe(goodFiles['people.yaml']);
  });

  it('says which output file it cannot write, before it does anything', async () => {
    const { pipe, path } = place(goodFiles);
    const done = await pipe(['run', 'people.yaml', '--output', 'none/out.txt']);
    expect(done).toEqual({
      exit: 2,
      stdout: '',
      stderr:
        'error cli.unwritable_file\n  none/out.txt cannot be written: ENOENT\n  fix: check the path and its rights\n',
    });
    expect(existsSync(path('.pipe'))).toBe(false);
  });

  it('takes no file for a pipeline that is none by its name', async () => {
    const { pipe } = place(goodFiles);
    expect(await pipe(['run', 'people.csv'])).toEqual({
      exit: 2,
      stdout: '',
      stderr:
        'error cli.no_yaml\n  people.csv is no pipeline: the name of one ends in .yaml or .yml\n  fix: write people.yaml\n',
    });
    expect((await pipe(['validate', 'people.csv', '--lang', 'ru'])).stderr).toBe(
      'ошибка cli.no_yaml\n  people.csv — не конвейер: имя конвейера кончается на .yaml или .yml\n  исправление: напишите people.yaml\n',
    );
  });
});
