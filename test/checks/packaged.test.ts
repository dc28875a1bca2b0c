import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloneProject, root } from '../support/clone.ts';
import { run } from '../support/process.ts';

/** The Windows form needs Node for Windows from a registry: always in CI, elsewhere when asked for. */
const withWindows = process.env['CI'] !== undefined || process.env['PIPE_TEST_PACKED'] !== undefined;
if (!withWindows)
  process.stdout.write('packaged.test.ts leaves Windows out: it needs a registry; PIPE_TEST_PACKED=1 builds it\n');

const canBuild = process.platform === 'linux' && process.arch === 'x64';
if (!canBuild) process.stdout.write('packaged.test.ts is left out: `npm run package` builds on Linux x64 only\n');

const timeout = 300_000;
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

const lesson = `version: 1
name: lesson
connections:
  desk: { connector: file }
params:
  source: { type: string, default: people.csv, env: LESSON_SOURCE }
schedule: [{ every: 2m }]
flows:
  people:
    source: { connection: desk, file: people.csv }
    key: id
    map: { id: id, age: $number(age) }
    targets:
      copy:
        connection: desk
        file: copy.csv
        key: [id]
        match: [{ name: id, by: { id: id } }]
        fields: { id: id, age: age }
`;

describe.runIf(canBuild)('what people without Node install', { timeout }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'pipe-packaged-'));
  const installed = join(folder, 'pipe');
  const out = join(folder, 'clone', 'out');
  const single = join(out, `pipe-${version}-linux-x64`);
  let printed = '';

  beforeAll(() => {
    const forms = ['linux', 'single', ...(withWindows ? ['windows'] : [])];
    const clone = cloneProject(join(folder, 'clone'));
    const built = run(process.execPath, [join(clone, '.package/package.ts'), ...forms], { cwd: clone });
    if (built.status !== 0) throw new Error(built.stdout + built.stderr);
    printed = built.stdout;
    unpack();
  }, timeout);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function unpack(): void {
    const { status, stderr } = run('tar', ['-xzf', `${single}.tar.gz`, '-C', folder], { cwd: folder });
    if (status !== 0) throw new Error(stderr);
  }

  /** Nothing of this machine is there to lean on: no PATH, no Node, no clone. */
  const pipe = (program: string, words: readonly string[], cwd = folder) =>
    run('env', ['-i', `PIPE_HOME=${join(folder, 'home')}`, 'PATH=/usr/bin:/bin', program, ...words], { cwd });

  it('61. is built by one command, which prints each file and its size', () => {
    expect(printed.split('\n').slice(0, 2)).toEqual([
      expect.stringMatching(/^out\/pipe-\d+\.\d+\.\d+-linux-x64\.tar\.gz {2}\d+\.\d MB$/),
      expect.stringMatching(/^out\/pipe-\d+\.\d+\.\d+-linux-x64 {2}\d+\.\d MB$/),
    ]);
  });

  it('61. holds the program, what it runs on, the shipped pipelines and nothing of a clone', () => {
    const names = readdirSync(installed, { recursive: true, encoding: 'utf8' });
    expect(names).toEqual(
      expect.arrayContaining([
        'node',
        'pipe',
        'pipe.cjs',
        'better_sqlite3.node',
        join('pipelines', 'ident-to-bitrix.yaml'),
        join('schemas', 'pipeline.schema.json'),
        'LICENSE',
      ]),
    );
    expect(names.filter((name) => /node_modules|\.ts$|\.env$|\.pipe$|\.log$/.test(name))).toEqual([]);
    expect(statSync(join(installed, 'pipe')).mode & 0o111).toBe(0o111);
  });

  it.runIf(withWindows)('61. has a form for Windows, which is built and not run here', () => {
    const names = namesIn(readFileSync(join(out, `pipe-${version}-windows-x64.zip`)));
    expect(names).toEqual(
      expect.arrayContaining(['pipe/node.exe', 'pipe/pipe.cmd', 'pipe/pipe.cjs', 'pipe/better_sqlite3.node']),
    );
  });

  describe.each([
    ['the portable folder', join(installed, 'pipe')],
    ['the single executable', single],
  ])('%s', (_, program) => {
    it('61. says its version', () => {
      expect(pipe(program, ['--version']).stdout).toBe(`pipe/${version} linux-x64 node-${process.version}\n`);
    });

    it('61. knows every command and its help in Russian', () => {
      const done = pipe(program, ['service', '--help', '--lang', 'ru']);
      expect(done).toMatchObject({ status: 0, stderr: '' });
      expect(done.stdout).toContain('service uninstall');
      expect(pipe(program, ['nonsense']).stderr).toContain('error cli.unknown_command');
    });

    it('61. checks, runs and remembers a pipeline', () => {
      const place = mkdtempSync(join(folder, 'run-'));
      writeFileSync(join(place, 'lesson.yaml'), lesson.replace('name: lesson', `name: lesson${place.at(-1)}`));
      writeFileSync(join(place, 'people.csv'), 'id,age\n1,30\n');
      expect(pipe(program, ['validate', 'lesson.yaml'], place)).toMatchObject({ status: 0, stderr: '' });
      const [first, again] = [
        pipe(program, ['run', 'lesson.yaml'], place),
        pipe(program, ['run', 'lesson.yaml'], place),
      ];
      expect([first.stdout, again.stdout].map((text) => /created \d+/.exec(text)?.[0])).toEqual([
        'created 1',
        'created 0',
      ]);
      expect(readFileSync(join(place, 'copy.csv'), 'utf8')).toBe('id,age\n1,30\n');
    });

    it('begins projects from what it holds, and is no clone to add a connector to', () => {
      const place = mkdtempSync(join(folder, 'init-'));
      for (const template of ['first-steps', 'ident-to-bitrix'])
        expect(pipe(program, ['init', template, '--template', template], place)).toMatchObject({
          status: 0,
          stderr: '',
        });
      expect(pipe(program, ['test', 'first-steps/first-steps.yaml'], place)).toMatchObject({ status: 0 });
      const { status, stderr } = pipe(program, ['connector', 'new', 'yclients'], place);
      expect([status, stderr]).toEqual([2, expect.stringContaining('error cli.not_a_clone')]);
    });

    it('61. tells the whole story of the shipped pipeline', () => {
      const done = pipe(program, ['demo', '--appointments', '30', '--json']);
      expect(JSON.parse(done.stdout)).toMatchObject({ exitCode: 0, portal: { deal: 30 } });
    });

    it('61. names itself as what a service has to call', () => {
      const place = mkdtempSync(join(folder, 'service-'));
      writeFileSync(join(place, 'lesson.yaml'), lesson);
      const shown = pipe(program, ['service', 'install', 'lesson.yaml', '--print', '--for', 'linux'], place).stdout;
      const own = program === single ? `"${single}"` : `"${installed}/node" "${installed}/pipe.cjs"`;
      expect(shown).toContain(`\nExecStart=${own} "run" `);
    });
  });

  it('60. a new version laid over an old one keeps pipeline, variables, state and queue', () => {
    const program = join(installed, 'pipe');
    const mine = ['lesson.yaml', '.env', 'people.csv'];
    writeFileSync(join(installed, 'lesson.yaml'), lesson);
    writeFileSync(join(installed, '.env'), 'LESSON_SOURCE=people.csv\n');
    writeFileSync(join(installed, 'people.csv'), 'id,age\n1,30\n2,unknown\n');
    expect(pipe(program, ['run', 'lesson.yaml'], installed).status).toBe(4);
    const queue = () => pipe(program, ['queue', 'list', 'lesson.yaml', '--json'], installed).stdout;
    const before = [queue(), ...mine.map((name) => readFileSync(join(installed, name), 'utf8'))];
    unpack();
    expect([queue(), ...mine.map((name) => readFileSync(join(installed, name), 'utf8'))]).toEqual(before);
    expect(JSON.parse(before[0] ?? '')).toMatchObject({ rows: [{ key: '2' }] });
    const next = pipe(program, ['run', 'lesson.yaml', '--json'], installed);
    expect(JSON.parse(next.stdout)).toMatchObject({ flows: [{ created: 0 }] });
    expect(existsSync(join(installed, '.pipe/lesson/state.db'))).toBe(true);
  });
});

/** File names of a zip, out of its central directory. */
function namesIn(zip: Buffer): readonly string[] {
  const names: string[] = [];
  const mark = Buffer.from([0x50, 0x4b, 0x01, 0x02]);
  for (let at = zip.indexOf(mark); at >= 0; at = zip.indexOf(mark, at + 46)) {
    names.push(zip.toString('utf8', at + 46, at + 46 + zip.readUInt16LE(at + 28)));
  }
  return names;
}
