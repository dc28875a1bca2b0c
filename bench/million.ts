import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';

/**
 * G8 as a figure: `pipe run`, as it is published, in a process of its own takes a million rows of JSON lines into an empty file. Peak memory
 * is the kernel's own count (VmHWM) of that process; rows are counted, and told apart by their keys, in the target.
 */
const quick = process.argv.includes('--quick');
const rows = quick ? 50_000 : 1_000_000;
const limitMegabytes = 200;
const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'pipe-million-'));

try {
  // What people install; out of a clone Node strips the types first, which takes 30 MB more.
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, shell: process.platform === 'win32' });
  await writeSource();
  writeFileSync(join(folder, 'million.yaml'), JSON.stringify(pipeline()));
  const { seconds, peakMegabytes } = await runInChild();
  const written = await countTarget();
  if (written !== rows) throw new Error(`${written} rows in the target of ${rows} in the source`);
  const result = {
    name: 'million',
    machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`,
    unit: 'megabytes at the peak of one run',
    ours: peakMegabytes,
    reference: limitMegabytes,
    ratio: Math.round((limitMegabytes / peakMegabytes) * 1000) / 1000,
    rows: written,
    seconds: Math.round(seconds * 10) / 10,
    rowsPerSecond: Math.round(written / seconds),
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function writeSource(): Promise<void> {
  const file = createWriteStream(join(folder, 'source.jsonl'));
  for (let id = 1; id <= rows; id++) {
    const phone = `+7999${String(id % 10_000_000).padStart(7, '0')}`;
    const row = { id, name: `Пациент ${id}`, phone, visit: '2026-03-01T10:00:00', amount: (id % 1000) * 10 };
    if (!file.write(`${JSON.stringify(row)}\n`)) await once(file, 'drain');
  }
  file.end();
  await finished(file);
}

/** JSON is YAML. */
function pipeline(): object {
  const fields = { id: 'id', name: 'name', phone: 'phone', visit: 'visit', amount: 'amount' };
  const target = { connection: 'here', file: 'target.jsonl', match: [{ name: 'id', by: ['id'] }], fields };
  return {
    version: 1,
    name: 'million',
    connections: { here: { connector: 'file' } },
    flows: {
      rows: { source: { connection: 'here', file: 'source.jsonl' }, key: 'id', map: fields, targets: { target } },
    },
  };
}

async function runInChild(): Promise<{ readonly seconds: number; readonly peakMegabytes: number }> {
  const bin = join(root, 'dist', 'engine', 'cli', 'bin.js');
  // The kernel forgets a process when it ends, so the process tells of itself as it does.
  const tell = `process.on('exit', () => process.stderr.write('peak ' + process.resourceUsage().maxRSS + '\\n'))`;
  const teller = `data:text/javascript,${encodeURIComponent(tell)}`;
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['--import', teller, bin, 'run', 'million.yaml', '--json'], {
    cwd: folder,
    env: { ...process.env, PIPE_HOME: join(folder, 'home') },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let peakMegabytes = Number.NaN;
  const lines = createInterface({ input: child.stderr });
  lines.on('line', (line) => {
    const peak = /^peak (\d+)$/.exec(line)?.[1];
    if (peak !== undefined) peakMegabytes = Math.round(Number(peak) / 1024);
  });
  const [[exit]] = await Promise.all([once(child, 'exit'), once(lines, 'close')]);
  if (exit !== 0)
    throw new Error(`pipe run ended with ${String(exit)}: ${readFileSync(join(folder, 'million.yaml'), 'utf8')}`);
  return { seconds: (performance.now() - startedAt) / 1000, peakMegabytes };
}

async function countTarget(): Promise<number> {
  const seen = new Uint8Array(rows + 1);
  let count = 0;
  for await (const line of createInterface({ input: createReadStream(join(folder, 'target.jsonl')) })) {
    const { id }: { id: number } = JSON.parse(line);
    if (seen[id] !== 0) throw new Error(`row ${id} is there twice, or is none of ours`);
    seen[id] = 1;
    count++;
  }
  return count;
}
