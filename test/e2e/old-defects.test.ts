import { describe, expect, it, onTestFinished } from 'vitest';
import type { RunResult } from '../../engine/run/run-pipeline.ts';
import { maskedRow } from '../../engine/cli/masked-row.ts';
import { startMainJob } from './main-job.ts';
import type { MainJob, MainJobOptions } from './main-job.ts';

/** Defects of the programs this one replaces (reference B11), against the shipped pipeline over both wires. */
const hour = 3_600_000;

async function job(options: MainJobOptions): Promise<MainJob> {
  const started = await startMainJob({ limits: 'off', ...options });
  onTestFinished(() => started.close());
  return started;
}

const flowOf = ({ flows: [flow] }: RunResult) => flow;
const visitOf = (deal: Readonly<Record<string, unknown>>) => Number(String(deal['UF_CRM_1769072841035']).slice(3));
const dealOf = ({ portal }: MainJob, visit: number) => portal.truth.deals().find((deal) => visitOf(deal) === visit);

it('T2: of eleven hundred changes at once, more than one batch, none is left behind', async () => {
  const clinic = await job({ appointments: 1_100 });
  expect(flowOf(await clinic.run())).toMatchObject({ read: 1_100, created: 1_100 });
  clinic.clock.time += hour;
  await clinic.clinic.execute(
    `UPDATE dbo.Receptions SET Comment = N'Перенос', DateTimeChanged = '${clinic.clinic.now()}'`,
  );
  await clinic.run();
  // A closed deal is left alone (D10).
  const open = clinic.portal.truth.deals().filter((deal) => deal['CLOSED'] === 'N');
  expect(open.length).toBeGreaterThan(400);
  expect(new Set(open.map((deal) => deal['UF_CRM_1769494714842']))).toEqual(new Set(['Перенос']));
}, 120_000);

it('T3: what changes while a run goes on comes with the next, however long the run takes', async () => {
  const during: { change?: (sql: string) => undefined } = {};
  const clinic = await job({
    appointments: 30,
    clinicFaults: { onRequest: ({ sql }) => during.change?.(sql) },
  });
  // Between the page of visits and what hangs on them; five hours, so that no overlap of two covers it.
  let changed: Promise<unknown> | undefined;
  during.change = (sql) => {
    if (changed || !/dbo\.ServiceItemPrices as/.test(sql)) return undefined;
    clinic.clock.time += hour;
    const at = clinic.clinic.now();
    changed = clinic.clinic.execute(
      `UPDATE dbo.Receptions SET Comment = N'Посреди', DateTimeChanged = '${at}' WHERE ID = 7`,
    );
    clinic.clock.time += 4 * hour;
    return undefined;
  };
  expect(flowOf(await clinic.run())).toMatchObject({ read: 30, created: 30 });
  await changed;
  expect(dealOf(clinic, 7)?.['UF_CRM_1769494714842']).not.toBe('Посреди');
  expect(flowOf(await clinic.run())).toMatchObject({ updated: 1 });
  expect(dealOf(clinic, 7)?.['UF_CRM_1769494714842']).toBe('Посреди');
});

it('T10: a deal that was updated holds what a deal made of the same visit would hold', async () => {
  const [updated, created] = [await job({ appointments: 60 }), await job({ appointments: 60 })];
  await updated.run();
  const evening = updated.clock.time + hour;
  for (const one of [updated, created]) {
    one.clock.time = evening;
    await one.clinic.change(40);
    await one.clinic.execute(`UPDATE dbo.Receptions SET ID_Armchairs = 2, DateTimeChanged = '${one.clinic.now()}'`);
  }
  expect(flowOf(await updated.run())).toMatchObject({ queued: 0, rejected: 0 });
  await created.run();
  const mapped = /^(UF_CRM_|TITLE$|STAGE_ID$|OPPORTUNITY$|CURRENCY_ID$|CATEGORY_ID$)/;
  const dealsOf = ({ portal }: MainJob) =>
    portal.truth
      .deals()
      .map((deal) => ({
        ...Object.fromEntries(Object.entries(deal).filter(([field]) => mapped.test(field))),
        rows: portal.truth
          .productRows('D', Number(deal['ID']))
          .map((row) => [row['PRODUCT_NAME'], row['PRICE'], row['QUANTITY']]),
      }))
      .sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
  expect(dealsOf(updated)).toHaveLength(60);
  expect(dealsOf(updated)).toEqual(dealsOf(created));
});

