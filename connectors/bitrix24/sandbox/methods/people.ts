import { formatMoment, parseMoment } from '../dates.ts';
import { codedError, unknown } from '../errors.ts';
import type { Column } from '../filter.ts';
import { readStart } from '../listing.ts';
import { pageAnswer, type Answer, type Methods } from '../method.ts';
import type { Department, User } from '../people.ts';
import { isContainer, listOf, type PhpMap } from '../php.ts';
import { columns, listPlainly } from '../plain-list.ts';
import type { Store } from '../store.ts';

/** People and departments (reference §5.10; the pages user-get.md, user-fields.md, department-get.md). */
export const peopleMethods: Methods = {
  'user.get': { scope: 'user', params: ['sort', 'order', 'FILTER', 'select', 'start'], run: getUsers },
  // Names of the standard fields alone, without types (user-fields.md).
  'user.fields': { scope: 'user', params: [], run: () => ({ result: userTitles }) },
  'department.get': {
    scope: 'department',
    params: ['sort', 'order', 'ID', 'NAME', 'PARENT', 'UF_HEAD', 'START'],
    run: getDepartments,
  },
  'department.fields': {
    scope: 'department',
    params: [],
    run: () => ({
      result: {
        ID: 'ID',
        NAME: 'Название подразделения',
        SORT: 'Сортировка',
        PARENT: 'Родительское подразделение',
        UF_HEAD: 'Руководитель',
      },
    }),
  },
};

const userTitles: Readonly<Record<string, string>> = {
  ID: 'ID',
  ACTIVE: 'Активность',
  NAME: 'Имя',
  LAST_NAME: 'Фамилия',
  SECOND_NAME: 'Отчество',
  EMAIL: 'E-Mail',
  LAST_LOGIN: 'Последняя авторизация',
  DATE_REGISTER: 'Дата регистрации',
  IS_ONLINE: 'IS_ONLINE',
  TIMESTAMP_X: 'TIMESTAMP_X',
  LAST_ACTIVITY_DATE: 'LAST_ACTIVITY_DATE',
  PERSONAL_GENDER: 'Пол',
  PERSONAL_BIRTHDAY: 'Дата рождения',
  PERSONAL_MOBILE: 'Личный мобильный',
  WORK_POSITION: 'Должность',
  UF_EMPLOYMENT_DATE: 'Дата принятия на работу',
  UF_DEPARTMENT: 'Подразделения',
  USER_TYPE: 'USER_TYPE',
};

function getUsers(store: Store, params: PhpMap): Answer {
  const { filter = {}, select } = params;
  if (!isContainer(filter)) throw unknown('a FILTER that is not an array');
  const { users } = store.people;
  const query = { filter, order: stringOrder(params), start: readStart(params['start']), notLike: true };
  const page = listPlainly(
    { all: users, candidates: users.within },
    new Map([...userColumns, ...userDates(store)].map((column) => [column.name, column])),
    { ...query, size: store.failings.sizes.pageSize },
  );
  const shown = store.failings.sizes.userSelect === 'ignored' ? undefined : selection(select);
  return pageAnswer(
    page,
    page.rows.map((user) => selected(userRow(store, user), shown)),
  );
}

/** `sort` and `order` are strings here, unlike anywhere else (reference §1.2, §5.10). */
function stringOrder({ sort, order = 'ASC' }: PhpMap): PhpMap {
  if (typeof sort === 'string' && isContainer(order)) throw codedError('ERROR_ARGUMENT', 'Order must be a string');
  if ((sort !== undefined && typeof sort !== 'string') || typeof order !== 'string')
    throw unknown('an order that is not a string');
  return { [sort ?? 'ID']: order };
}

const userColumns: readonly Column<User>[] = [
  ...columns<User>(
    { ID: ({ id }) => id },
    {
      NAME: ({ name }) => name,
      LAST_NAME: ({ lastName }) => lastName,
      SECOND_NAME: ({ secondName }) => secondName,
      EMAIL: ({ email }) => email,
      PERSONAL_MOBILE: ({ mobile }) => mobile,
      WORK_POSITION: ({ position }) => position,
      USER_TYPE: () => 'employee',
    },
  ).values(),
  { name: 'ACTIVE', comparison: 'exact', read: ({ active }) => (active ? 'Y' : 'N'), parse: readActive },
  {
    name: 'UF_DEPARTMENT',
    comparison: 'exact',
    read: ({ departments }) => departments,
    parse: (raw) => (/^\d+$/.test(String(raw)) ? Number(raw) : undefined),
  },
];

