import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canaries } from '../../connectors/ident/sandbox/index.ts';
import type { RunResult } from '../../engine/run/run-pipeline.ts';
import { startMainJob } from './main-job.ts';
import type { MainJob } from './main-job.ts';

const flowOf = (result: RunResult) => {
  const [flow] = result.flows;
  if (!flow) throw new Error('no flow ran');
  return flow;
};
const writes = (job: MainJob) => job.portal.journal.commands.filter(({ method }) => /\.(add|update|set)$/.test(method));
const statuses = (job: MainJob) => new Set(job.portal.journal.requests.map(({ status }) => status));

describe('5,000 appointments through the real limits of a portal', () => {
  let job: MainJob;
  let first: RunResult;
  let told: string;

  beforeAll(async () => {
    job = await startMainJob({ appointments: 5_000 });
    first = await job.run();
    told = JSON.stringify([job.events, first]);
  }, 300_000);
  afterAll(() => job.close());

  it('all arrive, none is queued', () => {
    expect(first).toMatchObject({ exitCode: 0 });
    expect(flowOf(first)).toMatchObject({ read: 5_000, created: 5_000, queued: 0, rejected: 0 });
    expect(job.portal.truth.deals()).toHaveLength(5_000);
  });

  it('cost no more requests than writes in fifties and twelve per thousand records and wave', () => {
    expect(first.requests).toBe(job.portal.journal.requests.length);
    expect(first.requests).toBeLessThanOrEqual(Math.ceil(writes(job).length / 50) + 12 * job.waves);
  });

  it('provoke no 503, and meet nothing the portal does not know', () => {
    expect([...statuses(job)]).toEqual([200]);
    expect(job.portal.journal.refusals).toEqual([]);
  });

  it('make one contact of each patient, also of families on one phone and of namesakes', async () => {
    const patients = await job.clinic.execute(
      `SELECT DISTINCT p.ID_Persons AS id, s.Surname AS surname, s.Name AS name FROM dbo.Receptions r
       JOIN dbo.Patients p ON p.ID_Persons = r.ID_Patients JOIN dbo.Persons s ON s.ID = p.ID_Persons`,
    );
    const contacts = job.portal.truth.contacts();
    const keys = contacts.map((contact) => String(contact['ORIGIN_ID'])).sort();
    expect(keys).toEqual(patients.map((patient) => `F1_P${String(patient['id'])}`).sort());
    const named = new Map(patients.map((patient) => [`F1_P${String(patient['id'])}`, patient]));
    for (const contact of contacts) {
      expect(contact['NAME'] || undefined).toBe(named.get(String(contact['ORIGIN_ID']))?.['name'] ?? undefined);
    }
  });

  it('link each deal to the contact of its own patient', async () => {
    const visits = await job.clinic.execute('SELECT ID AS id, ID_Patients AS patient FROM dbo.Receptions');
    const contacts = new Map(job.portal.truth.contacts().map((contact) => [contact['ID'], contact['ORIGIN_ID']]));
    const linked = job.portal.truth
      .deals()
      .map((deal) => `${String(deal['UF_CRM_1769072841035'])} ${String(contacts.get(deal['CONTACT_ID'] ?? ''))}`);
    expect(linked.sort()).toEqual(
      visits.map((visit) => `F1_${String(visit['id'])} F1_P${String(visit['patient'])}`).sort(),
    );
  });

  it('ask nothing at all when nothing has changed', async () => {
    job.portal.journal.reset();
    expect(await job.run()).toMatchObject({ exitCode: 0, requests: 0, flows: [{ created: 0, updated: 0 }] });
    expect(job.portal.journal.requests).toEqual([]);
  });

  it('write nothing when the state is gone, and ask ten times per thousand at most', async () => {
    await job.forget();
    job.portal.journal.reset();
    const again = await job.run();
    expect(flowOf(again)).toMatchObject({ read: 5_000, created: 0, updated: 0 });
    expect(writes(job)).toEqual([]);
    expect(again.requests).toBeLessThanOrEqual(50);
  });

  it('write the ten that the staff changed, and nothing else', async () => {
    job.clock.time += 60_000;
    const changed = await job.clinic.change(10);
    job.portal.journal.reset();
    const result = await job.run();
    expect(flowOf(result)).toMatchObject({ created: 0, updated: 10, queued: 0 });
    const byDeal = new Map(job.portal.truth.deals().map((deal) => [deal['ID'], deal['UF_CRM_1769072841035']]));
    const touched = writes(job).map(({ params }) => String(byDeal.get(String(params['id'] ?? params['ownerid']))));
    expect([...new Set(touched)].sort()).toEqual(changed.map((id) => `F1_${id}`).sort());
  });

  it('say no name and no phone in any event', () => {
    expect(
      Object.values(canaries)
        .flat()
        .filter((canary) => told.includes(canary)),
    ).toEqual([]);
    expect(JSON.stringify(job.portal.truth.contacts())).toContain(canaries.phones[0]);
  });
});

describe('a clinic with holes in its data', () => {
  it('delivers what has all it needs, and keeps the rest in the queue by name', async () => {
    const job = await startMainJob({ appointments: 60, flaws: true, limits: 'off' });
    const result = await job.run();
    expect(result.exitCode).toBe(4);
    const flow = flowOf(result);
    expect(flow.created + flow.rejected).toBe(60);
    const reasons = job.events.flatMap((event) =>
      event.type === 'record-queued' ? [event.error.parameters['fields']] : [],
    );
    expect(new Set(reasons)).toEqual(new Set(['doctor', 'phone', 'start']));
    await job.close();
  });
});
