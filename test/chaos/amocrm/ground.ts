import type { Ground } from '../life.ts';
import { placeOf } from '../place.ts';
import type { Place } from '../place.ts';
import { accountKinds, otherPoints } from '../plan.ts';
import {
  blindCreates,
  differencesFromTwin,
  duplicatesIn,
  lostFrom,
  otherWrongs,
  sendsWithoutIntent,
} from './invariants.ts';
import { chaosPipeline } from './pipeline-text.ts';
import { startAmoWorld } from './world.ts';
import type { AccountPlace, Settings } from './world.ts';

/** IDENT into amoCRM: contacts, and leads that hang on them. */
export async function startAmoGround(seed: number): Promise<Ground> {
  const world = await startAmoWorld(seed, 30);
  const { account, twin } = world.settings;
  return {
    world,
    place: makePlace(world.settings, account),
    faultKinds: accountKinds,
    // Contacts and leads have no child rows.
    otherPoints: otherPoints.filter((point) => !point.startsWith('rows-')),
    twin: () => makePlace(world.settings, twin),
    async judge(ended) {
      const sight = await world.look();
      const evidence = { sight, ...ended };
      return {
        lost: lostFrom(evidence),
        duplicated: duplicatesIn(sight.account),
        wrongs: [
          ...otherWrongs(evidence),
          ...blindCreates(evidence),
          ...sendsWithoutIntent(evidence),
          ...differencesFromTwin(evidence),
        ],
      };
    },
  };
}

function makePlace({ clinic }: Settings, { address, token }: AccountPlace): Place {
  const env = {
    AMOCRM_ADDRESS: address,
    AMOCRM_TOKEN: token,
    SYNC_LEADS: 'true',
    DB_HOST: clinic.server,
    DB_PORT: String(clinic.port),
    DB_USER: clinic.user,
    DB_PASSWORD: clinic.password,
  };
  return placeOf({ name: 'ident-to-amocrm', yaml: chaosPipeline(), env, flags: [] });
}
