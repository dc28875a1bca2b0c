import type { RunningSandbox, Sandbox, SandboxOptions } from '../../../engine/index.ts';
import { startSqlServer } from '../../_mssql/sandbox/index.ts';
import type { Faults, LateTransaction, Row, SandboxLogin, SqlServerSandbox } from '../../_mssql/sandbox/index.ts';
import { lineOnPlan, openVisits, payment, staffAtWork } from './change.ts';
import { generateClinic } from './generate.ts';
import { createRandom } from './random.ts';
import { tables } from './schema.ts';
import { insertStatement } from './tables.ts';
import { naive } from './world.ts';

export { canaries } from './people.ts';

export interface ClinicOptions {
  /** Visits; about half as many patients. */
  readonly appointments: number;
  /** The same seed gives the same clinic; default 1. */
  readonly seed?: number;
  /** How far back the visits reach: default two years; 7 puts all of them into the first window of a pipeline. */
  readonly days?: number;
  /** Adds visits with holes: no doctor, no phone, no chair, no time. Default false. */
  readonly flaws?: boolean;
  /** Milliseconds since 1970; the clinic's wall clock is three hours ahead of UTC. Default: the machine's clock. */
  readonly now?: () => number;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Logins beside `reader`, who may read everything and write nothing. */
  readonly logins?: readonly SandboxLogin[];
  readonly faults?: Faults;
  /** How far the server's clock is ahead of `now`, behind where it is negative. */
  readonly clockAheadMs?: number;
}

/** A clinic on loopback. */
export interface Clinic {
  /** Connection settings of `reader`. */
  readonly settings: {
    readonly server: string;
    readonly port: number;
    readonly database: string;
    readonly user: string;
    readonly password: string;
    readonly encrypt: boolean;
  };
  /** What clients asked, in the order of arrival. */
  readonly journal: SqlServerSandbox['journal'];
  /** T-SQL with all rights, past the wire: set-up and looking up the truth. Gives the rows of the last result. */
  execute(sql: string): Promise<readonly Row[]>;
  /** Lets the staff touch so many open visits, fewer if there are not so many: stamps, plans, prices. Gives their IDs. */
  change(visits: number): Promise<readonly number[]>;
  /** One more line on a treatment plan, of this `ServiceItemPrices.ID`. */
  extendPlan(plan: number, price: number): Promise<void>;
  /** Money from a patient. */
  pay(patient: number, roubles: number): Promise<void>;
  /** The wall clock on the server of the clinic, naive. */
  now(): string;
  /** That clock jumps, back where it is negative. */
  stepClock(ms: number): void;
  /** A transaction that has its stamps and row versions of now, and is committed later. */
  begin(rowversions?: number): LateTransaction;
  counts(): Promise<Readonly<Record<string, number>>>;
  close(): Promise<void>;
}

const database = 'PZ';
const reader = { user: 'reader', password: 'reader', readOnly: true } as const satisfies SandboxLogin;
const aheadOfUtcMinutes = 180;

/** Starts a clinic and fills it; a second for every few thousand visits. */
export async function startClinic(options: ClinicOptions): Promise<Clinic> {
  const wallClockMs = (): number => (options.now ?? Date.now)() + aheadOfUtcMinutes * 60_000;
  const server = await startSqlServer({
    database,
    logins: [reader, ...(options.logins ?? [])],
    now: () => new Date(wallClockMs()),
    utcOffsetMinutes: aheadOfUtcMinutes,
    ...(options.port !== undefined && { port: options.port }),
    ...(options.faults && { faults: options.faults }),
    ...(options.clockAheadMs !== undefined && { clockAheadMs: options.clockAheadMs }),
  });
  try {
    const billed = await fill(server, options, wallClockMs());
    return clinicOn(server, options, billed, () => naive(server.now().getTime()));
  } catch (error) {
    await server.close();
    throw error;
  }
}

/** Creates the tables and their rows; gives the visits that have orders. */
async function fill(server: SqlServerSandbox, options: ClinicOptions, nowMs: number): Promise<ReadonlySet<number>> {
  const { appointments, seed = 1, days = 730, flaws = false } = options;
  const billed = new Set<number>();
  for (const statement of tables) await server.execute(statement);
  await server.execute('BEGIN TRANSACTION');
  for (const insert of generateClinic({ appointments, seed, nowMs, days, flaws })) {
    const { text, parameters } = insertStatement(insert);
    await server.execute(text, parameters);
    if (insert.table === 'Orders') for (const [, visit] of insert.rows) billed.add(Number(visit));
  }
  await server.execute('COMMIT TRANSACTION');
  return billed;
}

function clinicOn(
  server: SqlServerSandbox,
  options: ClinicOptions,
  billed: ReadonlySet<number>,
  now: () => string,
): Clinic {
  const random = createRandom((options.seed ?? 1) + 1);
  return {
    settings: {
      server: server.host,
      port: server.port,
      database,
      user: reader.user,
      password: reader.password,
      encrypt: false,
    },
    journal: server.journal,
    execute: async (sql) => await server.execute(sql),
    async change(visits) {
      const open = (await server.execute(openVisits)).map((row) => Number(row['ID']));
      const touched = staffAtWork(visits, open, billed, now(), random);
      for (const statement of touched.statements) await server.execute(statement);
      return touched.visits;
    },
    async extendPlan(plan, price) {
      await server.execute(lineOnPlan(plan, price, now()));
    },
    async pay(patient, roubles) {
      await server.execute(payment(patient, roubles, now()));
    },
    now,
    stepClock: (ms) => server.stepClock(ms),
    begin: (rowversions) => server.begin(rowversions),
    async counts() {
      const counts: Record<string, number> = {};
      for (const table of ['Receptions', 'Patients', 'Orders', 'OrderServiceRelation']) {
        const [row] = await server.execute(`SELECT COUNT(*) AS n FROM dbo.${table}`);
        counts[table] = Number(row?.['n']);
      }
      return counts;
    },
    close: async () => await server.close(),
  };
}

export const sandbox: Sandbox = { start };

/** Most visits lie in the last seven days, the first window of the shipped pipelines. */
async function start({ port, seed, size = 300, now }: SandboxOptions): Promise<RunningSandbox> {
  const clinic = await startClinic({
    appointments: size,
    days: 7,
    ...(port !== undefined && { port }),
    ...(seed !== undefined && { seed }),
    ...(now && { now }),
  });
  const { server, port: taken, user, password } = clinic.settings;
  return {
    settings: clinic.settings,
    facts: [
      `IDENT data base ${database} on ${server}:${taken}, login ${user}, password ${password}`,
      `${size} visits of invented patients, most of them in the last seven days`,
    ],
    counts: clinic.counts,
    change: async (rows) => (await clinic.change(rows)).length,
    close: clinic.close,
  };
}
