import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection } from '../engine/connector.ts';
import type { Database } from './sql/database.ts';
import { build, pipeRun } from './sql/pipe-run.ts';
import type { Mapping } from './sql/pipe-run.ts';
import { writeLines } from './sql/rows.ts';
import { startServers } from './sql/servers.ts';
import { connectTo, createTable, loadOf, secondsFor } from './sql/sink.ts';
import type { Take } from './sql/sink.ts';
import { machine, median, rounded } from './stand/figures.ts';

/**
 * Rows a second into PostgreSQL and MariaDB, twenty columns, a commit for every 10 000 rows, fsync on: into an empty
 * table, all of them changed, none changed. The sink alone beside COPY or LOAD DATA and an upsert by hand, in turns on
 * the same server; `pipe run` with every field and with twenty mapped ones. What is in the table afterwards is counted
 * there, past all of them. `--quick`: fewer rows and turns; `--alone`: no `pipe run`; `--million`: only the memory of
 * one `pipe run` of a million rows with every field, and of one with twenty mapped ones; `--only postgres` or `mariadb`.
 */
const flag = (name: string): boolean => process.argv.includes(name);
const only = process.argv[process.argv.indexOf('--only') + 1];
const [rows, rounds, runs] = flag('--quick') ? [20_000, 3, 1] : [100_000, 5, 5];
const million = flag('--quick') ? 100_000 : 1_000_000;
const limitMegabytes = 200;
const loads = ['first', 'changed', 'unchanged'] as const;
const versions = { first: 1, changed: 2, unchanged: 2 };
type Load = (typeof loads)[number];
type Seconds = Record<Load, number>;

const folder = mkdtempSync(join(tmpdir(), 'pipe-sql-sink-'));
const kinds = (['postgres', 'mariadb'] as const).filter((kind) => !flag('--only') || kind === only);
if (kinds.length === 0) throw new Error('--only takes postgres or mariadb');
const servers = await startServers(kinds);
try {
  if (!flag('--alone')) build();
  const result = flag('--million') ? await memory(servers.databases) : await speed(servers.databases);
  process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  await servers.close();
  rmSync(folder, { recursive: true, force: true });
}

async function speed(databases: readonly Database[]): Promise<object> {
  const figures = [];
  for (const database of databases) figures.push({ database: database.name, ...(await figuresOf(database)) });
  return {
    name: 'sql-sink',
    machine,
    unit: `rows/s of ${rows} rows, 20 columns, a commit for 10 000; ratio: the sink to the hand-driven load, the worst of all`,
    ratio: Math.min(...figures.flatMap(({ ratio }) => Object.values(ratio))),
    rounds,
    figures,
  };
}

async function figuresOf(database: Database) {
  const byHand: Seconds[] = [];
  const bySink: Seconds[] = [];
  const connection = await connectTo(database, folder);
  try {
    for (let round = 1; round <= rounds; round++) {
      const sink = await aloneRound(database, connection, `sink_${round}`, (table) => loadOf(connection, table, round));
      const hand = await aloneRound(
        database,
        connection,
        `hand_${round}`,
        (table) => (cells) => database.upsert(table, cells),
      );
      byHand.push(hand);
      bySink.push(sink);
    }
    const ours = perSecond(bySink);
    const reference = perSecond(byHand);
    return {
      ours,
      reference,
      ratio: ratioOf(ours, reference),
      ...(!flag('--alone') && (await runsOf(database, connection))),
    };
  } finally {
    await connection.close();
  }
}

/** Three loads into a table of its own. */
async function aloneRound(
  database: Database,
  connection: Connection,
  table: string,
  takeFor: (table: string) => Take | Promise<Take>,
): Promise<Seconds> {
  await createTable(connection, table);
  const take = await takeFor(table);
  const seconds: Seconds = { first: 0, changed: 0, unchanged: 0 };
  for (const load of loads) {
    await database.settle();
    seconds[load] = await secondsFor(take, rows, versions[load]);
    await proveRows(database, table, load, rows);
  }
  process.stderr.write(`${database.name} ${table}: ${loads.map((load) => seconds[load].toFixed(2)).join(' ')} s\n`);
  await database.drop(table);
  return seconds;
}

