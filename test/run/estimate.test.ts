import { expect, it } from 'vitest';
import { estimate } from '../../engine/run/estimate.ts';

const portal = { key: 'bitrix24:portal.example', capacity: 50, perSecond: 2 };
const account = { key: 'amocrm:clinic', capacity: 7, perSecond: 7 };

it('counts what was read and what would be written, and the time their limits make of it', () => {
  const meters = new Map([
    ['clinic', { requests: 0 }],
    ['portal', { requests: 100, limit: portal }],
    ['again', { requests: 30, limit: portal }],
    ['amo', { requests: 21, limit: account }],
  ]);
  const writes = new Map([
    ['portal', 20],
    ['clinic', 9],
  ]);
  expect(estimate(meters, writes)).toEqual({
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
  const { seconds, binds } = estimate(new Map([['portal', { requests: 49, limit: portal }]]), new Map([['portal', 1]]));
  expect([seconds, binds]).toEqual([0, undefined]);
});
