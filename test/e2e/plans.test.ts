import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import type { RunResult } from '../../engine/run/run-pipeline.ts';
import { startMainJob } from './main-job.ts';
import type { MainJob } from './main-job.ts';

/** Rule 33 by reference A.7: the flow `plans` of the shipped pipeline, over both wires. */
const flows = ['receptions', 'plans'];
const json = 'UF_CRM_1769167266723';
const md5 = 'UF_CRM_1769167398642';
const hour = 3_600_000;

/** Visit 4 lies ahead, its patient has no other, and the card is ours. */
const visit = 4;
const card = 'К-4/2';

interface Line {
  readonly stage: 1 | 2;
  readonly element: 1 | 2 | 3;
  /** `ServiceItemPrices.ID`: 2 is a check-up for 900, 32 an impression for 1250.05, 26 an implant for 42000. */
  readonly price: number;
  readonly discount?: number;
  readonly done?: 'billed' | 'not billed';
}

async function clinicWithoutPlans(): Promise<MainJob> {
  const job = await startMainJob({ appointments: 13, seed: 3, limits: 'off' });
  onTestFinished(() => job.close());
  await job.clinic.execute('UPDATE dbo.OrderServiceRelation SET ID_TreatmentPlanElementRelations = NULL');
  await job.clinic.execute('DELETE FROM dbo.TreatmentPlanElementRelations');
  await job.clinic.execute('DELETE FROM dbo.TreatmentPlans');
  await job.clinic.execute(
    `UPDATE dbo.Receptions SET PlanStart = '2099-01-01T10:00:00', PlanEnd = '2099-01-01T11:00:00' WHERE ID = ${visit}`,
  );
  await job.clinic.execute(`UPDATE dbo.Patients SET CardNumber = N'${card}' WHERE ID_Persons = ${patientOf(visit)}`);
  return job;
}

const patientOf = (of: number): string => `(SELECT ID_Patients FROM dbo.Receptions WHERE ID = ${of})`;

async function addPlan({ clinic }: MainJob, id: number, lines: readonly Line[], of = visit): Promise<void> {
  const now = clinic.now();
  await clinic.execute(
    `INSERT INTO dbo.TreatmentPlans (ID, ID_Patients, Name, ID_Staffs, DateTimeCreated, IsActive, DateTimeAdded)
     SELECT ${id}, ID_Patients, N'План ${id}', 101, '2026-11-20T10:00:00', 1, '${now}' FROM dbo.Receptions WHERE ID = ${of}`,
  );
  for (const [index, line] of lines.entries()) await addLine(clinic, id, id * 10 + index, line);
}

async function addLine(clinic: MainJob['clinic'], plan: number, id: number, line: Line): Promise<void> {
  const now = clinic.now();
  await clinic.execute(
    `INSERT INTO dbo.TreatmentPlanElementRelations (ID, ID_TreatmentPlans, ID_TreatmentPlanStages, ID_TreatmentPlanElements, ID_ServicePrices, DiscountSum, DateTimeAdded)
     VALUES (${id}, ${plan}, ${line.stage}, ${line.element}, ${line.price}, ${line.discount ?? 'NULL'}, '${now}')`,
  );
  if (!line.done) return;
  const bill = line.done === 'billed' ? `'${now}'` : 'NULL';
  await clinic.execute(
    `INSERT INTO dbo.Orders (ID, ID_Patients, DateTimeOrder, DateTimeBillFormed) VALUES (${id}, 1, '${now}', ${bill})`,
  );
  await clinic.execute(
    `INSERT INTO dbo.OrderServiceRelation (ID, ID_Orders, ID_TreatmentPlanElementRelations, CountService, DateTimeAdded)
     VALUES (${id}, ${id}, ${id}, 1, '${now}')`,
  );
}

const lines: readonly Line[] = [
  { stage: 2, element: 3, price: 26 },
  { stage: 2, element: 2, price: 32, discount: 250.01, done: 'not billed' },
  { stage: 1, element: 1, price: 2, discount: 0, done: 'billed' },
];

const flowOf = ({ flows: ran }: RunResult, name: string) => ran.find((flow) => flow.name === name);
const namesIn = ({ events }: MainJob) => events.flatMap((event) => (event.type === 'record-named' ? [event.name] : []));
const writes = ({ portal }: MainJob) =>
  portal.journal.commands.filter(({ method }) => /\.(add|update|set)$/.test(method)).length;

function dealOf({ portal }: MainJob, of: number) {
  const deal = portal.truth.deals().find((row) => row['UF_CRM_1769072841035'] === `F1_${of}`);
  if (!deal) throw new Error(`no deal of visit ${of}`);
  return deal;
}

/** The plans in the deal of a visit. */
const plansIn = (job: MainJob, of = visit) => JSON.parse(String(dealOf(job, of)[json] || '{}'));

