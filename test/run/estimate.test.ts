import { expect, it } from 'vitest';
import type { Work } from '../../engine/connector.ts';
import { estimate, metered } from '../../engine/run/preview/estimate.ts';
import type { Meter } from '../../engine/run/preview/estimate.ts';

const portal = { key: 'bitrix24:portal.example', capacity: 50, perSecond: 2 };
const account = { key: 'amocrm:clinic', capacity: 7, perSecond: 7 };

it('counts what was read and what would be written, and the time their limits make of it', () => {
  const meters = new Map<string, Meter>([
    ['clinic', { requests: 0, measured: new Map() }],
    ['portal', { requests: 100, limit: portal, measured: new Map() }],
    ['again', { requests: 30, limit: portal, measured: new Map() }],
    ['amo', { requests: 21, limit: account, measured: new Map() }],
  ]);
  const writes = new Map([
    ['portal', 20],
    ['clinic', 9],
  ]);
  expect(estimate(meters, { calls: writes, work: new Map() })).toEqual({
    requests: 171,
    seconds: 52,
    binds: 'bitrix24:portal.example',
    systems: [
      { connections: ['portal', 'again'], limit: 'bitrix24:portal.example', perSecond: 2, requests: 150, seconds: 50 },
      { connections: ['amo'], limit: 'amocrm:clinic', perSecond: 7, requests: 21, seconds: 2 },
    ],
  });
});

it('says that no limit binds where the buckets hold it all', () => {
  const meters = new Map([['portal', { requests: 49, limit: portal, measured: new Map() }]]);
  const { seconds, binds } = estimate(meters, { calls: new Map([['portal', 1]]), work: new Map() });
  expect([seconds, binds]).toEqual([0, undefined]);
});

const work = (seconds: Readonly<Record<string, number>>): Work => ({
  key: 'bitrix24:portal.example#x',
  budget: 480,
  windowMs: 600_000,
  expected: new Map(Object.entries(seconds)),
});

const writing = (updates: number) => ({
  calls: new Map([['portal', 20]]),
  work: new Map([['portal', new Map([['crm.deal.update', updates * 1.5]])]]),
});

it('names the method whose working time makes the run last longer than its requests do', () => {
  const meter: Meter = { requests: 100, limit: portal, measured: new Map() };
  const worked = [{ seconds: 2, leavesInMs: 600_000 }];
  const answer = { work: new Map([['crm.deal.list', { worked, counted: { seconds: 30, forMs: 60_000 } }]]) };
  expect(metered(meter, work({ 'crm.deal.list': 1 }), answer)).toBe(answer);
  const long = estimate(new Map([['portal', meter]]), writing(400));
  // 600 s of work where 480 are granted: what is left waits for the window to move on.
  const method = { method: 'crm.deal.update', worked: 600, granted: 480, windowSeconds: 600, counted: 0, seconds: 150 };
  expect(long).toMatchObject({ requests: 120, seconds: 150, binds: 'crm.deal.update', systems: [{ work: method }] });
  const short = estimate(new Map([['portal', meter]]), writing(200));
  expect([short.seconds, short.binds, short.systems[0]?.work]).toEqual([35, 'bitrix24:portal.example', undefined]);
});

it('leaves what the vendor counts already out of what it grants, and asks for nothing where it counts nothing', () => {
  const counted = { worked: [], counted: { seconds: 400, forMs: 60_000 } };
  const busy: Meter = { requests: 1, limit: portal, measured: new Map() };
  metered(busy, work({}), { work: new Map([['crm.deal.update', counted]]) });
  expect(estimate(new Map([['portal', busy]]), writing(100)).systems[0]?.work).toMatchObject({
    counted: 400,
    seconds: 88,
  });
  const free: Meter = { requests: 1, limit: portal, measured: new Map() };
  metered(free, work({}), { work: new Map([['crm.deal.update', { worked: [] }]]) });
  expect(estimate(new Map([['portal', free]]), writing(100_000)).binds).toBeUndefined();
});
