import { expect, it } from 'vitest';
import { forgetDoubts } from './forget-doubts.ts';
import { duplicatesIn } from './invariants.ts';
import { live } from './life.ts';
import { settleMs } from './pipeline-text.ts';
import { stand } from './stand.ts';

/** A process dies as its first request arrives; the portal carries it out behind the back of the next one. */
async function diesBeforeItsRequestIsDone(): Promise<readonly string[]> {
  const { world, place } = await stand(3);
  await world.arm([{ kind: 'write-held', nth: 1 }]);
  const first = place.start();
  await world.strike({ pid: first.pid, point: 'request-sent', nth: 1, signal: 'SIGKILL', share: 1, finishes: true });
  expect((await first.ended).signal).toBe('SIGKILL');
  await world.arm([]);
  await place.start().ended;
  await world.drain();
  await world.pass(settleMs + 5_000);
  place.pass(settleMs + 5_000);
  expect((await place.start().ended).exit).toBe(0);
  return duplicatesIn((await world.look()).portal);
}

it('DL-12: what died in doubt and happens after all is not made twice', { timeout: 120_000 }, async () => {
  expect(await diesBeforeItsRequestIsDone()).toEqual([]);
});

it('with the reconcile step taken out the suite is red: a deal is there twice', { timeout: 240_000 }, async () => {
  const { duplicated } = await live({ seed: 5, kills: 3, points: ['request-sent'], sabotage: forgetDoubts });
  expect(duplicated[0]).toMatch(/^(contact|deal) \S+ is there as \d+ and \d+$/);
});
