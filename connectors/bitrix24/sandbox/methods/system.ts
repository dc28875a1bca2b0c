import { formatMoment } from '../dates.ts';
import type { Methods } from '../method.ts';

/** What clients call on their own account: who am I, what may I do, what time is it (reference §11.2). */
export const systemMethods: Methods = {
  'server.time': { scope: null, params: [], run: (store) => ({ result: formatMoment(store.now(), store.zone) }) },
  scope: { scope: null, params: [], run: (store) => ({ result: store.scopes }) },
  profile: {
    scope: null,
    params: [],
    run(store) {
      const user = store.people.users.get(store.userId);
      if (user === undefined) return { result: [] };
      const { id, admin, name, lastName } = user;
      return {
        result: { ID: String(id), ADMIN: admin, NAME: name, LAST_NAME: lastName, PERSONAL_GENDER: '', TIME_ZONE: '' },
      };
    },
  },
};
