import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * Seconds that `pipe validate` takes for a hundred pipelines, start of the process included: the shipped files in turn,
 * each with a name of its own and with its lock file beside it. `ours` is the published form, which this builds first;
 * `sources` is a clone, where Node takes the types out of each file. Both run once before it is measured, since Node
 * keeps what it has compiled from one start to the next. `node bench/validate.ts`; the last line of stdout is the result.
 */
const files = 100;
const wantedSeconds = 2;

const root = resolve(import.meta.dirname, '..');
const shipped = readdirSync(join(root, 'pipelines')).filter(
  (name) => name.endsWith('.yaml') && !name.endsWith('.test.yaml'),
);
const texts = shipped.map((name) => readFileSync(join(root, 'pipelines', name), 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'pipe-bench-'));
try {
  for (let i = 0; i < files; i++) {
    const which = i % texts.length;
    const text = (texts[which] ?? '').replace(/^name: .*$/m, `name: pipeline-${i}`);
    writeFileSync(join(folder, `${i}.yaml`), text);
    const lock = (shipped[which] ?? '').replace(/yaml$/, 'lock.json');
    cpSync(join(root, 'pipelines', lock), join(folder, `${i}.lock.json`));
  }
  run('npm', ['run', 'build']);
  const ours = seconds('dist/engine/cli/bin.js');
  const sources = seconds('engine/cli/bin.ts');
  const ratio = Number((wantedSeconds / ours).toFixed(2));
  const figures = { name: 'validate', ours, reference: wantedSeconds, sources, files, ratio };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function seconds(bin: string): number {
  const words = [join(root, bin), 'validate', folder];
  run(process.execPath, words);
  const began = performance.now();
  run(process.execPath, words);
  return Number(((performance.now() - began) / 1000).toFixed(2));
}

function run(program: string, words: readonly string[]): void {
  const { status, stderr } = spawnSync(program, words, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}
