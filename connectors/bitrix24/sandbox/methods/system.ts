import { formatMoment } from '../dates.ts';
import { unknown } from '../errors.ts';
import { readStart } from '../listing.ts';
import { pageAnswer, type Methods } from '../method.ts';
import { isContainer, type PhpMap } from '../php.ts';
import { columns, listPlainly } from '../plain-list.ts';
import type { Store, User } from '../store.ts';

/** What clients call on their own account: who am I, what may I do, what time is it (reference §11.2), and people. */
export const systemMethods: Methods = {
  'server.time': { scope: null, params: [], run: (store) => ({ result: formatMoment(store.now(), store.zone) }) },
  scope: { scope: null, params: [], run: (store) => ({ result: store.scopes }) },
  profile: {
    scope: null,
    params: [],
    run(store) {
      const user = store.users.find(({ id }) => id === store.userId);
      if (user === undefined) return { result: [] };
      const { id, admin, name, lastName } = user;
      return {
        result: { ID: String(id), ADMIN: admin, NAME: name, LAST_NAME: lastName, PERSONAL_GENDER: '', TIME_ZONE: '' },
      };
    },
  },
  'user.get': {
    scope: 'user',
    params: ['sort', 'order', 'FILTER', 'start'],
    run(store, params) {
      const { sort = 'ID', order = 'ASC', filter } = params;
      // `sort` and `order` are strings here, unlike anywhere else (reference §1.2, §5.10).
      if (typeof sort !== 'string' || typeof order !== 'string') throw unknown('an order that is not a string');
      const page = listPlainly(store.users, userColumns, {
        filter: isContainer(filter) ? filter : {},
        order: { [sort]: order },
        start: readStart(params['start']),
      });
      return pageAnswer(
        page,
        page.rows.map((user) => userRow(store, user)),
      );
    },
  },
};

const userColumns = columns<User>(
  { ID: ({ id }) => id },
  {
    NAME: ({ name }) => name,
    LAST_NAME: ({ lastName }) => lastName,
    EMAIL: ({ email }) => email,
    ACTIVE: ({ active }) => (active ? 'Y' : 'N'),
    USER_TYPE: () => 'employee',
  },
);

/** ACTIVE is a boolean, TIMESTAMP_X broken, departments are ids (reference §5.10). */
function userRow({ zone }: Store, user: User): PhpMap {
  const employedAt = formatMoment(Date.parse('2024-07-15T09:00:00+03:00'), zone);
  return {
    ID: String(user.id),
    ACTIVE: user.active,
    NAME: user.name,
    LAST_NAME: user.lastName,
    SECOND_NAME: user.secondName,
    EMAIL: user.email,
    LAST_LOGIN: employedAt,
    DATE_REGISTER: employedAt,
    IS_ONLINE: 'N',
    TIMESTAMP_X: {},
    LAST_ACTIVITY_DATE: {},
    PERSONAL_GENDER: '',
    PERSONAL_BIRTHDAY: '',
    WORK_POSITION: user.position,
    UF_EMPLOYMENT_DATE: '',
    UF_DEPARTMENT: [1],
    USER_TYPE: 'employee',
  };
}
