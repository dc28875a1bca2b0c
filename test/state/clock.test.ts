import { expect, it } from 'vitest';
import { systemClock } from '../../engine/state/clock.ts';
import { startProcess } from './processes/start.ts';

it('DL-22 the monotonic clock and the boot are the same for every process of the machine', async () => {
  const before = systemClock.monotonic();
  const told = await startProcess('tell-time.ts').next();
  const after = systemClock.monotonic();
  expect(told).toEqual({ monotonic: expect.any(Number), bootId: systemClock.bootId });
  const { monotonic } = Object(told) as { readonly monotonic: number };
  expect([before < monotonic, monotonic < after]).toEqual([true, true]);
});
