import { expect, it } from 'vitest';
import { startMainJob } from '../main-job.ts';
import type { MainJob } from '../main-job.ts';

async function withFifty(work: (job: MainJob) => Promise<void>): Promise<void> {
  const job = await startMainJob({ appointments: 50 });
  try {
    await work(job);
  } finally {
    await job.close();
  }
}

// How long it takes is measured by `npm run bench -- main-job`: there are no timings in tests.
it('20. Fifty visits arrive whole in one run, with the limits of a portal on, in thirty requests at most', () =>
  withFifty(async (job) => {
    expect(await job.run()).toMatchObject({ exitCode: 0, flows: [{ read: 50, created: 50, queued: 0, rejected: 0 }] });
    expect(job.portal.truth.deals()).toHaveLength(50);
    expect(job.portal.journal.requests.length).toBeLessThanOrEqual(30);
  }));

it('20. Fifty changed visits update their fifty deals and no other, in twenty requests at most', () =>
  withFifty(async (job) => {
    await job.clinic.execute(
      `UPDATE dbo.Receptions SET ReceptionCanceled = NULL, ID_ReceptionCancelReasons = NULL, CheckIssued = NULL`,
    );
    await job.run();
    job.clock.time += 60_000;
    await job.clinic.execute(`UPDATE dbo.Receptions SET Comment = N'Перенос', DateTimeChanged = '${job.clinic.now()}'`);
    job.portal.journal.reset();
    expect(await job.run()).toMatchObject({ exitCode: 0, flows: [{ created: 0, updated: 50 }] });
    const written = job.portal.journal.commands.filter(({ method }) => /\.(add|update|set|delete)$/.test(method));
    expect(written.map(({ method }) => method)).toEqual(Array.from({ length: 50 }, () => 'crm.deal.update'));
    expect(new Set(written.map(({ params }) => params['id'])).size).toBe(50);
    expect(job.portal.journal.requests.length).toBeLessThanOrEqual(20);
  }));
