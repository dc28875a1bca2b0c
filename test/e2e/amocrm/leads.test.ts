import { describe, expect, it } from 'vitest';
import type { JsonMap } from '../../../connectors/amocrm/sandbox/index.ts';
import { contactOf, contactsIn, job, refusalsIn, type Job } from './stand.ts';

const flows = ['patients', 'receptions'];
const [primary, secondary] = [3101, 3102];
const [won, lost] = [142, 143];
/** Stages of both funnels, by what is added to the first of each. */
const firstStage: Readonly<Record<number, number>> = { [primary]: 41_002, [secondary]: 42_002 };

function leadOf({ account }: Job, visit: number): JsonMap | undefined {
  const row = account.truth
    .rows('leads')
    .find(({ id }) => account.truth.values('leads', Number(id))['ID приёма IDENT'] === String(visit));
  if (!row) return undefined;
  const { contacts } = Object(row['_embedded']) as { readonly contacts: readonly { readonly id: number }[] };
  return { ...row, ...account.truth.values('leads', Number(row['id'])), contact: contacts[0]?.id ?? 0 };
}

/** One patient with one visit, on the way; another stamp makes it another status. */
const oneVisit = [
  'DELETE FROM dbo.Patients WHERE ID_Persons > 1001',
  'DELETE FROM dbo.Receptions WHERE ID > 1',
  ...['PaymentsIn', 'PaymentsOut', 'OrderServiceRelation', 'Orders'].map((table) => `DELETE FROM dbo.${table}`),
  `UPDATE dbo.Receptions SET PlanStart = '2026-11-21T09:30:00', PatientAppeared = NULL, ReceptionStarted = NULL, ReceptionEnded = NULL,
     CheckIssued = NULL, ReceptionCanceled = NULL, ID_ReceptionCancelReasons = NULL, DateTimeChanged = '2026-11-20T11:00:00' WHERE ID = 1`,
];

/** Some minutes later the visit gets this stamp. */
async function stamp(one: Job, column: string): Promise<void> {
  one.clock.time += 60_000;
  await one.clinic.execute(
    `UPDATE dbo.Receptions SET ${column} = '${one.clinic.now()}', DateTimeChanged = '${one.clinic.now()}' WHERE ID = 1`,
  );
}

describe('C.4 visits become leads', () => {
  it('C.4 of their own patients, in the funnel of first visits or of later ones', async () => {
    const one = await job({ appointments: 60, params: ['first=all'] });
    const result = await one.run({ flows, full: true });
    expect(result).toMatchObject({ exitCode: 0, flows: [{ queued: 0 }, { queued: 0, rejected: 0 }] });
    const visits = await one.clinic.execute(
      `SELECT r.ID AS id, r.ID_Patients AS patient, (SELECT COUNT(*) FROM dbo.Receptions f WHERE f.ID_Patients = r.ID_Patients
         AND f.ReceptionCanceled IS NULL AND f.ID_ReceptionCancelReasons IS NULL
         AND COALESCE(f.ReceptionEnded, f.CheckIssued) IS NOT NULL) AS finished FROM dbo.Receptions r`,
    );
    const patients = new Map(contactsIn(one.account).map((each) => [each['id'], each['ID пациента IDENT']]));
    const held = visits.map(({ id }) => {
      const lead = leadOf(one, Number(id));
      return [id, patients.get(Number(lead?.['contact'])), lead?.['pipeline_id']];
    });
    const wanted = visits.map(({ id, patient, finished }) => [
      id,
      String(patient),
      Number(finished) === 0 ? primary : secondary,
    ]);
    expect(held).toEqual(wanted);
    expect(new Set(wanted.map(([, , funnel]) => funnel))).toEqual(new Set([primary, secondary]));
    expect([one.account.truth.rows('leads').length, refusalsIn(one)]).toEqual([visits.length, []]);
    const again = await one.withoutState();
    expect(await again.run({ flows, full: true })).toMatchObject({ flows: [{}, { created: 0, updated: 0 }] });
    await again.close();
  }, 120_000);

  it('C.4 whose stage follows the visit within the funnel it began in, until it is paid', async () => {
    const one = await job({ sql: oneVisit });
    await one.run({ flows });
    const stages: unknown[] = [leadOf(one, 1)?.['status_id']];
    for (const column of ['PatientAppeared', 'ReceptionStarted', 'ReceptionEnded', 'CheckIssued']) {
      await stamp(one, column);
      await one.run({ flows });
      stages.push(leadOf(one, 1)?.['status_id']);
    }
    const first = Number(firstStage[primary]);
    expect(stages).toEqual([first, first + 1, first + 2, first + 3, won]);
    expect(leadOf(one, 1)).toMatchObject({
      pipeline_id: primary,
      'Дата приёма': Date.parse('2026-11-21T09:30:00+03:00') / 1000,
    });
    expect(one.account.truth.rows('leads')).toHaveLength(1);
  }, 120_000);

  it('C.4 that are left alone once they are won or lost, by name', async () => {
    const one = await job({ sql: oneVisit });
    await one.run({ flows });
    one.account.edit('leads', Number(leadOf(one, 1)?.['id']), { status_id: lost });
    await stamp(one, 'ReceptionStarted');
    expect(await one.run({ flows })).toMatchObject({ exitCode: 0, flows: [{}, { created: 0, updated: 0 }] });
    expect(one.events).toContainEqual(expect.objectContaining({ type: 'record-named', name: 'IGNORE' }));
    expect(leadOf(one, 1)?.['status_id']).toBe(lost);
  });

  it('C.4 unless a manager made one for the patient: that is taken, the newest of several, and never a closed one', async () => {
    const one = await job({ sql: oneVisit });
    await one.run();
    const contact = { _embedded: { contacts: [{ id: Number(contactOf(one, 1001)?.['id']), is_main: true }] } };
    const made = (name: string, more: object) => one.account.create('leads', { name, ...contact, ...more });
    made('Старая', { pipeline_id: secondary });
    one.clock.time += 60_000;
    const newest = made('Звонок', { pipeline_id: secondary, price: 700 });
    one.clock.time += 60_000;
    made('Закрытая', { pipeline_id: primary, status_id: lost });
    expect(await one.run({ flows })).toMatchObject({ exitCode: 0, flows: [{}, { created: 0, updated: 1 }] });
    const lead = { id: newest, price: 700, pipeline_id: secondary, status_id: firstStage[secondary] };
    expect(leadOf(one, 1)).toMatchObject(lead);
    expect(one.events).toContainEqual(expect.objectContaining({ type: 'record-named', name: 'МНОЖЕСТВЕННЫЕ СДЕЛКИ' }));
  });

  it('C.4 but not before their patient has a contact', async () => {
    const one = await job({ sql: oneVisit });
    expect(await one.run({ flows: ['receptions'] })).toMatchObject({ exitCode: 4, flows: [{ created: 0 }] });
    await one.run();
    one.clock.time += 600_000;
    expect(await one.run({ flows })).toMatchObject({ exitCode: 0, flows: [{}, { created: 1 }] });
    expect(leadOf(one, 1)?.['contact']).toBe(contactOf(one, 1001)?.['id']);
  });
});
