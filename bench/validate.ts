import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * Seconds that `pipe validate` takes for a hundred pipelines, start of the process included: the shipped files in turn,
 * each with a name of its own. `node bench/validate.ts`; the last line of stdout is the result.
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
    const text = (texts[i % texts.length] ?? '').replace(/^name: .*$/m, `name: pipeline-${i}`);
    writeFileSync(join(folder, `${i}.yaml`), text);
  }
  const began = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'engine/cli/bin.ts'), 'validate', folder], {
    encoding: 'utf8',
  });
  const seconds = (performance.now() - began) / 1000;
  if (status !== 0) throw new Error(stderr);
  const figures = { name: 'validate', ours: Number(seconds.toFixed(2)), reference: wantedSeconds, files };
  process.stdout.write(`${JSON.stringify({ ...figures, ratio: Number((wantedSeconds / seconds).toFixed(2)) })}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
