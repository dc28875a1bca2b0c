import { expect, it } from 'vitest';
import { complaintOf, runSuite } from '../suite.ts';
import { startAmoGround } from './ground.ts';

/** The short form of `npm run chaos -- --amocrm`; a complaint names the command that shows its seed again. */
it(
  'loses nothing, doubles nothing and leaves nothing in doubt in amoCRM, wherever runs are killed',
  { timeout: 600_000 },
  async () => {
    const complaints: (string | undefined)[] = [];
    const tell = (life: Parameters<typeof complaintOf>[0]): void => void complaints.push(complaintOf(life));
    const result = await runSuite({ kills: 4, seed: 1, ground: startAmoGround, tell });
    expect(complaints).toEqual([undefined]);
    expect(result).toMatchObject({ kills: 4, lost: 0, duplicated: 0, inDoubt: 0, wrong: 0 });
    expect(result.betweenIntentAndReceipt).toBeGreaterThanOrEqual(2);
  },
);