async function proveRows(database: Database, table: string, load: Load, wanted: number): Promise<void> {
  const counted = await database.count(table, versions[load]);
  if (counted.rows !== wanted || counted.ofVersion !== wanted)
    throw new Error(`${table}, ${load}: ${counted.rows} rows, ${counted.ofVersion} of this version, not ${wanted}`);
}

async function runsOf(database: Database, connection: Connection) {
  for (const version of [1, 2]) await writeLines(linesOf(version), rows, version);
  const all: Seconds[] = [];
  const mapped: Seconds[] = [];
  let peakMegabytes = 0;
  for (let run = 1; run <= runs; run++) {
    for (const [mapping, measured] of [
      ['all', all],
      ['mapped', mapped],
    ] as const) {
      const ran = await runRound(database, connection, mapping, run);
      measured.push(ran.seconds);
      peakMegabytes = Math.max(peakMegabytes, ran.peakMegabytes);
    }
  }
  return { pipeRunAll: perSecond(all), pipeRunMapped: perSecond(mapped), peakMegabytes };
}

async function runRound(database: Database, connection: Connection, mapping: Mapping, run: number) {
  const table = `${mapping}_${run}`;
  await createTable(connection, table);
  const seconds: Seconds = { first: 0, changed: 0, unchanged: 0 };
  let peakMegabytes = 0;
  for (const load of loads) {
    await database.settle();
    const ran = await pipeRun(database, table, linesOf(versions[load]), mapping);
    seconds[load] = ran.seconds;
    peakMegabytes = Math.max(peakMegabytes, ran.peakMegabytes);
    await proveRows(database, table, load, rows);
  }
  const said = loads.map((load) => seconds[load].toFixed(2)).join(' ');
  process.stderr.write(`${database.name} pipe run ${mapping}: ${said} s, ${peakMegabytes} MB\n`);
  await database.drop(table);
  return { seconds, peakMegabytes };
}

/** G8 of a SQL target: the kernel's own count of the process that ran. */
async function memory(databases: readonly Database[]): Promise<object> {
  await writeLines(linesOf(1), million, 1);
  const figures = [];
  for (const database of databases) {
    const connection = await connectTo(database, folder);
    for (const mapping of ['all', 'mapped'] as const) {
      await createTable(connection, 'million');
      const { seconds, peakMegabytes } = await pipeRun(database, 'million', linesOf(1), mapping);
      await proveRows(database, 'million', 'first', million);
      await database.drop('million');
      figures.push({ database: database.name, mapping, peakMegabytes, rowsPerSecond: Math.round(million / seconds) });
    }
    await connection.close();
  }
  const ours = Math.max(...figures.map(({ peakMegabytes }) => peakMegabytes));
  return {
    name: 'sql-sink-memory',
    machine,
    unit: `megabytes at the peak of one run of ${million} rows`,
    ours,
    reference: limitMegabytes,
    ratio: rounded(limitMegabytes / ours),
    figures,
  };
}

function linesOf(version: number): string {
  return join(folder, `rows-${version}.jsonl`);
}

function perSecond(measured: readonly Seconds[]): Seconds {
  const speedOf = (load: Load): number => Math.round(rows / median(measured.map((seconds) => seconds[load])));
  return { first: speedOf('first'), changed: speedOf('changed'), unchanged: speedOf('unchanged') };
}

function ratioOf(ours: Seconds, reference: Seconds): Seconds {
  return {
    first: rounded(ours.first / reference.first),
    changed: rounded(ours.changed / reference.changed),
    unchanged: rounded(ours.unchanged / reference.unchanged),
  };
}