it('T11: a visit whose phone is wrong is named and kept, makes the run end with 4, and is delivered once it is right', async () => {
  const clinic = await job({ appointments: 30 });
  const setPhone = async (phone: string) => {
    const person = '(SELECT ID_Patients FROM dbo.Receptions WHERE ID = 5)';
    const at = clinic.clinic.now();
    await clinic.clinic.execute(
      `UPDATE dbo.Persons SET MobilePhone = '${phone}', DateTimeChanged = '${at}' WHERE ID = ${person}`,
    );
    const visits = await clinic.clinic.execute(
      `SELECT ID FROM dbo.Receptions WHERE ID_Patients = ${person} ORDER BY ID`,
    );
    return visits.map(({ ID }) => `F1_${String(ID)}`);
  };
  // A visit ahead: a phone that is corrected later makes it come again.
  await clinic.clinic.execute(
    `UPDATE dbo.Receptions SET PlanStart = '2099-01-01T10:00:00', PlanEnd = '2099-01-01T10:30:00' WHERE ID = 5`,
  );
  const wrong = await setPhone('12345');
  const first = await clinic.run();
  expect(first.exitCode).toBe(4);
  expect(flowOf(first)).toMatchObject({ read: 30, created: 30 - wrong.length, rejected: wrong.length });
  const told = clinic.events.flatMap((event) =>
    event.type === 'record-queued' ? [`${event.key} ${event.error.code}`] : [],
  );
  expect(told.sort()).toEqual(wrong.map((key) => `${key} transform.wrong_phone`).sort());
  clinic.clock.time += hour;
  await setPhone('8 (999) 000-77-55');
  expect((await clinic.run()).exitCode).toBe(0);
  expect(clinic.portal.truth.deals()).toHaveLength(30);
});

describe('T13:', () => {
  it('the plus of a phone arrives as a plus, whether it is asked for or written, fifty commands a batch at most', async () => {
    const clinic = await job({ appointments: 300 });
    await clinic.run();
    const { commands, requests } = clinic.portal.journal;
    const phones = clinic.portal.truth.contacts().map((contact) => JSON.stringify(contact['PHONE']));
    expect(phones.filter((phone) => !/"VALUE":"\+7\d{10}"/.test(phone))).toEqual([]);
    const asked = commands.filter(({ method }) => method === 'crm.duplicate.findbycomm');
    const values = asked.flatMap(({ params }) => Object.values(Object(params['values'])).map(String));
    expect(new Set(values.map((phone) => phone.replace(/\d{10}$/, '')))).toEqual(new Set(['+7', '8']));
    expect(Math.max(...requests.map((request) => request.commands))).toBe(50);
  });

  it.each([
    ['a list, when the first commands fail', [1]],
    ['an object, when others do', [2, 5]],
  ])('the errors of a batch are read from %s', async (_what, calls) => {
    const clinic = await job({ appointments: 12 });
    for (const nth of calls) {
      const fault = { error: 'ACCESS_DENIED', description: 'Access denied' };
      clinic.portal.fail({ method: 'crm.deal.add', nth, fault });
    }
    const first = await clinic.run();
    expect(flowOf(first)).toMatchObject({ read: 12, created: 12 - calls.length });
    expect(clinic.portal.truth.deals()).toHaveLength(12 - calls.length);
    const told = clinic.events.filter(({ type }) => type === 'record-queued');
    expect(told).toHaveLength(calls.length);
  });
});

it('T14: numbers of ten, eleven and twelve digits that are no phones are shown whole: masks go by field names', () => {
  const row = { id: 9161234567, cardNumber: '79161234567', order: '791612345678', phone: '79161234567' };
  expect(maskedRow(row, [])).toEqual({ ...row, phone: '+7916***4567' });
});
