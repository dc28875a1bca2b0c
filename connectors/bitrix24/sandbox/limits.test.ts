import { request } from 'undici';
import { expect, test } from 'vitest';
import { createBucket } from './bucket.ts';
import { createTiming } from './timing.ts';
import { zoneOf } from './dates.ts';
import { error, noon, openPortal } from './open-for-test.ts';

test('over the threshold a request is refused with 503 and not carried out; the bucket drains with time', async () => {
  let now = noon;
  const portal = await openPortal({ now: () => now, limits: { capacity: 3, perSecond: 2 } });
  const add = async (): Promise<number> => (await portal.post('crm.deal.add', { fields: {} })).status;
  expect([await add(), await add(), await add()]).toEqual([200, 200, 200]);
  expect(await portal.post('crm.deal.add', { fields: {} })).toEqual({
    status: 503,
    body: error('QUERY_LIMIT_EXCEEDED', 'Too many requests'),
  });
  now += 1000;
  expect([await add(), await add(), await add()]).toEqual([200, 200, 503]);
  expect(portal.truth.deals()).toHaveLength(5);
});

test('a batch is one request', async () => {
  const portal = await openPortal({ limits: { capacity: 1, perSecond: 2 } });
  const answer = await portal.batch(Array.from({ length: 50 }, () => 'server.time'));
  expect(answer['result']).toHaveLength(50);
  expect((await portal.post('server.time')).status).toBe(503);
});

test('each source address has a bucket of its own', () => {
  const bucket = createBucket({ capacity: 1, perSecond: 2 }, () => noon);
  expect([bucket.take('127.0.0.1'), bucket.take('127.0.0.1'), bucket.take('127.0.0.2')]).toEqual([true, false, true]);
});

test('without limits nothing is refused', async () => {
  const portal = await openPortal({ limits: 'off' });
  const statuses = await Promise.all(Array.from({ length: 60 }, async () => (await portal.post('server.time')).status));
  expect(new Set(statuses)).toEqual(new Set([200]));
});

test('the default threshold is the ordinary tariff’s', async () => {
  const portal = await openPortal({ limits: { capacity: 50, perSecond: 2 } });
  const statuses: number[] = [];
  for (let count = 0; count < 51; count += 1) statuses.push((await portal.post('server.time')).status);
  expect(statuses).toEqual([...Array.from({ length: 50 }, () => 200), 503]);
});

test('operating adds up by method over ten minutes, leaving out what is cheap', () => {
  let now = noon;
  const timing = createTiming(
    (method) => (method === 'cheap' ? 0.09 : 2),
    () => now,
    zoneOf('+03:00'),
  );
  const operating = (method: string): number => timing.timeOf(method, now, timing.costOf(method)).operating;
  expect([operating('dear'), operating('dear'), operating('other'), operating('cheap')]).toEqual([2, 4, 2, 0]);
  now += 9 * 60_000;
  expect(operating('dear')).toBe(6);
  expect(timing.timeOf('dear', now, 0).operating_reset_at).toBe(noon / 1000 + 600);
  now += 60_000;
  expect(operating('dear')).toBe(4);
});

test('the answer to a request over the limit is JSON like any other', async () => {
  const portal = await openPortal({ limits: { capacity: 0, perSecond: 2 } });
  const answer = await request(`${portal.webhook}server.time`);
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([503, 'application/json; charset=utf-8']);
  await answer.body.dump();
});
