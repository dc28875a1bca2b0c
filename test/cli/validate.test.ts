import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { peopleFiles, peopleYaml } from './people.ts';
import { place } from './pipe.ts';
import { shapeErrors } from './shape.ts';

const tenMistakes = `version: 1
name: ten
colour: red
params:
  branch: { type: integer, default: one }
connections:
  desk: { connector: fiel }
  portal: { connector: bitrix24, webhook: "\${secret:PORTAL_WEBHOOK}" }
flows:
  people:
    source: { connection: dsk, file: people.csv, batch: many }
    key: id
    map:
      id: '"F" & $params.brunch'
      name: $trimm(name)
      phone: phone &
    targets:
      deal:
        connection: portal
        entity: deel
        match: [{ name: id, by: { ORIGIN_ID: id } }]
        fields: { TITLE: name, STAGE_ID: NEW }
`;

const tenFindings = `error config.unknown_key  ten.yaml:3:1
  "colour" is not a key of pipeline
  3 | colour: red
    | ^^^^^^
  fix: write "version" | "name" | "description" | "extends" | "params" | "connections" | "schedule" | "brakes" | "syncLog" | "flows"

error config.param_not_of_type  ten.yaml:5:37
  the value of param branch is not of type integer
  5 |   branch: { type: integer, default: one }
    |                                     ^^^
  fix: give it a value like 2

error config.unknown_connector  ten.yaml:7:22
  there is no connector "fiel"
  7 |   desk: { connector: fiel }
    |                      ^^^^
  fix: write "file"

error config.unknown_connection  ten.yaml:11:27
  there is no connection "dsk"
  11 |     source: { connection: dsk, file: people.csv, batch: many }
     |                           ^^^
  fix: write "desk", or declare it under connections

error config.wants_number  ten.yaml:11:57
  "batch" wants a number
  11 |     source: { connection: dsk, file: people.csv, batch: many }
     |                                                         ^^^^
  fix: write batch: 1000

error transform.unknown_param  ten.yaml:14:18
  $params.brunch is not declared under params
  14 |       id: '"F" & $params.brunch'
     |                  ^^^^^^^
  fix: write $params.branch, or declare it under params

error transform.unknown_function  ten.yaml:15:13
  there is no function $trimm
  15 |       name: $trimm(name)
     |             ^^^^^^
  fix: write $trim

error transform.operand_missing  ten.yaml:16:21
  a value is missing where the expression ends
  16 |       phone: phone &
     |                     ^
  fix: complete it; inside a YAML block in braces an expression with a comma or a bracket stands in single quotes

error config.wrong_value  ten.yaml:20:17
  "deel" is not a value of "entity"
  20 |         entity: deel
     |                 ^^^^
  fix: write deal

error transform.literal_word  ten.yaml:22:42
  "NEW" is no field of the record
  22 |         fields: { TITLE: name, STAGE_ID: NEW }
     |                                          ^^^
  fix: for the text itself write { const: NEW }
`;

/** One mistake a file; `name` is each file's own, else that would be a mistake too. */
function spoiled(name: string, text: string, instead: string): string {
  return peopleYaml.replace('name: people', `name: ${name}`).replace(text, instead);
}

const unlocked =
  'pipelines/people.yaml: not checked without a lock file: fields, types and stages of desk people, desk copy.csv; `pipe discover pipelines/people.yaml --lock` writes it\n';

