import { watchCrashPoints } from '../../engine/run/crash-points.ts';
import type { CrashPoint } from '../../engine/run/crash-points.ts';

/**
 * What a killed process leaves: at its n-th arrival at a point the run ends, and nothing comes after: intents without a
 * receipt, a checkpoint that did not move.
 */
export async function killedAt(run: () => Promise<unknown>, point: CrashPoint, nth = 1): Promise<void> {
  let left = nth;
  let dead = false;
  watchCrashPoints((reached) => {
    if (reached === point) left -= 1;
    if (!dead && left > 0) return;
    dead = true;
    throw new Error('killed');
  });
  await run();
  watchCrashPoints(undefined);
}
