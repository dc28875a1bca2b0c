import { expect, it } from 'vitest';
import { forgetDoubts } from '../forget-doubts.ts';
import { live } from '../life.ts';
import { startAmoGround } from './ground.ts';

it('with the reconcile step taken out the suite is red: a contact is there twice', { timeout: 600_000 }, async () => {
  const { duplicated } = await live(
    { seed: 1, kills: 3, points: ['request-sent'], sabotage: forgetDoubts },
    startAmoGround,
  );
  expect(duplicated[0]).toMatch(/^(marked )?(contact|lead) \S+ is there as \d+ and \d+$/);
});
