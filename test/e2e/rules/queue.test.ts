import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { anna, withAnna } from './stand.ts';
import type { Stand } from './stand.ts';

const refused = { error: 'ERROR_CORE', description: 'Поле «Компания» обязательно' };
const dealOf = ({ portal }: Stand) => portal.truth.deals().map((deal) => deal['UF_CRM_1769072841035']);

async function withThreeVisits(): Promise<Stand> {
  const stand = await withAnna();
  for (const id of [501, 502, 503]) await stand.addVisit(id, anna.id);
  return stand;
}

it('34. A visit the portal refuses does not stop the others: of three two arrive, one error is counted', async () => {
  const stand = await withThreeVisits();
  stand.portal.fail({ method: 'crm.deal.add', nth: 2, fault: refused });
  expect(await stand.run()).toMatchObject({ exitCode: 4, flows: [{ read: 3, created: 2, rejected: 1, queued: 0 }] });
  expect(dealOf(stand)).toEqual(['F1_501', 'F1_503']);
});

it('35. What could not be sent is in the queue with its row and reason, and still there after a restart', async () => {
  const stand = await withThreeVisits();
  const { job, portal, run } = stand;
  portal.fail({ method: 'crm.deal.add', nth: 2, fault: refused });
  await run();
  await job.restart();
  expect(await job.state.queue({})).toMatchObject([
    { key: 'F1_502', state: 'failed', error: { code: 'bitrix24.refused' }, source: { id: 502, patient: { id: 2001 } } },
  ]);
  await job.state.retryQueue({});
  expect(await run()).toMatchObject({ exitCode: 0, flows: [{ created: 1 }] });
  expect(dealOf(stand)).toEqual(['F1_501', 'F1_503', 'F1_502']);
});

it('36. A visit that waits for the end of a doubt is sent by the next run, though the clinic has nothing new', async () => {
  const stand = await withThreeVisits();
  const { job, portal, run } = stand;
  portal.fail({ method: 'crm.deal.add', nth: 2, fault: 'missing' });
  expect(await run()).toMatchObject({ exitCode: 4, flows: [{ created: 2, queued: 1 }] });
  job.clock.time += 3 * 3_600_000;
  expect(await run()).toMatchObject({ exitCode: 0, flows: [{ created: 1, updated: 0 }] });
  expect(dealOf(stand)).toEqual(['F1_501', 'F1_503', 'F1_502']);
});

it('39. The shipped queue holds 1000 visits: the 1001st stops the run with a warning, and nothing is lost when there is room', async () => {
  const stand = await withAnna({ appointments: 1_001 });
  const { job, run } = stand;
  await job.clinic.execute(`UPDATE dbo.Persons SET MobilePhone = '12345', Phone = NULL`);
  const full = await run();
  expect(full).toMatchObject({ exitCode: 4, error: { code: 'run.queue_full', parameters: { limit: 1000 } } });
  expect(await job.state.queueCounts('receptions')).toMatchObject({ failed: 1000 });
  await job.clinic.execute(`UPDATE dbo.Persons SET MobilePhone = '+79' + CONVERT(nvarchar(9), 990000000 + ID)`);
  await job.state.retryQueue({});
  expect(await run()).toMatchObject({ exitCode: 0, flows: [{ created: 1_001 }] });
});

it('40. The shipped pipeline tries again after 30, 60 and 300 seconds and keeps completed rows for 7 days', () => {
  const shipped = readFileSync('pipelines/ident-to-bitrix.yaml', 'utf8');
  expect(shipped.match(/^ {4}(retry|queue): .*$/gm)?.slice(0, 2)).toEqual([
    '    retry: { delays: [30s, 60s, 300s] }',
    '    queue: { limit: 1000, keep: 7d, whenFull: stop }',
  ]);
});

it('41. The file of the queue may be deleted: it is made anew, and the week is read again, so that nothing is missing or doubled', async () => {
  const stand = await withThreeVisits();
  const { job, portal, run, written } = stand;
  portal.fail({ method: 'crm.deal.add', nth: 2, fault: refused });
  await run();
  await job.forget();
  expect(await job.state.queue({})).toEqual([]);
  expect(await run()).toMatchObject({ exitCode: 0, flows: [{ read: 3, created: 1, unchanged: 2 }] });
  expect(written().map(([method]) => method)).toEqual(['crm.deal.add']);
  expect(dealOf(stand)).toEqual(['F1_501', 'F1_503', 'F1_502']);
});

it('43. QUERY_LIMIT_EXCEEDED is waited out: nothing is queued, nothing is sent twice', async () => {
  const stand = await withThreeVisits();
  const { job, portal, run, written } = stand;
  const busy = JSON.stringify({ error: 'QUERY_LIMIT_EXCEEDED', error_description: 'Too many requests' });
  portal.fail({
    method: 'batch',
    nth: 3,
    times: 3,
    fault: { status: 503, body: busy, contentType: 'application/json' },
  });
  expect(await run()).toMatchObject({ exitCode: 0, flows: [{ created: 3, queued: 0 }] });
  expect(portal.journal.requests.filter(({ status }) => status === 503)).toHaveLength(3);
  expect(job.events.filter(({ type }) => type === 'waiting').length).toBeGreaterThan(3);
  expect(written()).toHaveLength(4);
});

it('43. With a limit of one request a second no two requests come within one, and the portal refuses none', async () => {
  const stand = await withAnna({ limits: { capacity: 1, perSecond: 1 } });
  for (const id of [501, 502, 503]) await stand.addVisit(id, anna.id);
  expect(await stand.run()).toMatchObject({ exitCode: 0, flows: [{ created: 3 }] });
  const { requests } = stand.portal.journal;
  const between = requests.slice(1).map(({ at }, index) => at - (requests[index]?.at ?? 0));
  expect(requests.length).toBeGreaterThan(5);
  expect(Math.min(...between)).toBeGreaterThanOrEqual(1000);
  expect(requests.filter(({ status }) => status !== 200)).toEqual([]);
});
