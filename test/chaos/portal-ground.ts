import {
  blindCreates,
  differencesFromTwin,
  duplicatesIn,
  lostFrom,
  overlapsIn,
  sendsWithoutIntent,
} from './invariants.ts';
import type { Ground } from './life.ts';
import { makePlace } from './place.ts';
import { otherPoints, portalKinds } from './plan.ts';
import { startWorld } from './world.ts';

/** IDENT into Bitrix24. */
export async function startPortalGround(seed: number): Promise<Ground> {
  const world = await startWorld(seed, 30);
  return {
    world,
    place: makePlace(world.settings, world.settings.webhook),
    faultKinds: portalKinds,
    otherPoints,
    twin: () => makePlace(world.settings, world.settings.twin),
    async judge(ended) {
      const sight = await world.look();
      const evidence = { sight, ...ended };
      return {
        lost: lostFrom(evidence),
        duplicated: duplicatesIn(sight.portal),
        wrongs: [
          ...sight.wrongs,
          ...blindCreates(evidence),
          ...sendsWithoutIntent(evidence),
          ...overlapsIn(evidence),
          ...differencesFromTwin(evidence),
          ...(sight.overruns === 0 ? [] : [`the portal refused ${sight.overruns} requests for their rate`]),
        ],
      };
    },
  };
}
