import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { median, rounded } from './stand/figures.ts';

/**
 * Seconds that `pipe validate` takes for a hundred pipelines, start of the process included: the shipped files in turn,
 * each with a name of its own and with its lock file beside it. `ours` is the published form, which this builds first;
 * `sources` is a clone, where Node takes the types out of each file. Both run once before it is measured, since Node
 * keeps what it has compiled from one start to the next; then in turns, medians. `node bench/validate.ts`; the last line of
 * stdout is the result.
 */
const files = 100;
const rounds = 5;
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
  const [ours, sources] = medians(['dist/engine/cli/bin.js', 'engine/cli/bin.ts']);
  const ratio = rounded(wantedSeconds / ours);
  const figures = { name: 'validate', ours, reference: wantedSeconds, sources, files, ratio };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** One round more than is measured: the first fills Node's cache. */
function medians(bins: readonly [string, string]): readonly [number, number] {
  const turns = Array.from({ length: rounds + 1 }, () => bins.map(seconds)).slice(1);
  const [ours = [], sources = []] = bins.map((_, place) => turns.map((turn) => turn[place] ?? 0));
  process.stderr.write(`${ours.map((each) => each.toFixed(2)).join(' ')} s\n`);
  return [rounded(median(ours)), rounded(median(sources))];
}

function seconds(bin: string): number {
  const began = performance.now();
  run(process.execPath, [join(root, bin), 'validate', folder]);
  return (performance.now() - began) / 1000;
}

function run(program: string, words: readonly string[]): void {
  const { status, stderr } = spawnSync(program, words, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}
