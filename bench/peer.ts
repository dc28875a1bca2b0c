import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from './sql/database.ts';
import { build, pipeRun } from './sql/pipe-run.ts';
import { writeLines } from './sql/rows.ts';
import { startServers } from './sql/servers.ts';
import { connectTo, createTable } from './sql/sink.ts';
import { machine, median, rounded } from './stand/figures.ts';

/**
 * The same file of JSON lines into the same PostgreSQL, `fsync` on: `pipe run` and dlt, in turns, whole processes from
 * start to end. Into an empty table, all rows changed, none changed; what is in the tables is counted there. Takes dlt
 * from PyPI into a folder of its own.
 */
const quick = process.argv.includes('--quick');
const [rows, rounds] = quick ? [20_000, 1] : [100_000, 3];
const dltVersion = '1.31.0';
const loads = [
  ['first', 1],
  ['changed', 2],
  ['unchanged', 2],
] as const;
type Seconds = Record<(typeof loads)[number][0], number>;

const folder = mkdtempSync(join(tmpdir(), 'pipe-peer-'));
const servers = await startServers(['postgres']);
try {
  build();
  const [database] = servers.databases;
  if (!database) throw new Error('there is no PostgreSQL');
  for (const version of [1, 2]) await writeLines(linesOf(version), rows, version);
  const python = installDlt();
  const connection = await connectTo(database, folder);
  const [ours, theirs]: [Seconds[], Seconds[]] = [[], []];
  for (let round = 1; round <= rounds; round++) {
    const [table, dataset] = [`ours_${round}`, `theirs_${round}`];
    await createTable(connection, table);
    const runHere = async (lines: string) => (await pipeRun(database, table, lines, 'all')).seconds;
    ours.push(await loaded(database, table, runHere));
    theirs.push(await loaded(database, `${dataset}.rows`, async (lines) => dlt(python, database, dataset, lines)));
  }
  await connection.close();
  process.stdout.write(`${JSON.stringify(result(ours, theirs))}\n`);
} finally {
  await servers.close();
  rmSync(folder, { recursive: true, force: true });
}

function installDlt(): string {
  const venv = join(folder, 'venv');
  execFileSync('python3', ['-m', 'venv', venv], { stdio: 'inherit' });
  execFileSync(join(venv, 'bin', 'pip'), ['install', '--quiet', `dlt[postgres]==${dltVersion}`], { stdio: 'inherit' });
  return join(venv, 'bin', 'python');
}

async function loaded(database: Database, table: string, load: (lines: string) => Promise<number>): Promise<Seconds> {
  const seconds: Seconds = { first: 0, changed: 0, unchanged: 0 };
  for (const [name, version] of loads) {
    await database.settle();
    seconds[name] = await load(linesOf(version));
    const counted = await database.count(table, version);
    if (counted.rows !== rows || counted.ofVersion !== rows)
      throw new Error(`${table}, ${name}: ${counted.rows} rows, ${counted.ofVersion} of this version, not ${rows}`);
  }
  const said = loads.map(([name]) => seconds[name].toFixed(2)).join(' ');
  process.stderr.write(`${table}: ${said} s\n`);
  return seconds;
}

async function dlt(python: string, { settings }: Database, dataset: string, lines: string): Promise<number> {
  const { user, password, host, port, database } = settings as Readonly<Record<string, string>>;
  const url = `postgresql://${user}:${password}@${host}:${port}/${database}`;
  const script = join(import.meta.dirname, 'sql', 'load-with-dlt.py');
  const startedAt = performance.now();
  execFileSync(python, [script, join(folder, dataset), url, dataset, lines], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return (performance.now() - startedAt) / 1000;
}

function result(ours: readonly Seconds[], theirs: readonly Seconds[]): object {
  const [mine, peer] = [medians(ours), medians(theirs)];
  return {
    name: 'peer',
    machine,
    unit: `seconds for ${rows} rows of 20 columns, whole process; reference: dlt ${dltVersion}`,
    ours: mine,
    reference: peer,
    ratio: {
      first: rounded(peer.first / mine.first),
      changed: rounded(peer.changed / mine.changed),
      unchanged: rounded(peer.unchanged / mine.unchanged),
    },
    rounds,
  };
}

function medians(measured: readonly Seconds[]): Seconds {
  const of = (name: keyof Seconds) => rounded(median(measured.map((seconds) => seconds[name])));
  return { first: of('first'), changed: of('changed'), unchanged: of('unchanged') };
}

function linesOf(version: number): string {
  return join(folder, `rows-${version}.jsonl`);
}
