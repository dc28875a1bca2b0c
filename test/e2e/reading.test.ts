import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { RunResult } from '../../engine/run/run-pipeline.ts';
import { startMainJob } from './main-job.ts';
import type { MainJob, MainJobOptions } from './main-job.ts';

/** Rules 14 to 19 of the reference: how the shipped pipeline reads IDENT, over both wires. */
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

async function start(options: Partial<MainJobOptions> = {}): Promise<MainJob> {
  const job = await startMainJob({ appointments: 13, seed: 3, limits: 'off', ...options });
  onTestFinished(() => job.close());
  return job;
}

/** The shipped pipeline with portions of fifty. */
function inFifties(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pipe-reading-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'fifties.yaml');
  // JSON is YAML.
  const derived = {
    version: 1,
    extends: resolve('pipelines/ident-to-bitrix.yaml'),
    name: 'fifties',
    flows: { receptions: { source: { batch: 50 } } },
  };
  writeFileSync(file, JSON.stringify(derived));
  return file;
}

/** Every stamp of the clinic lies so far back that no window reaches it. */
async function longAgo({ clinic }: MainJob): Promise<void> {
  const at = "'2020-01-01T00:00:00'";
  await clinic.execute(
    `UPDATE dbo.Receptions SET DateTimeAdded = ${at}, DateTimeChanged = ${at}, ReceptionAdded = ${at}, PatientAppeared = NULL,
       ReceptionStarted = NULL, ReceptionEnded = NULL, CheckIssued = NULL, ReceptionCanceled = NULL`,
  );
  for (const table of ['Orders', 'OrderServiceRelation']) await clinic.execute(`DELETE FROM dbo.${table}`);
  for (const table of ['Patients', 'Persons']) await clinic.execute(`UPDATE dbo.${table} SET DateTimeChanged = NULL`);
}

/** Somebody writes a comment on a visit, and the clinic's clock showed so much less than now. */
async function comment(job: MainJob, visit: number, agoMs: number): Promise<void> {
  const at = new Date(Date.parse(`${job.clinic.now()}Z`) - agoMs).toISOString().slice(0, 23);
  await job.clinic.execute(
    `UPDATE dbo.Receptions SET Comment = N'Правка', DateTimeChanged = '${at}' WHERE ID = ${visit}`,
  );
}

const readBy = ({ flows: [flow] }: RunResult): number => flow?.read ?? 0;
const dealsOf = ({ portal }: MainJob): readonly string[] =>
  portal.truth
    .deals()
    .map((deal) => String(deal['UF_CRM_1769072841035']))
    .sort();
const commented = ({ portal }: MainJob): readonly string[] =>
  portal.truth
    .deals()
    .filter((deal) => deal['UF_CRM_1769494714842'] === 'Правка')
    .map((deal) => String(deal['UF_CRM_1769072841035']))
    .sort();

it('14. each row of Receptions is one deal, named by its ID', async () => {
  const job = await start();
  await job.run();
  const visits = await job.clinic.execute('SELECT ID FROM dbo.Receptions');
  expect(dealsOf(job)).toEqual(visits.map(({ ID }) => `F1_${String(ID)}`).sort());
});

it('15. what was changed up to two hours before the last read is read again, older changes are not', async () => {
  const job = await start();
  await longAgo(job);
  await comment(job, 1, 0);
  await job.run();
  // Committed late: the transactions were open while the first run read.
  await comment(job, 4, 2 * hour - minute);
  await comment(job, 5, 2 * hour + minute);
  await job.run();
  expect(commented(job)).toEqual(['F1_1', 'F1_4']);
});

it('16. the first read goes back seven days', async () => {
  const job = await start();
  await longAgo(job);
  await comment(job, 1, 7 * day - hour);
  await comment(job, 4, 7 * day + hour);
  await job.run();
  expect(dealsOf(job)).toEqual(['F1_1']);
});

it('17. the time of the last read is kept: the next one reads only what has changed, and without it the first window', async () => {
  const job = await start();
  await longAgo(job);
  for (const [index, visit] of [1, 4, 5, 6, 8].entries()) await comment(job, visit, index * day);
  expect(readBy(await job.run())).toBe(5);
  job.clock.time += day;
  await comment(job, 5, 0);
  // The newest of the first read stands at the cursor, and comes again within the overlap.
  expect(readBy(await job.run())).toBe(2);
  await job.forget();
  expect(readBy(await job.run())).toBe(5);
});

it('18. a portion holds no more rows than batch says, and nothing is lost between two', async () => {
  const job = await start({ appointments: 120, file: inFifties() });
  await job.run();
  const portions = job.events.flatMap((event) => (event.type === 'batch-read' ? [event.rows] : []));
  expect(portions).toEqual([50, 50, 20]);
  expect(new Set(dealsOf(job)).size).toBe(120);
});

it('19. a portion costs one round trip for the visits and one for all they have, on one connection', async () => {
  const job = await start({ appointments: 120, file: inFifties() });
  await job.run();
  const asked = job.clinic.journal.filter(({ sql }) => /select/i.test(sql));
  // The clock with the columns; then three portions.
  expect(asked).toHaveLength(1 + 3 * 2);
  expect(new Set(asked.map(({ connection }) => connection)).size).toBe(1);
});

it('19. a failure that passes is tried again, and the run is green', async () => {
  let deadlocks = 0;
  const job = await start({
    clinicFaults: {
      onRequest: ({ sql }) => {
        if (!/dbo\.ServiceItemPrices as/.test(sql) || deadlocks > 0) return undefined;
        deadlocks += 1;
        return { error: { number: 1205, message: 'chosen as the deadlock victim' } };
      },
    },
  });
  expect(await job.run()).toMatchObject({ exitCode: 0, flows: [{ read: 13, created: 13 }] });
  expect(deadlocks).toBe(1);
});
