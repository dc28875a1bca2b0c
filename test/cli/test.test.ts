import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { place } from './pipe.ts';
import { shapeErrors } from './shape.ts';

const yaml = `version: 1
name: people
params:
  branch: { type: integer, env: BRANCH }
connections:
  desk: { connector: file, folder: "\${env:DESK}" }
flows:
  people:
    source: { connection: desk, file: people.csv, key: [id] }
    key: id
    map:
      id: id
      name: name
      phone: $phone(phone)
      stage: { from: status, table: { new: NEW, done: WON }, otherwise: NEW }
    guard: [{ if: $empty(name), skip: NO NAME }]
    targets:
      person:
        connection: desk
        file: copy.csv
        key: [ID]
        match:
          - { name: id, by: [ID] }
          - { name: name, by: { NAME: name, ID: { empty: true } }, where: $not($found.STAGE = "LOST") }
        guard: [{ if: $found.STAGE = "LOST", skip: LOST }, { if: $found.STAGE = "KEPT", keep: [STAGE], log: KEPT }]
        fields: { ID: id, NAME: name, PHONE: phone, STAGE: stage, BRANCH: $params.branch }
`;

const tests = `# tests of people
params: { branch: 3 }
cases:
  - name: a new person is made
    source: { id: "1", name: Кедров Илья, phone: +79161234567, status: new } # as the file has it
    expect:
      whole: true
      record: { id: "1", name: Кедров Илья, phone: "+79161234567", stage: NEW }
      changes: { person: { create: { ID: "1", NAME: Кедров Илья, PHONE: "+79161234567", STAGE: NEW, BRANCH: 3 } } }

  # two rows, one after the other
  - name: a person who is there is changed once
    source:
      - { id: "1", name: Кедров Илья, status: done }
      - { id: "1", name: Кедров Илья, status: done }
    target: { desk: { copy.csv: [{ id: "7", ID: "1", NAME: Кедров Илья, STAGE: KEPT, BRANCH: 3 }] } }
    expect:
      - changes: { person: { unchanged: true, log: [KEPT] } }
      - changes: { person: unchanged }
`;

const files = { 'people.yaml': yaml, 'people.test.yaml': tests };

