import { expect, it } from 'vitest';
import { duplicatesIn, textOf } from './invariants.ts';
import { timeoutMs } from './pipeline-text.ts';
import { stand } from './stand.ts';
import { dealKey } from './writes-seen.ts';

const visits = Array.from({ length: 20 }, (_, index) => `F1_${index + 1}`).sort();

it(
  'DL-19: a process stopped between journal and send keeps the lock past every time-out, and what it sends then doubles nothing',
  { timeout: 120_000 },
  async () => {
    const { world, place } = await stand(1);
    const first = place.start({ at: { point: 'intents-durable', nth: 2, does: 'SIGSTOP' } });
    expect(await first.reached).toBe('intents-durable');
    const stoppedAt = performance.now();
    const seconds: (number | null)[] = [];
    do seconds.push((await place.start().ended).exit);
    while (performance.now() - stoppedAt < timeoutMs);
    expect(new Set(seconds)).toEqual(new Set([3]));
    first.kill('SIGCONT');
    expect((await first.ended).exit).toBe(0);
    expect((await place.start().ended).exit).toBe(0);
    const { portal } = await world.look();
    expect(duplicatesIn(portal)).toEqual([]);
    expect(portal.deals.map((deal) => textOf(deal[dealKey])).sort()).toEqual(visits);
  },
);
