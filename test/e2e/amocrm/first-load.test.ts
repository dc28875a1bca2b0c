import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../../../engine/run/run-pipeline.ts';
import { contactsIn, job, refusalsIn, startJob, writesIn, type Job } from './stand.ts';

describe('1,000 patients through the real limits of an account', () => {
  let load: Job;
  let first: RunResult;

  beforeAll(async () => {
    load = await startJob({ appointments: 2_100, sql: ['DELETE FROM dbo.Patients WHERE ID_Persons > 2000'] });
    first = await load.run();
  }, 300_000);
  afterAll(() => load.close());

  it('90. All of them become contacts, one each, families on one phone and namesakes too', async () => {
    expect(first).toMatchObject({ exitCode: 0, flows: [{ read: 1_000, created: 1_000, queued: 0, rejected: 0 }] });
    const patients = await load.clinic.execute('SELECT ID_Persons AS id FROM dbo.Patients');
    const keys = contactsIn(load.account).map((contact) => String(contact['ID пациента IDENT']));
    expect(keys.sort()).toEqual(patients.map(({ id }) => String(id)).sort());
  });

  it('88. They take 24 requests that write and two look-ups each, six a second where seven are granted, and meet no 429', () => {
    expect(writesIn(load)).toHaveLength(24);
    expect(first.requests).toBe(load.account.journal.requests.length);
    expect(first.requests).toBeLessThan(2_000);
    expect(refusalsIn(load)).toEqual([]);
    expect(Math.max(...load.account.journal.requests.map(({ counters }) => counters.integration))).toBe(6);
    expect(load.account.journal.refusals).toEqual([]);
  });

  it('are asked for no more when nothing has changed', async () => {
    expect(await load.run()).toMatchObject({ exitCode: 0, requests: 0, flows: [{ created: 0, updated: 0 }] });
  });

  it('are found again without a state, and none is written', async () => {
    const again = await load.withoutState();
    const result = await again.run();
    expect(result).toMatchObject({ exitCode: 0, flows: [{ read: 1_000, created: 0, updated: 0, queued: 0 }] });
    expect([writesIn(load), refusalsIn(load)]).toEqual([[], []]);
    await again.close();
  }, 120_000);
});

describe('an account without filters', () => {
  it('is loaded once as well: patients and visits are found again one by one, and none is written', async () => {
    const first = await job({ appointments: 40, account: { habits: { apiFilter: false } } });
    const flows = ['patients', 'receptions'];
    expect(await first.run({ flows })).toMatchObject({ exitCode: 0, flows: [{ queued: 0 }, { queued: 0 }] });
    const again = await first.withoutState();
    const written = await again.run({ flows });
    expect(written).toMatchObject({
      exitCode: 0,
      flows: [
        { created: 0, updated: 0 },
        { created: 0, updated: 0 },
      ],
    });
    expect([writesIn(first), refusalsIn(first)]).toEqual([[], []]);
    await again.close();
  }, 120_000);
});
