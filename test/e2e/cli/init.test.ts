import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { templateNamed, templates } from '../../../engine/cli/init.ts';
import { place } from '../../cli/pipe.ts';
import { shapeErrors } from '../../cli/shape.ts';

vi.setConfig({ testTimeout: 180_000 });

const shipped = resolve(import.meta.dirname, '../../../pipelines');

const files = (name: string) => [`${name}.yaml`, '.env.example', '.gitignore', '.github/workflows/pipe.yaml'];

describe('pipe init', () => {
  it('begins with the lesson or with any of the shipped pipelines', () => {
    const yaml = readdirSync(shipped).filter((name) => name.endsWith('.yaml') && !name.endsWith('.test.yaml'));
    expect(templates().map(({ name }) => `${name}.yaml`)).toEqual(['first-steps.yaml', ...yaml.sort()]);
  });

  it.each(templates().map(({ name }) => name))('writes a project from %s that validates', async (template) => {
    const { pipe, path } = place();
    const { exit, stdout, stderr } = await pipe([
      'init',
      'new',
      '--template',
      template,
      '--name',
      'clinic-2',
      '--json',
    ]);
    const written = files('clinic-2');
    const { test, data } = templateNamed(template);
    if (test !== undefined) written.splice(1, 0, 'clinic-2.test.yaml');
    if (data.length > 0) written.splice(2, 0, 'visits.jsonl');
    expect([exit, stderr, shapeErrors('init', stdout)]).toEqual([0, '', []]);
    const nothing = { left: [], replaced: [], findings: [] };
    expect(JSON.parse(stdout)).toEqual({ folder: 'new', template, name: 'clinic-2', written, ...nothing });
    const text = readFileSync(path('new/clinic-2.yaml'), 'utf8');
    expect(text).toMatch(/^version: 1\nname: clinic-2\n/);
    const validated = await pipe(['validate', 'new/clinic-2.yaml']);
    expect([validated.exit, validated.stderr]).toEqual([0, '']);
    if (test === undefined) return;
    expect((await pipe(['test', 'new/clinic-2.yaml'])).exit).toBe(0);
    expect(readFileSync(path('new/.github/workflows/pipe.yaml'), 'utf8')).toContain('- run: pipe test clinic-2.yaml\n');
  });

  it('says what to do next, and every secret a variable reads is in .env.example', async () => {
    const { pipe, path } = place();
    expect((await pipe(['init', '--template', 'ident-to-bitrix', '--lang', 'ru'])).stdout).toBe(`+ ident-to-bitrix.yaml
+ ident-to-bitrix.test.yaml
+ .env.example
+ .gitignore
+ .github/workflows/pipe.yaml
дальше:
  скопируйте .env.example в .env и заполните; секреты лучше хранит pipe secret set
  pipe validate ident-to-bitrix.yaml
  pipe check ident-to-bitrix.yaml
`);
    expect(readFileSync(path('.env.example'), 'utf8')).toContain(
      'pipe secret set BITRIX24_WEBHOOK\nBITRIX24_WEBHOOK=\n',
    );
    expect(readFileSync(path('.gitignore'), 'utf8')).toContain('.env\n.pipe/\nlogs/\n');
  });

  it('overwrites nothing, and writes nothing where it would have to', async () => {
    const { pipe, path } = place({ 'new/first-steps.test.yaml': 'cases: []\n' });
    expect(await pipe(['init', 'new', '--template', 'first-steps'])).toEqual({
      exit: 2,
      stdout: '',
      stderr: `error cli.file_there
  new/first-steps.test.yaml is there already, and nothing was written
  fix: choose another folder or --name, or move that file away
`,
    });
    expect(readdirSync(path('new'))).toEqual(['first-steps.test.yaml']);
  });

  it('refuses the name of a pipeline beside it, and writes a folder as one word', async () => {
    const { pipe, path } = place({ 'my clinic/visits.yaml': 'version: 1\nname: first-steps\nflows: {}\n' });
    const begin = ['init', 'my clinic', '--template', 'first-steps'];
    expect(await pipe(begin)).toEqual({
      exit: 2,
      stdout: '',
      stderr: `error cli.name_there
  my clinic/visits.yaml is called "first-steps" already, and nothing was written
  fix: choose another folder or --name
`,
    });
    expect(readdirSync(path('my clinic'))).toEqual(['visits.yaml']);
    expect((await pipe([...begin, '--name', 'second'])).stdout).toContain('\n  cd "my clinic"\n');
  });

  it('says a second time what is there already, and leaves a project its own .gitignore and .env.example', async () => {
    const { pipe, path } = place({ 'old/.gitignore': 'mine\n', 'old/.env.example': 'MINE=1\n' });
    const begin = ['init', 'old', '--template', 'first-steps'];
    expect((await pipe(begin)).stdout).toBe(`+ first-steps.yaml
+ first-steps.test.yaml
+ visits.jsonl
+ first-steps.env.example
+ .github/workflows/pipe.yaml
= .gitignore: there already, left as it is
next:
  cd old
  copy first-steps.env.example to .env and fill it in; secrets are better kept by pipe secret set
  pipe validate first-steps.yaml
  pipe check first-steps.yaml
`);
    expect(readFileSync(path('old/.gitignore'), 'utf8')).toBe('mine\n');
    expect(readFileSync(path('old/.env.example'), 'utf8')).toBe('MINE=1\n');
    const again = await pipe([...begin, '--json']);
    const { written, left } = JSON.parse(again.stdout);
    expect([again.exit, written, left]).toEqual([
      0,
      [],
      [
        'first-steps.yaml',
        'first-steps.test.yaml',
        'visits.jsonl',
        'first-steps.env.example',
        '.gitignore',
        '.github/workflows/pipe.yaml',
      ],
    ]);
    expect((await pipe([...begin, '--lang', 'ru'])).stdout).toContain(
      '= first-steps.yaml: уже есть, оставлен как есть\n',
    );
  });

  it('names the templates where nobody is there to be asked, and the nearest to one that is not there', async () => {
    const { pipe } = place();
    const said = [
      await pipe(['init']),
      await pipe(['init', '--template', 'first-step']),
      await pipe(['init', '--template', 'first-steps', '--name', '../x']),
    ];
    expect(
      said.map(({ exit, stderr }) => [exit, ...stderr.split('\n').filter((line) => /error|fix/.test(line))]),
    ).toEqual([
      [
        2,
        'error cli.template_wanted',
        expect.stringMatching(/^ {2}fix: write --template with one of "first-steps" \| "/),
      ],
      [2, 'error cli.unknown_template', '  fix: write "first-steps"'],
      [2, 'error cli.pipeline_name', expect.stringContaining('begin with a letter or digit')],
    ]);
  });

  it.runIf(process.platform === 'linux')('asks on a terminal for what to begin with and for a name', async () => {
    const { folder, path } = place();
    const bin = resolve(import.meta.dirname, '../../../engine/cli/bin.ts');
    const terminal = spawn('script', ['-qec', `${process.execPath} ${bin} init`, '/dev/null'], {
      cwd: folder,
      env: { PATH: process.env['PATH'], PIPE_HOME: path('home') },
    });
    const answers = [
      ['Number or name: ', '1\r'],
      ['Name of the pipeline (first-steps): ', 'lesson\r'],
    ] as const;
    let shown = '';
    let next = 0;
    terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
      shown += text;
      const [question, answer] = answers[next] ?? [];
      if (question === undefined || !shown.includes(question)) return;
      next += 1;
      terminal.stdin.write(answer);
    });
    await once(terminal, 'close');
    expect(shown).toContain('+ lesson.yaml\r\n');
    expect(readFileSync(path('lesson.yaml'), 'utf8')).toMatch(/^name: lesson$/m);
  });
});