/** `true` leaves out who was dismissed (user-get.md), in a query a word or a number; its opposite is taken to be that. */
function readActive(raw: unknown): string | undefined {
  const text = String(raw).toLowerCase();
  if (['true', '1', 'y'].includes(text)) return 'Y';
  return ['false', '0', 'n'].includes(text) ? 'N' : undefined;
}

/** What is not a date finds nothing (user-get.md). */
function userDates({ zone }: Store): readonly Column<User>[] {
  const parse = (raw: unknown): number => parseMoment(String(raw), zone) ?? Number.NaN;
  return [
    { name: 'TIMESTAMP_X', comparison: 'any', read: ({ changedAt }) => changedAt, parse },
    { name: 'DATE_REGISTER', comparison: 'any', read: () => hiredAt, parse },
  ];
}

const hiredAt = Date.parse('2024-07-15T09:00:00+03:00');

/** Fields that are not there are passed over without an error (user-get.md). */
function selection(select: unknown): ((name: string) => boolean) | undefined {
  const names = listOf(select ?? []);
  if (names === undefined) throw unknown('a selection that is not a list');
  if (names.length === 0 || names.includes('*')) return undefined;
  return (name) => names.includes(name) || (name.startsWith('UF_') && names.includes('UF_*'));
}

function selected(row: PhpMap, shown: ((name: string) => boolean) | undefined): PhpMap {
  if (shown === undefined) return row;
  return Object.fromEntries(Object.entries(row).filter(([name]) => shown(name)));
}

/** ACTIVE is a boolean, TIMESTAMP_X broken, departments are ids (reference §5.10). */
export function userRow({ zone }: Pick<Store, 'zone'>, user: User): PhpMap {
  const employedAt = formatMoment(hiredAt, zone);
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
    PERSONAL_MOBILE: user.mobile,
    WORK_POSITION: user.position,
    UF_EMPLOYMENT_DATE: '',
    UF_DEPARTMENT: user.departments,
    USER_TYPE: 'employee',
  };
}

const departmentColumns = columns<Department>(
  {
    ID: ({ id }) => id,
    SORT: ({ sort }) => sort,
    PARENT: ({ parentId }) => parentId,
    UF_HEAD: ({ headId }) => headId,
  },
  { NAME: ({ name }) => name },
);

/** Filters are parameters of their own, by equality (reference §5.10); what a list of values does is not described. */
function getDepartments(store: Store, params: PhpMap): Answer {
  const filter: PhpMap = {};
  for (const name of ['ID', 'NAME', 'PARENT', 'UF_HEAD']) {
    const value = params[name.toLowerCase()];
    if (value === undefined) continue;
    if (listOf(value) !== undefined) throw unknown(`a list of ${name} for department.get`);
    filter[name] = value;
  }
  // `sort` and the filter SORT are one name (reference §1.2): what comes of a number in it is not described.
  const { sort } = params;
  if (sort !== undefined && !departmentColumns.has(String(sort))) throw unknown(`sort=${String(sort)}`);
  const start = readStart(params['start']);
  if (start < 0) throw unknown('start=-1 of department.get');
  const { departments } = store.people;
  const source = { all: departments, candidates: departments.within };
  const query = { filter, order: stringOrder(params), start, size: store.failings.sizes.pageSize };
  const page = listPlainly(source, departmentColumns, query);
  return pageAnswer(page, page.rows.map(departmentRow));
}

export function departmentRow({ id, name, sort, parentId, headId }: Department): PhpMap {
  return {
    ID: String(id),
    NAME: name,
    SORT: sort,
    ...(parentId !== null && { PARENT: String(parentId) }),
    ...(headId !== null && { UF_HEAD: String(headId) }),
  };
}
