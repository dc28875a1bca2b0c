import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { emptyCopy, peopleCsv, peopleYaml } from './people.ts';
import { place } from './pipe.ts';
import { shapeErrors } from './shape.ts';

const rows = [
  { id: '1', name: 'Кедров Илья', phone: '+79161234567' },
  { id: '2', name: 'Ольхина Вера', phone: '12345' },
  { id: '3', name: 'Рябинин Пётр', phone: '+79167654321' },
];
const fixtures = rows.map((row) => JSON.stringify({ flow: 'people', row })).join('\n');
const edited = peopleYaml
  .replace('phone: $phone(phone)', 'phone: phone')
  .replace('branch: $params.branch', 'branch: $params.branch + 1')
  .replace('    targets:', '    guard: [{ if: id = "3", skip: THREE }]\n    targets:');

/** A repository whose last commit holds these files, and then has those beside or over them. */
function repository(before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>) {
  const there = place(before);
  const git = (...argv: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@localhost', ...argv], { cwd: there.folder });
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--message', 'before');
  for (const [name, text] of Object.entries(after)) writeFileSync(there.path(name), text);
  return there;
}

const offline = ['diff', 'people.yaml', '--rows', 'rows.jsonl'];

describe('pipe diff --base', () => {
  it('shows by field what an edit does to the same rows, without a source, a target or a secret', async () => {
    const { pipe } = repository({ 'people.yaml': peopleYaml }, { 'people.yaml': edited, 'rows.jsonl': fixtures });
    const done = await pipe([...offline, '--base', 'HEAD', '--exit-code']);
    expect(done).toEqual({
      exit: 5,
      stdout: `What this edit of the mapping changes: people
against HEAD:people.yaml
3 rows of rows.jsonl
targets were not asked: every row is taken for a new one, and what rungs and guards find is not compared
people: 3 of 3 records change
  record: rejected transform.wrong_phone → mapped: 1 record (2)
  record: mapped → skipped THREE: 1 record (3)
  record.branch: 1 record
    1: 1 → 2
  copy.branch: 1 record
    1: 1 → 2
`,
      stderr: '',
    });
  });

  it('gives the same as data and as a comment, masked unless it is told to reveal', async () => {
    const longer = peopleYaml.replace('name: name\n', 'name: name & "!"\n');
    const { pipe } = repository({ 'people.yaml': peopleYaml }, { 'people.yaml': longer, 'rows.jsonl': fixtures });
    const json = await pipe([...offline, '--base', 'HEAD', '--json']);
    expect([json.exit, shapeErrors('diff-base', json.stdout)]).toEqual([0, []]);
    expect(JSON.parse(json.stdout)).toMatchObject({
      changed: 3,
      flows: [
        { fields: [{ name: 'record.name', records: 3, examples: [{ key: '1', before: 'К**** И****' }, {}, {}] }, {}] },
      ],
    });
    expect(json.stdout).not.toMatch(/Кедров|Илья|Ольхина|Рябинин/);
    const comment = await pipe([...offline, '--base', 'HEAD', '--format', 'markdown', '--lang', 'ru']);
    expect(comment.stdout).toContain(`### Что меняет эта правка маппинга: people

- по сравнению с HEAD:people.yaml
`);
    expect(comment.stdout).toContain('| record.name | 3 | 1: К\\*\\*\\*\\* И\\*\\*\\*\\* → ');
    const clear = await pipe([...offline, '--base', 'HEAD', '--reveal']);
    expect(clear.stdout).toContain('    1: Кедров Илья → Кедров Илья!\n');
  });

  it('takes what the base extends and asks from that revision too, and leaves nothing of it behind', async () => {
    const base = peopleYaml.replace('name: people\n', '');
    const own = 'version: 1\nname: people\nextends: ../base.yaml\n';
    const there = repository(
      { 'base.yaml': base, 'deep/people.yaml': own, 'rows.jsonl': fixtures },
      { 'base.yaml': edited.replace('name: people\n', '') },
    );
    const done = await there.pipe(['diff', 'deep/people.yaml', '--rows', 'rows.jsonl', '--base', 'HEAD', '--json']);
    expect([done.exit, JSON.parse(done.stdout)]).toMatchObject([0, { base: 'HEAD:deep/people.yaml', changed: 3 }]);
    expect(readdirSync(there.folder).filter((name) => name.startsWith('pipe-base-'))).toEqual([]);
  });

  it('reads rows of the source itself, and takes a file for the base', async () => {
    const { pipe, path } = place({
      'people.yaml': edited,
      'old/people.yaml': peopleYaml,
      'people.csv': peopleCsv,
      'copy.csv': emptyCopy,
    });
    const done = await pipe(['diff', 'people.yaml', '--base', 'old/people.yaml', '--sample', '1', '--json']);
    expect([done.exit, JSON.parse(done.stdout)]).toMatchObject([
      0,
      { base: 'old/people.yaml', flows: [{ rows: 1, changed: 1 }] },
    ]);
    expect(readFileSync(path('copy.csv'), 'utf8')).toBe(emptyCopy);
    const same = await pipe(['diff', 'people.yaml', '--base', 'people.yaml', '--exit-code']);
    expect([same.exit, same.stdout]).toEqual([0, expect.stringContaining('\nnothing changes\n')]);
  });

  it('says which flows are new or gone, and takes each version with the params it declares', async () => {
    const other = peopleYaml
      .replace('  people:\n    source', '  persons:\n    source')
      .replace('branch: {', 'filial: {')
      .replace('$params.branch', '$params.filial');
    const both = `${fixtures}\n${fixtures.replaceAll('"people"', '"persons"')}`;
    const { pipe } = repository({ 'people.yaml': peopleYaml }, { 'people.yaml': other, 'rows.jsonl': both });
    const params = ['--param', 'branch=2', '--param', 'filial=3'];
    const { stdout } = await pipe([...offline, '--base', 'HEAD', ...params]);
    expect(stdout).toContain('people: the flow is gone\npersons: the flow is new\n');
  });

  it('takes no revision from an empty word, which to git is what is staged, and none from what was moved', async () => {
    const { pipe } = repository({ 'old.yaml': peopleYaml, 'rows.jsonl': fixtures }, { 'people.yaml': edited });
    for (const base of ['', 'HEAD', 'HEAD; id']) {
      const refused = await pipe([...offline, '--base', base]);
      expect([refused.exit, refused.stderr.split('\n').slice(0, 2)]).toEqual([
        2,
        ['error samples.no_base', `  "${base}" is neither a file nor a git revision that has people.yaml`],
      ]);
    }
  });

  it('says what it cannot compare: no such revision, a broken version, a line that is no row', async () => {
    const broken = peopleYaml.replace('key: id\n', 'kee: id\n');
    const { pipe, path } = repository({ 'people.yaml': broken }, { 'people.yaml': peopleYaml, 'rows.jsonl': fixtures });
    const none = await pipe([...offline, '--base', 'nowhere']);
    expect([none.exit, none.stderr]).toEqual([
      2,
      expect.stringContaining('"nowhere" is neither a file nor a git revision that has people.yaml'),
    ]);
    const wrong = await pipe([...offline, '--base', 'HEAD']);
    expect([wrong.exit, wrong.stderr]).toEqual([
      2,
      expect.stringContaining('config.unknown_key  HEAD:people.yaml:10:5'),
    ]);
    writeFileSync(path('rows.jsonl'), `${fixtures}\n{"flow":"people"}\n`);
    writeFileSync(path('old.yaml'), peopleYaml);
    const line = await pipe([...offline, '--base', 'old.yaml']);
    expect([line.exit, line.stderr]).toEqual([
      2,
      expect.stringContaining('line 4 of rows.jsonl is not a row of a flow'),
    ]);
    const beside = await pipe([...offline, '--base', 'old.yaml', '--out', 'plan.jsonl']);
    expect([beside.exit, beside.stderr]).toEqual([2, expect.stringContaining('--base and --out say different things')]);
    const alone = await pipe(offline);
    expect([alone.exit, alone.stderr]).toEqual([
      2,
      expect.stringContaining('--rows says something only beside --base'),
    ]);
    const unset = peopleYaml.replace('default: 1', 'env: BRANCH');
    writeFileSync(path('people.yaml'), unset);
    const missing = await pipe([...offline, '--base', 'old.yaml']);
    expect([missing.exit, missing.stderr]).toEqual([2, expect.stringContaining('param branch has no value')]);
  });
});
