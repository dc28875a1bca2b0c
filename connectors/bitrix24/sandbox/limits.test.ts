import { request } from 'undici';
import { describe, expect, test } from 'vitest';
import { createBucket } from './bucket.ts';
import { createTiming, documentedCost } from './timing.ts';
import { zoneOf } from './dates.ts';
import { error, member, noon, openPortal, type Reply, type Wire } from './open-for-test.ts';

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
  const operating = (method: string): number | undefined => timing.timeOf(method, now, timing.costOf(method)).operating;
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

const blocked = error('OPERATION_TIME_LIMIT', 'Method is blocked due to operation time limit.');
const add = 'crm.deal.add?fields[TITLE]=a';
const addOne = { fields: { TITLE: 'a' } };

/** `time` of an answer without its dates: what it says of working time. */
function operatingOf(reply: Reply): unknown {
  return [member(member(reply.body, 'time'), 'operating'), member(member(reply.body, 'time'), 'operating_reset_at')];
}

/** The `operating` that the commands of a batch show, and the batch itself. */
async function shown(portal: Wire, cmd: readonly string[]): Promise<unknown> {
  const { body } = await portal.post('batch', { cmd });
  const times = Object.values(Object(member(member(body, 'result'), 'result_time')));
  return [times.map((time) => member(time, 'operating')), member(member(body, 'time'), 'operating')];
}

describe('the working time of methods', () => {
  const dear = { costPerCommand: 2 };

  test('as documented: each command is charged to its method, the batch to nothing', async () => {
    const portal = await openPortal(dear);
    expect(await shown(portal, [add, add, 'server.time'])).toEqual([[2, 4, 2], 0]);
    expect(operatingOf(await portal.post('crm.deal.add', addOne))).toEqual([6, noon / 1000 + 600]);
  });

  test('as measured on premises: all of a batch is charged to `batch`, and each command shows that', async () => {
    const portal = await openPortal({ ...dear, operating: { mode: 'batch' } });
    expect(await shown(portal, [add, add])).toEqual([[4, 4], 4]);
    expect(await shown(portal, [add])).toEqual([[6], 6]);
    expect(operatingOf(await portal.post('crm.deal.add', addOne))).toEqual([2, noon / 1000 + 600]);
  });

  test('with the limiter off: no such figures, no such limit', async () => {
    const portal = await openPortal({ ...dear, operating: { mode: 'absent', limitSeconds: 2 } });
    expect(await shown(portal, [add, add])).toEqual([[undefined, undefined], undefined]);
    expect(operatingOf(await portal.post('crm.deal.add', addOne))).toEqual([undefined, undefined]);
  });

  test('the call that crosses the limit goes through, the next is refused until the minute drops out', async () => {
    let now = noon;
    const portal = await openPortal({ ...dear, now: () => now, operating: { limitSeconds: 3 } });
    const answers = [await portal.post('crm.deal.add', addOne), await portal.post('crm.deal.add', addOne)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(await portal.post('crm.deal.add', addOne)).toEqual({ status: 429, body: blocked });
    expect((await portal.post('server.time')).status).toBe(200);
    now += 600_000 - 1;
    expect((await portal.post('crm.deal.add', addOne)).status).toBe(429);
    now += 1;
    expect((await portal.post('crm.deal.add', addOne)).status).toBe(200);
    expect(portal.truth.deals()).toHaveLength(3);
  });

  test('in a batch only the commands of the blocked method are refused', async () => {
    const portal = await openPortal({ ...dear, operating: { limitSeconds: 3 } });
    const { result, result_error: errors } = await portal.batch({ a: add, b: add, c: add, d: 'server.time' });
    expect([Object.keys(Object(result)), errors]).toEqual([['a', 'b', 'd'], { c: blocked }]);
    expect(portal.truth.deals()).toHaveLength(2);
  });

  test('where the batch is charged, the whole batch is refused', async () => {
    const portal = await openPortal({ ...dear, operating: { mode: 'batch', limitSeconds: 3 } });
    await portal.batch([add, add]);
    expect(await portal.post('batch', { cmd: [add] })).toEqual({ status: 429, body: blocked });
    expect((await portal.post('crm.deal.add', addOne)).status).toBe(200);
  });
});

test('after 60 s a request is ended with a page of the gateway; what ran before stays', async () => {
  const portal = await openPortal({ costPerCommand: 25 });
  const answer = await request(`${portal.webhook}batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ cmd: [add, add, add, add] }),
  });
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([504, 'text/html']);
  expect(await answer.body.text()).toContain('<html>');
  expect(portal.truth.deals()).toHaveLength(2);
  expect(portal.journal.requests).toMatchObject([{ method: 'batch', commands: 2, status: 504, at: noon }]);
});

test('commands take the timings of the vendor’s pages, one after the other, on the clock that is given', async () => {
  let now = noon;
  const portal = await openPortal({
    now: () => now,
    costPerCommand: documentedCost,
    pass: async (seconds) => void (now += seconds * 1000),
  });
  const { body } = await portal.post('batch', {
    cmd: ['crm.deal.add?fields[TITLE]=a', 'crm.lead.add?fields[TITLE]=a'],
  });
  const times = Object.values(Object(member(member(body, 'result'), 'result_time')));
  const spans = times.map((time) => ['start', 'finish'].map((end) => Number(member(time, end)) - noon / 1000));
  expect(spans.flat().map((seconds) => Number(seconds.toFixed(2)))).toEqual([0, 0.68, 0.68, 1.36]);
  expect(now).toBe(noon + 1360);
  expect(['crm.item.update', 'crm.contact.list', 'crm.deal.fields'].map(documentedCost)).toEqual([3.19, 0.22, 0.05]);
});