describe('33. treatment plans', () => {
  it('go into the open deal of their card, as compact JSON with its MD5', async () => {
    const job = await clinicWithoutPlans();
    await addPlan(job, 901, lines);
    expect(flowOf(await job.run({ flows }), 'plans')).toMatchObject({ read: 1, updated: 1, queued: 0, rejected: 0 });
    const expected =
      '{"plans":[{"id":901,"name":"План 901","active":true,"createdAt":"2026-11-20T10:00:00.000","stages":[' +
      '{"name":"Подготовка","elements":[{"name":"Гигиена","services":[{"name":"Осмотр и консультация","price":900,"discount":0,"amount":900,"status":"Выполнено и оплачено"}]}]},' +
      '{"name":"Лечение","elements":[{"name":"Терапия","services":[{"name":"Слепок","price":1250.05,"discount":250.01,"amount":1000.04,"status":"Выполнено"}]},' +
      '{"name":"Протезирование","services":[{"name":"Имплант","price":42000,"amount":42000,"status":"Не выполнено"}]}]}],' +
      '"summary":{"count":3,"amount":43900.04,"done_paid":{"count":1,"amount":900},"done":{"count":1,"amount":1000.04},"pending":{"count":1,"amount":42000},"completion_percent":67}}],' +
      '"total_plans":1,"active_plans":1}';
    const deal = dealOf(job, visit);
    expect(deal[json]).toBe(expected);
    expect(deal[md5]).toBe(hash('md5', expected));
    expect(job.portal.truth.deals().filter((row) => row[json])).toHaveLength(1);
  });

  it('come all together, the newest first, and follow a line that is done and billed', async () => {
    const job = await clinicWithoutPlans();
    await addPlan(job, 901, lines);
    await addPlan(job, 902, []);
    await job.clinic.execute('UPDATE dbo.TreatmentPlans SET IsActive = 0 WHERE ID = 902');
    await job.run({ flows });
    expect(plansIn(job)).toMatchObject({
      plans: [{ id: 902, stages: [] }, { id: 901 }],
      total_plans: 2,
      active_plans: 1,
    });
    job.clock.time += hour;
    await job.clinic.execute(`UPDATE dbo.Orders SET DateTimeBillFormed = '${job.clinic.now()}' WHERE ID = 9011`);
    await job.run({ flows });
    expect(plansIn(job).plans[1].summary).toMatchObject({
      done_paid: { count: 2, amount: 1900.04 },
      done: { count: 0 },
    });
  });

  it('that are unchanged cost no request, and no write when the state is gone or the read is full', async () => {
    const job = await clinicWithoutPlans();
    await addPlan(job, 901, lines);
    await job.run({ flows });
    job.portal.journal.reset();
    expect(await job.run({ flows })).toMatchObject({ exitCode: 0, requests: 0 });
    expect(flowOf(await job.run({ flows, full: true }), 'plans')).toMatchObject({ read: 1, updated: 0 });
    await job.forget();
    expect(flowOf(await job.run({ flows }), 'plans')).toMatchObject({ read: 1, updated: 0 });
    expect(job.portal.journal.requests.length).toBeGreaterThan(0);
    expect(writes(job)).toBe(0);
  });

  it('are written again only when their content changed, not when a stamp did', async () => {
    const job = await clinicWithoutPlans();
    await addPlan(job, 901, lines);
    await job.run({ flows });
    job.clock.time += hour;
    await job.clinic.execute(`UPDATE dbo.TreatmentPlans SET DateTimeChanged = '${job.clinic.now()}' WHERE ID = 901`);
    job.portal.journal.reset();
    const touched = await job.run({ flows: ['plans'] });
    expect([flowOf(touched, 'plans'), writes(job)]).toMatchObject([{ read: 1, updated: 0, skipped: 1 }, 0]);
    expect(namesIn(job)).toEqual(['UNCHANGED']);
    job.clock.time += hour;
    await job.clinic.extendPlan(901, 26);
    const extended = await job.run({ flows: ['plans'] });
    expect([flowOf(extended, 'plans')?.updated, writes(job)]).toEqual([1, 1]);
    expect(plansIn(job).plans[0].summary).toMatchObject({ count: 4, completion_percent: 50 });
  });

  it('of more than 60 KB are refused with the reason, and the visit arrives', async () => {
    const job = await clinicWithoutPlans();
    await job.clinic.execute(`UPDATE dbo.ServiceItems SET Name = N'${'ы'.repeat(280)}' WHERE ID = 13`);
    const implants = Array.from({ length: 100 }, () => ({ stage: 2, element: 3, price: 26 }) as const);
    await addPlan(job, 901, implants);
    const result = await job.run({ flows });
    expect(result.exitCode).toBe(4);
    expect(flowOf(result, 'plans')).toMatchObject({ read: 1, updated: 0, rejected: 1 });
    const reasons = job.events.flatMap((event) => (event.type === 'record-queued' ? [event.error] : []));
    expect(reasons).toMatchObject([{ code: 'transform.refused' }]);
    expect(JSON.stringify(reasons)).toContain('the plans of this card are larger than 60 KB');
    expect(dealOf(job, visit)[json]).toBeFalsy();
    await job.clinic.execute('DELETE FROM dbo.TreatmentPlanElementRelations WHERE ID > 9100');
    job.clock.time += hour;
    await job.clinic.execute(`UPDATE dbo.TreatmentPlans SET DateTimeChanged = '${job.clinic.now()}' WHERE ID = 901`);
    expect(await job.run({ flows })).toMatchObject({ exitCode: 0 });
    expect(plansIn(job).plans[0].summary.count).toBe(91);
  });

  it('without a card number are skipped by name until the card has one, and the visit arrives', async () => {
    const job = await clinicWithoutPlans();
    await addPlan(job, 901, lines);
    await job.clinic.execute(`UPDATE dbo.Patients SET CardNumber = N' ' WHERE ID_Persons = ${patientOf(visit)}`);
    const result = await job.run({ flows });
    expect([result.exitCode, flowOf(result, 'plans')]).toMatchObject([0, { read: 1, skipped: 1, updated: 0 }]);
    expect(flowOf(result, 'receptions')).toMatchObject({ created: 13 });
    expect(namesIn(job)).toContain('NO CARD');
    job.clock.time += hour;
    await job.clinic.execute(
      `UPDATE dbo.Patients SET CardNumber = N'${card}', DateTimeChanged = '${job.clinic.now()}' WHERE ID_Persons = ${patientOf(visit)}`,
    );
    await job.run({ flows });
    expect(plansIn(job)).toMatchObject({ total_plans: 1 });
  });

  it('that the portal refuses wait in the queue and never fail the visit', async () => {
    const job = await clinicWithoutPlans();
    await job.run({ flows });
    job.clock.time += hour;
    await addPlan(job, 901, lines);
    await job.clinic.execute(
      `UPDATE dbo.Receptions SET Comment = N'Правка', DateTimeChanged = '${job.clinic.now()}' WHERE ID = ${visit}`,
    );
    job.portal.fail({
      method: 'crm.deal.update',
      nth: 2,
      fault: { error: 'ACCESS_DENIED', description: 'Access denied' },
    });
    const result = await job.run({ flows });
    expect(result.exitCode).toBe(4);
    expect(flowOf(result, 'receptions')).toMatchObject({ updated: 1, queued: 0, rejected: 0 });
    expect(flowOf(result, 'plans')).toMatchObject({ updated: 0 });
    expect(dealOf(job, visit)).toMatchObject({ UF_CRM_1769494714842: 'Правка' });
  });

  it('reach a deal that is made later', async () => {
    const job = await clinicWithoutPlans();
    await addPlan(job, 901, lines);
    await job.run({ flows });
    const [before] = [dealOf(job, visit)[md5]];
    job.portal.edit('deal', Number(dealOf(job, visit)['ID']), { STAGE_ID: 'LOSE' });
    job.clock.time += hour;
    const now = job.clinic.now();
    await job.clinic.execute(
      `INSERT INTO dbo.Receptions (ID, ID_Patients, ID_Staffs, ID_Armchairs, PlanStart, PlanEnd, ReceptionAdded, DateTimeAdded)
       SELECT 77, ID_Patients, ID_Staffs, ID_Armchairs, PlanStart, PlanEnd, '${now}', '${now}' FROM dbo.Receptions WHERE ID = ${visit}`,
    );
    await job.run({ flows });
    expect(dealOf(job, 77)[md5]).toBe(before);
  });

  it('stay out of the deal that another clinic has for a card of the same number', async () => {
    const job = await clinicWithoutPlans();
    await addPlan(job, 901, lines);
    await job.run();
    const [id] = [Number(dealOf(job, visit)['ID'])];
    job.portal.edit('deal', id, { UF_CRM_1769072841035: `F2_${visit}` });
    await job.run({ flows: ['plans'] });
    expect(job.portal.truth.deals().filter((row) => row[json])).toEqual([]);
  });

  it('stay out of a deal that is closed', async () => {
    const job = await clinicWithoutPlans();
    await addPlan(job, 901, lines);
    await job.run();
    job.portal.edit('deal', Number(dealOf(job, visit)['ID']), { STAGE_ID: 'WON' });
    job.portal.journal.reset();
    expect(await job.run({ flows: ['plans'] })).toMatchObject({ exitCode: 0, flows: [{ read: 1, updated: 0 }] });
    expect(writes(job)).toBe(0);
  });

  it('are looked at every thirty minutes after the visits, and whole twice a day', () => {
    const { schedule, flows: declared } = parse(readFileSync('pipelines/ident-to-bitrix.yaml', 'utf8'));
    expect(declared.plans.after).toEqual(['receptions']);
    expect(schedule).toEqual([
      { every: '${env:SYNC_INTERVAL:-2m}', flows: ['receptions'] },
      { every: '30m', flows: ['plans'] },
      { cron: '0 8,20 * * *', timezone: 'Europe/Moscow', mode: 'full', flows: ['receptions', 'plans'] },
    ]);
  });
});
