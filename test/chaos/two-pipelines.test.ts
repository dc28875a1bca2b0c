import { expect, it } from 'vitest';
import { duplicatesIn, textOf } from './invariants.ts';
import { placeFor, stand } from './stand.ts';
import { dealKey } from './writes-seen.ts';

it(
  'DL-20: two pipelines that run at once share the bucket of their portal, which is never overrun, and double nothing',
  { timeout: 120_000 },
  async () => {
    const { world, place } = await stand(2);
    const second = placeFor(world, { name: 'second', filial: 2, machineFolder: place.machineFolder });
    const ends = await Promise.all([place.start().ended, second.start().ended]);
    expect(ends.map(({ exit, stderr }) => (exit === 0 ? 0 : stderr))).toEqual([0, 0]);
    const { portal, overruns } = await world.look();
    expect([overruns, duplicatesIn(portal)]).toEqual([0, []]);
    const made = Map.groupBy(portal.deals, (deal) => textOf(deal[dealKey]).slice(0, 3));
    expect([made.get('F1_')?.length, made.get('F2_')?.length]).toEqual([20, 20]);
  },
);
