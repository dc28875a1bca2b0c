import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloneProject, root } from '../support/clone.ts';
import { run } from '../support/process.ts';
import { copyingYaml } from '../support/copying.ts';

/** It installs from a registry: always in CI, elsewhere when asked for. */
const wanted = process.env['CI'] !== undefined || process.env['PIPE_TEST_PACKED'] !== undefined;
if (!wanted) process.stdout.write('packed.test.ts is left out: it needs a registry; PIPE_TEST_PACKED=1 runs it\n');

const timeout = 240_000;

const pipeline = copyingYaml('lesson');

describe.runIf(wanted)('the package as users get it', { timeout }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'pipe-packed-'));
  const installed = join(folder, 'user');
  const bin = join(installed, 'node_modules/pipe/dist/engine/cli/bin.js');

  beforeAll(() => {
    const tarball = pack(folder);
    mkdirSync(installed);
    writeFileSync(join(installed, 'package.json'), '{}');
    writeFileSync(join(installed, 'lesson.yaml'), pipeline);
    writeFileSync(join(installed, 'people.csv'), 'id,name\n1,Орлова\n');
    npm(['install', '--ignore-scripts', '--no-audit', '--no-fund', tarball], installed);
  }, timeout);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('holds the built program and no tests, sources or state', () => {
    const contents = readdirSync(join(installed, 'node_modules/pipe'), { recursive: true, encoding: 'utf8' });
    expect(contents).toEqual(
      expect.arrayContaining(['LICENSE', 'package.json', join('dist', 'engine', 'cli', 'bin.js')]),
    );
    const strange = contents.filter((name) => /\.test\.[jt]s|\.pipe\b|\.env$|\.log$|^(test|bench)\b/.test(name));
    expect(strange).toEqual([]);
    expect(contents.filter((name) => name.startsWith('dist') && name.endsWith('.ts'))).toEqual([]);
  });

  it('has a package.json that package managers understand', async () => {
    const { messages } = await publint({ pkgDir: join(installed, 'node_modules/pipe'), level: 'warning', pack: false });
    expect(messages).toEqual([]);
  });

  it('brings no Node of its own', () => {
    expect(readdirSync(join(installed, 'node_modules')).filter((name) => name.startsWith('node-linux'))).toEqual([]);
  });

  it('runs on the Node of the project', () => {
    tryOn(process.execPath);
  });

  it('runs on the oldest Node it promises', () => {
    tryOn(oldestNode(folder));
  });

  function tryOn(node: string): void {
    const version = run(node, [bin, '--version'], { cwd: installed });
    expect(version.stdout).toMatch(/^pipe\/\d+\.\d+\.\d+ /);
    const validated = run(node, [bin, 'validate', 'lesson.yaml'], { cwd: installed });
    expect(validated).toMatchObject({ status: 0, stderr: '' });
  }
});

/** Builds and packs a copy of the project; the path of the tarball. */
function pack(folder: string): string {
  const clone = cloneProject(join(folder, 'clone'));
  npm(['run', 'build'], clone);
  npm(['pack', '--pack-destination', folder], clone);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  return join(folder, tarball ?? 'no tarball');
}

/** The lowest version of `engines`, from PIPE_TEST_OLDEST_NODE or installed from a package. */
function oldestNode(folder: string): string {
  const given = process.env['PIPE_TEST_OLDEST_NODE'];
  if (given !== undefined) return given;
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { engines: { node: string } };
  const [, lowest = ''] = /^>=([\d.]+)$/.exec(engines.node) ?? [];
  const version = lowest.split('.').length === 2 ? `${lowest}.0` : lowest;
  const home = join(folder, 'oldest-node');
  mkdirSync(home);
  writeFileSync(join(home, 'package.json'), '{}');
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  npm(['install', '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${version}`], home);
  return join(home, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

function npm(args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = run('npm', args, { cwd });
  if (status !== 0) throw new Error(`npm ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`);
  return stdout;
}