describe('pipe validate', () => {
  it('13. Ten mistakes of one file are ten findings, each with its place and fix', async () => {
    const { pipe } = place({ 'ten.yaml': tenMistakes });
    const done = await pipe(['validate', 'ten.yaml'], { PORTAL_WEBHOOK: 'http://127.0.0.1:9/rest/1/x/' });
    const last =
      'ten.yaml: not checked without a lock file: fields, types and stages of portal deel; `pipe discover ten.yaml --lock` writes it\n' +
      '1 file: 10 errors, 0 warnings; not checked offline: logins, rights, and whether the systems are as the lock files say\n';
    expect(done).toEqual({ exit: 2, stdout: `${tenFindings}\n${last}`, stderr: '' });
  });

  it('tells them as lines a GitHub workflow understands', async () => {
    const { pipe } = place({ 'ten.yaml': tenMistakes });
    const argv = ['validate', '--format', 'github', 'ten.yaml'];
    const { exit, stdout } = await pipe(argv, { PORTAL_WEBHOOK: 'http://127.0.0.1:9/rest/1/x/' });
    expect([exit, stdout.split('\n')[4]]).toEqual([
      2,
      '::error file=ten.yaml,line=11,endLine=11,col=57,endColumn=61,title=config.wants_number::"batch" wants a number; write batch: 1000',
    ]);
    expect(stdout.match(/^::error /gm)).toHaveLength(10);
  });

  it('escapes what a GitHub workflow would take for its own signs, and gives a place only to what has one', async () => {
    const { pipe } = place({ 'a,b.yaml': spoiled('odd', 'key: id\n', 'key: id\n    "50%:, x": 1\n') });
    const argv = ['validate', 'a,b.yaml', '--format', 'github', '--param', 'nobody=1'];
    const { stdout } = await pipe(argv);
    expect(stdout.split('\n')).toEqual([
      '::error title=config.unknown_param::--param names nobody, which the file does not declare; write "branch", or declare it under params',
      expect.stringMatching(
        /^::error file=a%2Cb\.yaml,line=11,endLine=11,col=5,endColumn=14,title=config\.unknown_key::"50%25:, x" is not a key of flows\.people; write /,
      ),
      '',
    ]);
  });

  it('tells them as SARIF of the official schema, columns in code points', async () => {
    const { pipe } = place({ 'десять.yaml': tenMistakes });
    const argv = ['validate', '--format', 'sarif', 'десять.yaml', '--lang', 'ru'];
    const { exit, stdout } = await pipe(argv, { PORTAL_WEBHOOK: 'http://127.0.0.1:9/rest/1/x/' });
    expect([exit, sarifErrors(stdout)]).toEqual([2, []]);
    const [{ results, tool, columnKind, language }] = JSON.parse(stdout).runs;
    expect([columnKind, language, tool.driver.name, results.length]).toEqual(['unicodeCodePoints', 'ru', 'pipe', 10]);
    expect(results[4]).toEqual({
      ruleId: 'config.wants_number',
      ruleIndex: tool.driver.rules.findIndex(({ id }: { id: string }) => id === 'config.wants_number'),
      level: 'error',
      message: { text: 'для «batch» нужно число; напишите batch: 1000' },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: '%D0%B4%D0%B5%D1%81%D1%8F%D1%82%D1%8C.yaml' },
            region: { startLine: 11, startColumn: 57, endLine: 11, endColumn: 61 },
          },
        },
      ],
    });
    const none = await pipe(['validate', '--format', 'sarif', '--param', 'x=1', 'десять.yaml']);
    expect(sarifErrors(none.stdout)).toEqual([]);
  });

  it('takes folders and patterns: no tests, and what others extend is read with them', async () => {
    const files = {
      'clinics/north/people.yaml': spoiled('north', 'nothing', 'nothing'),
      'clinics/south/people.yaml': 'extends: ./base.yaml\nname: south\n',
      'clinics/south/base.yaml': peopleYaml.replace('name: people\n', ''),
      'clinics/south/people.test.yaml': 'not: a pipeline\n',
      'clinics/south/notes.txt': '',
    };
    const { pipe } = place(files);
    const filesOf = async (...argv: readonly string[]) => {
      const { exit, stdout } = await pipe(['validate', '--format', 'json', ...argv]);
      expect([exit, shapeErrors('validate', stdout)]).toEqual([0, []]);
      return JSON.parse(stdout).files;
    };
    const both = ['clinics/north/people.yaml', 'clinics/south/people.yaml'];
    expect(await filesOf('clinics/**/*.yaml')).toEqual(both);
    expect(await filesOf('clinics/south')).toEqual(['clinics/south/people.yaml']);
    expect(await filesOf('clinics/north/people.yaml', './clinics/*/people.yaml')).toEqual(both);
  });

  it('asks the systems too with --online, but not about a file that is wrong', async () => {
    const { pipe } = place({ ...peopleFiles, 'wrong.yaml': spoiled('wrong', '$phone(phone)', '$phome(phone)') });
    const good = await pipe(['validate', 'people.yaml', '--online']);
    expect(good).toEqual({
      exit: 0,
      stdout: `${unlocked.replaceAll('pipelines/', '')}1 file: 0 errors, 0 warnings; systems were asked for 1\n`,
      stderr: '',
    });
    const missing = place({
      'people.yaml': peopleYaml,
      'wrong.yaml': peopleYaml.replace('name: people', 'nam: wrong'),
    });
    const bad = await missing.pipe(['validate', 'people.yaml', '--online']);
    expect(bad.exit).toBe(3);
    expect(bad.stdout.replace(missing.folder, '<folder>')).toBe(`error file.not_found  people.yaml:6:3
  there is no file people.csv in <folder>
  6 |   desk: { connector: file }
    |   ^^^^
  fix: put the file there, or correct "file" or the connection's "folder"

${unlocked.replaceAll('pipelines/', '')}1 file: 1 error, 0 warnings; systems were asked for 1
`);
    const data = await pipe(['validate', 'people.yaml', 'wrong.yaml', '--online', '--format', 'json']);
    expect([data.exit, shapeErrors('validate', data.stdout), JSON.parse(data.stdout).online]).toEqual([
      2,
      [],
      ['people.yaml'],
    ]);
  });

  it('finds what is wrong in each of many files, and gives it as data', async () => {
    const files = {
      'broken.yaml': 'version: 1\nname: broken\nflows: [\n',
      'unknown-key.yaml': spoiled('unknown-key', 'source: {', 'sources: {'),
      'wrong-type.yaml': spoiled('wrong-type', 'default: 1', 'default: [1]'),
      'unknown-connector.yaml': spoiled('unknown-connector', 'connector: file', 'connector: bitrix42'),
      'unset.yaml': spoiled('unset', 'connector: file', 'connector: file, folder: "${env:PEOPLE_FOLDER}"'),
      'syntax.yaml': spoiled('syntax', '$phone(phone)', '$phone(phone'),
      'same-name.yaml': spoiled('unset', 'nothing', 'nothing'),
    };
    const { pipe, path } = place({ ...peopleFiles, ...files });
    const done = await pipe(['validate', ...Object.keys(files), '--json', '--lang', 'ru', '--output', 'out.json']);
    expect(done).toEqual({ exit: 2, stdout: '', stderr: '' });
    const written = readFileSync(path('out.json'), 'utf8');
    expect(shapeErrors('validate', written)).toEqual([]);
    const { errors, warnings, findings } = JSON.parse(written);
    expect(findings.map(placeAndCode)).toEqual([
      'broken.yaml:3:8 error config.unclosed_bracket',
      'same-name.yaml:2:7 error config.same_name',
      'syntax.yaml:15:26 error transform.ends_early',
      'unknown-connector.yaml:6:22 error config.unknown_connector',
      'unknown-key.yaml:9:5 error config.unknown_key',
      'unset.yaml:6:36 warning config.variable_missing',
      'wrong-type.yaml:4:37 error config.param_not_of_type',
    ]);
    expect([errors, warnings, findings[3].message]).toEqual([6, 1, 'коннектора «bitrix42» нет']);
  });

  it('is not kept waiting by what stands beside a pipeline and is no file', async () => {
    const { pipe, path } = place(peopleFiles);
    mkdirSync(path('folder.yaml'));
    symlinkSync('nowhere.yaml', path('gone.yaml'));
    symlinkSync('.', path('loop'));
    if (process.platform !== 'win32') execFileSync('mkfifo', [path('pipe.yaml')]);
    expect(await pipe(['validate', 'people.yaml'])).toMatchObject({ exit: 0, stderr: '' });
    expect(await pipe(['validate', '.'])).toMatchObject({ exit: 0, stderr: '' });
  });

  it('looks at pipelines/*.yaml when no file is named, and takes params', async () => {
    const { pipe } = place({ 'pipelines/people.yaml': peopleYaml, 'pipelines/people.test.yaml': 'not: a pipeline\n' });
    const wrong = await pipe(['validate', '--param', 'branch=two', '--param', 'colour=red']);
    expect(wrong).toEqual({
      exit: 2,
      stdout: `error config.unknown_param
  --param names colour, which the file does not declare
  fix: write "branch", or declare it under params

error config.param_not_of_type  pipelines/people.yaml:4:3
  the value of param branch is not of type integer
  4 |   branch: { type: integer, default: 1 }
    |   ^^^^^^
  fix: give it a value like 2

${unlocked}1 file: 2 errors, 0 warnings; not checked offline: logins, rights, and whether the systems are as the lock files say
`,
      stderr: '',
    });
    const right = await pipe(['validate', '--param', 'branch=2']);
    expect(right).toEqual({
      exit: 0,
      stdout: `${unlocked}1 file: 0 errors, 0 warnings; not checked offline: logins, rights, and whether the systems are as the lock files say\n`,
      stderr: '',
    });
  });

  it('names the pipelines that lie where none of the name does', async () => {
    const text = 'version: 1\n';
    const { pipe } = place({
      'top.yaml': text,
      'clinic/deals.yaml': text,
      'clinic/people.yaml': text,
      'clinic/people.test.yaml': 'a: 1\n',
    });
    const misspelt = await pipe(['validate', 'clinic/peple.yaml']);
    expect(misspelt.stderr).toBe(
      'error cli.other_pipeline\n  there is no pipeline file clinic/peple.yaml\n  fix: write clinic/people.yaml\n',
    );
    const folder = await pipe(['run', './clinic/']);
    const beside = await pipe(['validate', '--lang', 'ru']);
    expect(beside.stderr).toBe(
      'ошибка cli.other_pipeline\n  нет файла конвейера pipelines/*.yaml\n  исправление: напишите top.yaml\n',
    );
    expect([folder.exit, folder.stderr]).toEqual([
      2,
      'error cli.other_pipeline\n  there is no pipeline file ./clinic/\n' +
        '  fix: write clinic/deals.yaml | clinic/people.yaml\n',
    ]);
  });

  it('says where it looked when there is no file', async () => {
    const { pipe } = place();
    const none = await pipe(['validate']);
    expect(none.stderr).toBe(
      'error cli.no_pipeline\n  there is no pipeline file pipelines/*.yaml\n' +
        '  fix: give the path of a pipeline, e.g. pipelines/ident-to-bitrix.yaml\n',
    );
    const wrong = await pipe(['validate', 'peple.yaml', '--json', '--lang', 'ru']);
    expect([none.exit, wrong.exit, wrong.stderr]).toEqual([2, 2, '']);
    expect(shapeErrors('failure', wrong.stdout)).toEqual([]);
    expect(JSON.parse(wrong.stdout).error).toMatchObject({
      code: 'cli.no_pipeline',
      message: 'нет файла конвейера peple.yaml',
    });
    const folder = await pipe(['validate', '.']);
    expect([folder.exit, folder.stderr.split('\n')[1]]).toEqual([2, '  there is no pipeline file ./*.yaml']);
    const pattern = await pipe(['validate', 'clinics/*.yaml']);
    expect([pattern.exit, pattern.stderr.split('\n')[1]]).toEqual([2, '  there is no pipeline file clinics/*.yaml']);
  });
});

/** What is wrong with a report by the schema of SARIF 2.1.0, which is of draft 4 but for its two names alone. */
function sarifErrors(report: string): readonly string[] {
  const file = new URL(import.meta.resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'));
  const { $schema: _draft, id: _id, ...schema } = JSON.parse(readFileSync(file, 'utf8'));
  const ajv = addFormats.default(new Ajv({ strict: false, allErrors: true, unicodeRegExp: false }));
  ajv.validate(schema, JSON.parse(report));
  return (ajv.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

interface Shown {
  readonly severity: string;
  readonly code: string;
  readonly where: { readonly file: string; readonly line: number; readonly column: number };
}

function placeAndCode({ severity, code, where }: Shown): string {
  return `${where.file}:${where.line}:${where.column} ${severity} ${code}`;
}
