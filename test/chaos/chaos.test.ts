import { expect, it } from 'vitest';
import { complaintOf, runSuite } from './suite.ts';

/** The short form of `npm run chaos`; a complaint names the command that shows its seed again. */
it(
  'loses nothing, doubles nothing and leaves nothing in doubt, wherever runs are killed',
  { timeout: 300_000 },
  async () => {
    const complaints: (string | undefined)[] = [];
    const result = await runSuite({ kills: 10, seed: 1, tell: (life) => complaints.push(complaintOf(life)) });
    expect(complaints).toEqual([undefined]);
    expect(result).toMatchObject({ kills: 10, lost: 0, duplicated: 0, inDoubt: 0, wrong: 0 });
    expect(result.betweenIntentAndReceipt).toBeGreaterThanOrEqual(5);
  },
);