describe('pipe test', () => {
  it('takes rows through map, ladder, guards and plan without a variable, a file or a network', async () => {
    const done = await place(files).pipe(['test', 'people.yaml']);
    expect(done).toEqual({
      exit: 0,
      stdout:
        'people.test.yaml\n  ok  a new person is made\n  ok  a person who is there is changed once\n2 cases, 0 not as expected\n',
      stderr: '',
    });
  });

  it('shows what was expected and what happens, and ends with 4', async () => {
    const wrong = tests.replace('stage: NEW }', 'stage: WON }').replace('NAME: Кедров Илья, PHONE', 'PHONE');
    const { pipe } = place({ ...files, 'people.test.yaml': wrong });
    const { exit, stdout } = await pipe(['test', 'people.test.yaml']);
    expect([exit, stdout]).toEqual([
      4,
      `people.test.yaml
  WRONG  a new person is made  people.test.yaml:4:11
    record.stage
      - expected  "WON"
      + actual    "NEW"
    changes.person.create.NAME
      - expected  nothing
      + actual    "Кедров Илья"
  ok  a person who is there is changed once
2 cases, 1 not as expected
`,
    ]);
    const json = await pipe(['test', '--json', '--coverage', '--lang', 'ru']);
    expect([json.exit, shapeErrors('test', json.stdout)]).toEqual([4, []]);
    expect(JSON.parse(json.stdout)).toMatchObject({
      cases: 2,
      wrong: 1,
      files: [{ cases: [{ differences: [{ at: 'record.stage', expected: 'WON', actual: 'NEW' }, {}] }, { ok: true }] }],
    });
  });

  it('tells what no case reaches', async () => {
    const { stdout } = await place(files).pipe(['test', '--coverage']);
    expect(stdout).toContain(`  fields: covered 9/9 (100 %)
  table entries: covered 2/3 (66 %)
    never reached: people.map.stage.otherwise  people.yaml:15
  rungs: covered 1/2 (50 %)
    never reached: people.person.match.name  people.yaml:24
  guards: covered 1/3 (33 %)
    never reached: people.guard.1 NO NAME  people.yaml:16
    never reached: people.person.guard.1 LOST  people.yaml:25
`);
  });

  it('writes what happens into the file with --update, after showing it, and touches nothing else', async () => {
    const wrong = tests
      .replace('stage: NEW }', 'stage: WON } # why')
      .replace(', STAGE: NEW, BRANCH: 3', ', BRANCH: 4, STAGE: NEW')
      .replace('person: unchanged', 'person: create');
    const { pipe, path } = place({ ...files, 'people.test.yaml': wrong });
    const { exit, stdout, stderr } = await pipe(['test', '--update']);
    expect([exit, stderr]).toEqual([4, 'people.test.yaml: 2 cases rewritten\n']);
    expect(stdout).toContain('      + actual    "NEW"\n');
    const right = tests
      .replace('stage: NEW }', 'stage: NEW } # why')
      .replace(', STAGE: NEW, BRANCH: 3', ', BRANCH: 3, STAGE: NEW')
      .replace('person: unchanged', 'person: { unchanged: true, row: "7", rung: id, log: [KEPT] }');
    expect(readFileSync(path('people.test.yaml'), 'utf8')).toBe(right);
    expect((await pipe(['test'])).exit).toBe(0);
    writeFileSync(path('people.test.yaml'), right.replace('expect:\n      whole', 'expect: &first\n      whole'));
    expect((await pipe(['test', '--update'])).exit).toBe(0);
  });

  it('is refused with every mistake of the file, each at its place', async () => {
    const broken = `params: { branch: three, colour: red }
cases:
  - name: one
    flow: peple
    source: { id: "1" }
    expect: { whole: true }
  - name: two
    source: { id: "1" }
    target: { desk: { copie.csv: [{ NAME: x }], copy.csv: [{ NAMEE: x }] } }
    expect:
      changes: { persn: create, person: { update: { NAM: x }, create: {}, rung: idd, rows: { lines: [] } } }
  - name: three
    source: [{ id: "1" }, { id: "2" }]
    expect: { refused: run.requird_empty, skipped: NO NAM, record: { nam: x } }
    colour: red
`;
    const { pipe, path } = place({ ...files, 'people.test.yaml': broken });
    const first = await pipe(['test', '--json']);
    expect([first.exit, findingsOf(first.stdout)]).toEqual([2, ['15:5 config.unknown_key']]);
    writeFileSync(path('people.test.yaml'), broken.replace('    colour: red\n', ''));
    const { exit, stdout } = await pipe(['test', '--json']);
    expect([exit, findingsOf(stdout)]).toEqual([
      2,
      [
        '1:11 cases.param_misfit three',
        '1:26 cases.unknown_param colour',
        '4:11 cases.unknown_flow peple',
        '6:13 cases.expects_nothing',
        '9:23 cases.unknown_entity copie.csv',
        '9:62 cases.unknown_read NAMEE',
        '11:18 cases.unknown_target persn',
        '11:33 cases.change_kind',
        '11:33 cases.unknown_rung idd',
        '11:94 cases.nothing_to_name lines',
        '12:11 cases.rows_and_expectations',
        '14:13 cases.contradiction',
        '14:13 cases.unknown_code run.requird_empty',
        '14:13 cases.unknown_guard NO NAM',
        '14:70 cases.unknown_record_field nam',
      ],
    ]);
  });

  it('says how an expected skip comes to be, and where the pipeline has nothing to skip by', async () => {
    const skips = `params: { branch: 3 }
cases:
  - { name: flow, source: { id: "1" }, expect: { skipped: NO NAM } }
  - { name: target, source: { id: "1" }, expect: { changes: { person: { skip: LOSST } } } }
`;
    const { pipe, path } = place({ ...files, 'people.test.yaml': skips });
    const fixes = async () => JSON.parse((await pipe(['test', '--json'])).stdout).files[0].findings.map(saidOf);
    expect(await fixes()).toEqual([
      'nothing here is skipped as "NO NAM" → write "NO NAME", or give the pipeline a guard with `skip: NO NAM`',
      'nothing here is skipped as "LOSST" → write "LOST", or give the pipeline a guard with `skip: LOSST`',
    ]);
    writeFileSync(path('people.yaml'), yaml.replaceAll(/^ +guard: .*\n/gm, ''));
    expect(await fixes()).toEqual([
      'there is nothing in the pipeline that "NO NAM" could name here → take it out of the test, or add it to the pipeline',
      'there is nothing in the pipeline that "LOSST" could name here → take it out of the test, or add it to the pipeline',
    ]);
  });

  it('asks for the values of params that no environment gives, and for the files it is to run', async () => {
    const { pipe } = place({ ...files, 'people.test.yaml': tests.replace('branch: 3', '') });
    const missing = await pipe(['test']);
    expect([missing.exit, missing.stdout]).toEqual([2, expect.stringContaining('error cases.param_missing')]);
    const none = await pipe(['test', 'peple.yaml']);
    expect([none.exit, none.stderr]).toEqual([2, expect.stringContaining('there is no test file peple.test.yaml')]);
    const alone = await place({ 'alone.test.yaml': tests }).pipe(['test']);
    expect([alone.exit, alone.stdout]).toEqual([2, expect.stringContaining('there is no pipeline alone.yaml to test')]);
  });
});

function findingsOf(stdout: string): readonly string[] {
  const [file] = JSON.parse(stdout).files;
  return file.findings.map((finding: Finding) => {
    const { where, code, parameters } = finding;
    const name = code === 'cases.param_misfit' ? 'three' : (parameters['name'] ?? parameters['code'] ?? '');
    return `${where.line}:${where.column} ${code} ${code.startsWith('config') ? '' : name}`.trim();
  });
}

function saidOf({ message, fix }: { message: string; fix: string }): string {
  return `${message} → ${fix}`;
}

interface Finding {
  readonly where: { readonly line: number; readonly column: number };
  readonly code: string;
  readonly parameters: Readonly<Record<string, string>>;
}
