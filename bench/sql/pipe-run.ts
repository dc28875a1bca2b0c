import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Database } from './database.ts';
import { columns } from './rows.ts';

const root = join(import.meta.dirname, '..', '..');

/** What people install; out of a clone Node strips the types first, which takes 30 MB more. */
export function build(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, shell: process.platform === 'win32' });
}

export type Mapping = 'all' | 'mapped';

interface Ran {
  readonly seconds: number;
  readonly peakMegabytes: number;
}

/** `pipe run`, from the first byte of Node to its end, on a state of its own: a file of JSON lines into a table. */
export async function pipeRun(database: Database, table: string, lines: string, mapping: Mapping): Promise<Ran> {
  const folder = mkdtempSync(join(lines, '..', 'run-'));
  try {
    // JSON is YAML.
    writeFileSync(join(folder, 'bench.yaml'), JSON.stringify(pipeline(database, table, lines, mapping)));
    return await inChild(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function pipeline(database: Database, table: string, lines: string, mapping: Mapping): object {
  const same = Object.fromEntries(columns.map(({ name }) => [name, name]));
  const target = { connection: 'there', table, key: ['id'], ddl: 'never' };
  return {
    version: 1,
    name: 'bench',
    connections: { here: { connector: 'file' }, there: { connector: database.name, ...database.settings } },
    flows: {
      rows: {
        source: { connection: 'here', file: lines, batch: 10_000 },
        key: 'id',
        ...(mapping === 'mapped' && { map: same }),
        targets: { rows: { ...target, fields: mapping === 'mapped' ? same : 'all' } },
      },
    },
  };
}

async function inChild(folder: string): Promise<Ran> {
  const bin = join(root, 'dist', 'engine', 'cli', 'bin.js');
  // The kernel forgets a process when it ends, so the process tells of itself as it does.
  const tell = `process.on('exit', () => process.stderr.write('peak ' + process.resourceUsage().maxRSS + '\\n'))`;
  const teller = `data:text/javascript,${encodeURIComponent(tell)}`;
  const startedAt = performance.now();
  const argv = ['--import', teller, bin, 'run', 'bench.yaml', '--state', join(folder, 'state'), '--json'];
  const child = spawn(process.execPath, argv, {
    cwd: folder,
    env: { ...process.env, PIPE_HOME: join(folder, 'home') },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let peakMegabytes = Number.NaN;
  const said: string[] = [];
  const lines = createInterface({ input: child.stderr });
  lines.on('line', (line) => {
    const peak = /^peak (\d+)$/.exec(line)?.[1];
    if (peak === undefined) said.push(line);
    else peakMegabytes = Math.round(Number(peak) / 1024);
  });
  const [[exit]] = await Promise.all([once(child, 'exit'), once(lines, 'close')]);
  if (exit !== 0) throw new Error(`pipe run ended with ${String(exit)}\n${said.join('\n')}`);
  return { seconds: (performance.now() - startedAt) / 1000, peakMegabytes };
}
